"""No regular expression of the package takes more than linear time for long."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

import dockerslim_rewrite
from dockerslim_rewrite.patterns import Lazy

# What patterns stumble over: openings that are never closed, and characters that two neighbours both take.
_WORDS = (
    'a A0 0 _ . - + , : / \\ " \' ` ( [ { ] $ % # = ! ~ < | & ; ${ ${a ${a- ${a:- {{ {{. /* // "\\ \\" \'"'
    ' ${a} "${ "${a}" [[ <<- <<" -l é a/ a/b .so import. :: #cgo //go:embed'
)
PARTS = [*_WORDS.split(), " ", "\n", "\t", "\x00", ", ", "/* ", "{{ ", "a ", "#cgo ", "a\n", " \n"]
PREFIXES = ("", '"', "${a", "{{", "#cgo ", "1", "a[")
SIZE = 6_000
SECONDS = 0.5


def patterns() -> Iterator[tuple[str, re.Pattern[str], bool]]:
    """Yield each with its name, and whether it is used to search; the engine's output (verify) is short."""
    for info in pkgutil.walk_packages(dockerslim_rewrite.__path__, "dockerslim_rewrite."):
        if ".lsp" in info.name or ".verify" in info.name:
            continue
        module = importlib.import_module(info.name)
        text = Path(module.__file__ or "").read_text("utf-8")
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern | Lazy) and isinstance(value.pattern, str):
                searches = re.search(rf"\b{name}\.(search|sub|split|find)", text) is not None
                title = f"{info.name.removeprefix('dockerslim_rewrite.')}.{name}"
                yield title, cast("re.Pattern[str]", value), searches


FOUND = {name: (pattern, searches) for name, pattern, searches in patterns()}


def test_they_are_found() -> None:
    assert len(FOUND) > 50


@pytest.mark.parametrize("name", FOUND)
def test_time_is_linear(name: str) -> None:
    pattern, searches = FOUND[name]
    for prefix in PREFIXES:
        for part in PARTS:
            text = prefix + part * (SIZE // len(part))
            start = time.process_time()
            pattern.fullmatch(text)
            pattern.match(text)
            for _ in pattern.finditer(text) if searches else ():
                pass
            taken = time.process_time() - start
            assert taken < SECONDS, f"{pattern.pattern!r} on {prefix!r} and {part!r} times {SIZE}: {taken:.1f} s"
