"""Modules that are loaded at their first use behave as if they had been imported."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from dockerslim_rewrite.cli.later import MODULES, Later, load_later
from tests.support import plain_environment

Fresh = Callable[..., ModuleType]


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Fresh:
    """Return a maker of modules that are to be loaded later, gone after the test."""

    def make(name: str) -> ModuleType:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))  # what is set is undone
        del sys.modules[name]
        parent, _, last = name.rpartition(".")
        if parent:
            monkeypatch.setattr(importlib.import_module(parent), last, None, raising=False)
        load_later((name,))
        return importlib.import_module(name)

    return make


def test_an_import_loads_nothing_until_the_first_use(fresh: Fresh) -> None:
    module = fresh("colorsys")
    assert type(module) is Later
    assert "rgb_to_hsv" not in vars(module)
    assert module.rgb_to_hsv(1, 1, 1) == (0.0, 0.0, 1)
    assert type(module) is ModuleType
    assert sys.modules["colorsys"] is module
    assert module.__spec__ is not None
    assert module.__spec__.origin == module.__file__


def test_a_name_that_is_imported_from_it_loads_it(fresh: Fresh) -> None:
    fresh("colorsys")
    from colorsys import rgb_to_hls

    assert rgb_to_hls(0, 0, 0) == (0.0, 0.0, 0.0)


def test_a_package_finds_its_parts(fresh: Fresh) -> None:
    package = fresh("wsgiref")
    part = importlib.import_module("wsgiref.util")
    assert type(package) is Later
    assert package.__doc__ is None
    assert package.__file__
    assert type(package) is ModuleType
    assert package.__doc__
    assert package.util is part


def test_a_function_that_is_imported_by_name_loads_it_when_called(
    fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODULES, "colorsys", ("rgb_to_hls", "no_such_function"))
    module = fresh("colorsys")
    from colorsys import rgb_to_hls  # what stands in for it

    assert type(module) is Later
    missing = module.no_such_function
    assert rgb_to_hls(0, b=0, g=0) == (0.0, 0.0, 0.0)
    assert type(module) is ModuleType
    assert module.rgb_to_hls is not rgb_to_hls
    assert rgb_to_hls(1, 1, 1) == (0.0, 1, 0.0)
    with pytest.raises(AttributeError, match="no_such_function"):
        missing()


def test_a_module_of_a_package_is_its_attribute(fresh: Fresh) -> None:
    module = fresh("wsgiref.headers")
    assert vars(importlib.import_module("wsgiref"))["headers"] is module
    assert type(module) is Later
    assert module.Headers([("a", "b")])["A"] == "b"


def test_a_name_that_it_lacks_is_an_attribute_error(fresh: Fresh) -> None:
    module = fresh("colorsys")
    for _ in range(2):
        with pytest.raises(AttributeError, match="nothing_of_that_name"):
            _ = module.nothing_of_that_name


def test_a_module_that_cannot_be_loaded_lacks_every_name(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not an ImportError: `inspect` asks every module for its file, and `from bz2 import open` makes one of it."""
    (tmp_path / "lacks_its_other_half.py").write_text("import no_such_other_half\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("no_such_module", "lacks_its_other_half"):
        module = fresh(name)
        with pytest.raises(AttributeError, match=f"module {name} cannot be loaded"):
            _ = module.anything
        assert getattr(module, "__path__", None) is None


def test_a_loaded_module_stays_what_it_is() -> None:
    before = sys.modules["json"]
    load_later(("json",))
    assert sys.modules["json"] is before


def test_threads_that_ask_at_once_all_get_an_answer(fresh: Fresh) -> None:
    module = fresh("statistics")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: module.median([1, 2, 3]), range(64)))
    assert answers == [2] * 64


@pytest.mark.parametrize("name", MODULES)
def test_what_waits_is_there_and_loads(name: str, fresh: Fresh) -> None:
    module = fresh(name)
    assert type(module) is Later
    stand_ins = [getattr(module, function) for function in MODULES[name]]
    assert type(module) is Later
    assert module.__file__
    assert module.__doc__
    functions = [getattr(module, function) for function in MODULES[name]]
    assert all(map(callable, functions))
    assert not {*functions} & {*stand_ins}


def test_a_traceback_shows_its_lines_though_what_reads_them_waits() -> None:
    """`linecache` reads them with `tokenize`."""
    code = (
        "import dockerslim_rewrite.cli.rewrite, traceback\n"
        "from dockerslim_rewrite.cli.files import read_dockerfile\n"
        "try: read_dockerfile(3)\n"
        "except AttributeError: print(traceback.format_exc())"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=plain_environment())
    assert "else _read(path)" in done.stdout
