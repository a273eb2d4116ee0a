"""go.mod, go.work, go.sum and vendor/modules.txt. Source of the grammar: https://go.dev/ref/mod#go-mod-file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from dockerslim_rewrite.analysis.paths import upwards
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.patterns import pattern

_WORD = pattern(r'"(?:[^"\\\n]|\\.)*+"?|`[^`\n]*+`?|//[^\n]*|=>|[()]|[^\s"`()]+')
_NUMBERS = pattern(r"\d{1,18}")


class Require(Struct, frozen=True):
    """A required module; `indirect` when the line is marked so; `line` is 1-based."""

    path: str
    version: str
    indirect: bool
    line: int


class Replace(Struct, frozen=True):
    """`old [version] => new [version]`. Without a new version, `new` is a directory relative to go.mod's."""

    old: str
    old_version: str | None
    new: str
    new_version: str | None


class Module(Struct, frozen=True, dict=True):
    """A go.mod file. `directory` is its context path ("" is the root); `go` the language version ("" when absent)."""

    path: str
    directory: str
    go: str
    requires: tuple[Require, ...]
    replaces: tuple[Replace, ...]
    tools: tuple[str, ...] = ()

    @cached_property
    def by_length(self) -> tuple[Require, ...]:
        """Return the requirements, longest module path first: the order in which an import path is looked up."""
        return tuple(sorted(self.requires, key=lambda require: -len(require.path)))

    def replacement(self, path: str, version: str | None) -> Replace | None:
        """Return what replaces a module at a version, or None."""
        found = [item for item in self.replaces if item.old == path and item.old_version in (None, version)]
        return max(found, key=lambda item: item.old_version is not None, default=None)


def parse_go_mod(text: str, directory: str = "") -> Module:
    """Read a go.mod file. Lines that are not understood are left out."""
    path = go = ""
    requires: list[Require] = []
    replaces: list[Replace] = []
    tools: list[str] = []
    for line, words, comment in _directives(text):
        verb, values = words[0], words[1:]
        if verb == "module" and values:
            path = values[0]
        elif verb == "go" and values:
            go = values[0]
        elif verb == "require" and len(values) >= 2:
            requires.append(Require(values[0], values[1], comment.startswith("indirect"), line))
        elif verb == "tool" and values:
            tools.append(values[0])
        elif verb == "replace" and "=>" in values:
            arrow = values.index("=>")
            old, new = values[:arrow], values[arrow + 1 :]
            if old and new:
                old_version = old[1] if len(old) > 1 else None
                replaces.append(Replace(old[0], old_version, new[0], new[1] if len(new) > 1 else None))
    return Module(path, directory, go, tuple(requires), tuple(replaces), tuple(tools))


def _directives(text: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield line, words (the block's verb first) and the comment's text."""
    block: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        words: list[str] = []
        comment = ""
        for word in _WORD.findall(line):
            if word.startswith("//"):
                comment = word[2:].strip()
            else:
                words.append(word[1:-1] if word[0] in '"`' else word)
        if not words:
            continue
        if block is not None:
            if words[0] == ")":
                block = None
            else:
                yield number, [block, *words], comment
        elif len(words) >= 2 and words[1] == "(":
            block = words[0] if words[-1] != ")" else None
        else:
            yield number, words, comment


def find_module(context: Context, directory: str) -> Module | None:
    """Return the module that holds a context directory, or None when there is no go.mod up to the root."""
    for folder in upwards(directory):
        text = context.read_text(posixpath.join(folder, "go.mod"))
        if text is not None:
            return parse_go_mod(text, folder)
    return None


def read_go_sum(text: str) -> dict[str, str]:
    """Return the newest version of each module whose content go.sum lists (not those with only a go.mod hash)."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3 and not words[1].endswith("/go.mod"):
            path, version = words[0], words[1]
            if path not in found or _order(version) > _order(found[path]):
                found[path] = version
    return found


def _order(version: str) -> tuple[list[int], bool, str]:
    base, dash, _ = version.partition("-")
    return [int(number) for number in _NUMBERS.findall(base)], not dash, version


def go_version(text: str) -> tuple[int, int] | None:
    """Return a Go version as (major, minor), or None when it states none ("", "latest")."""
    numbers = _NUMBERS.findall(text)
    if not numbers:
        return None
    return int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0
