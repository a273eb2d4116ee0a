from __future__ import annotations

from pathlib import Path

import pytest

from dockerslim_rewrite.context.module_cache import ModuleCache
from dockerslim_rewrite.languages.go.module import find_module, go_version, parse_go_mod, read_go_sum
from tests.support import MemoryContext

TEXT = """\
// Deprecated: see elsewhere
module "example.com/tide/v3" // the station

go 1.21.4
toolchain go1.22.0

require example.com/one v1.2.3
require (
\texample.com/two v0.1.0 // indirect
\t`example.com/three` v2.0.0+incompatible
)

exclude example.com/four v1.0.0
replace example.com/one => ../one
replace (
\texample.com/two v0.1.0 => example.com/fork v0.1.1
\texample.com/two => example.com/other v9.9.9
)
tool example.com/tools/gen
retract [v1.0.0, v1.1.0]
"""


def test_go_mod() -> None:
    module = parse_go_mod(TEXT, "sub")
    assert (module.path, module.directory, module.go) == ("example.com/tide/v3", "sub", "1.21.4")
    assert [(item.path, item.version, item.indirect, item.line) for item in module.requires] == [
        ("example.com/one", "v1.2.3", False, 7),
        ("example.com/two", "v0.1.0", True, 9),
        ("example.com/three", "v2.0.0+incompatible", False, 10),
    ]
    assert module.tools == ("example.com/tools/gen",)


def test_replacements() -> None:
    module = parse_go_mod(TEXT)
    one = module.replacement("example.com/one", "v1.2.3")
    assert one is not None
    assert (one.new, one.new_version) == ("../one", None)
    exact = module.replacement("example.com/two", "v0.1.0")
    assert exact is not None
    assert exact.new == "example.com/fork"
    other = module.replacement("example.com/two", "v0.2.0")
    assert other is not None
    assert other.new == "example.com/other"
    assert module.replacement("example.com/three", "v2.0.0") is None


@pytest.mark.parametrize("text", ["", "module", "require (", "require (\nx\n", "replace a =>", "\0", "go\n)"])
def test_broken_go_mod_is_read(text: str) -> None:
    assert parse_go_mod(text).requires == ()


def test_the_nearest_module_holds_a_directory() -> None:
    context = MemoryContext({"go.mod": "module a\n", "sub/go.mod": "module b\n", "sub/deep/x.go": "", "other/y.go": ""})
    inner, outer = find_module(context, "sub/deep"), find_module(context, "other")
    assert inner is not None
    assert inner.path == "b"
    assert outer is not None
    assert outer.path == "a"
    assert find_module(MemoryContext({"x.go": ""}), "") is None


def test_go_sum_lists_the_newest_version_with_content() -> None:
    text = "m v1.9.0 h1:a=\nm v1.10.0 h1:b=\nm v1.11.0/go.mod h1:c=\nn v0.0.0-2020-abc h1:d=\nbroken\n"
    assert read_go_sum(text) == {"m": "v1.10.0", "n": "v0.0.0-2020-abc"}


@pytest.mark.parametrize(
    ("text", "version"), [("1.24", (1, 24)), ("1.9.7", (1, 9)), ("go1.20", (1, 20)), ("2", (2, 0)), ("", None)]
)
def test_versions(text: str, version: tuple[int, int] | None) -> None:
    assert go_version(text) == version


def test_module_cache_reads_exact_versions(tmp_path: Path) -> None:
    place = tmp_path / "example.com" / "!big@v1.0.0" / "sub"
    place.mkdir(parents=True)
    (place / "a.go").write_text("package sub")
    (place / "a_test.go").write_text("package sub")
    cache = ModuleCache(tmp_path)
    assert cache.has("example.com/Big", "v1.0.0")
    assert not cache.has("example.com/Big", "v1.0.1")
    assert cache.go_files("example.com/Big", "v1.0.0", "sub") == {"a.go": "package sub"}
    assert cache.go_files("example.com/Big", "v1.0.0", "../sub") is None
    assert cache.go_files("example.com/../Big", "v1.0.0", "sub") is None
    assert ModuleCache(None).go_files("example.com/Big", "v1.0.0", "sub") is None


def test_module_cache_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "pkg" / "mod" / "m@v1.0.0").mkdir(parents=True)
    assert ModuleCache.from_environment({"GOPATH": str(tmp_path)}).has("m", "v1.0.0")
    assert ModuleCache.from_environment({"GOMODCACHE": str(tmp_path / "pkg" / "mod")}).has("m", "v1.0.0")
    assert not ModuleCache.from_environment({}).has("m", "v1.0.0")
