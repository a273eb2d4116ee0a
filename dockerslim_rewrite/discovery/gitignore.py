"""`.gitignore`, from the repository's root down to each folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

MAX_BYTES = 1024 * 1024


class Patterns:
    """Patterns in the grammar of .gitignore, relative to a folder."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = [line for line in lines if line.strip() and not line.startswith("#")]
        self._rules: list[tuple[bool, Any, bool]] | None = None

    def verdict(self, path: str, *, is_dir: bool) -> bool | None:
        """Return True when a pattern takes the path, False when a `!` pattern gives it back, None when none matches.

        The last pattern that matches the path itself counts. pathspec's also match what lies below a matched directory;
        here such a directory was left out before, or given back on purpose.
        """
        if self._rules is None:
            self._rules = list(_compile(reversed(self._lines))) if self._lines else []
        parent, _, name = path.rpartition("/")
        end = "/" if is_dir else ""
        for takes, spec, is_anchored in self._rules:
            if not is_anchored:
                found = spec.match_file(name + end)
            else:
                found = spec.match_file(path + end) and not (parent and spec.match_file(f"{parent}/"))
            if found:
                return takes
        return None


class GitIgnore:
    """The ignore rules that hold in one folder. Folders that are ignored are to be left out by the caller.

    `layers` are pairs of a folder and its patterns, the outermost first.
    """

    def __init__(self, layers: tuple[tuple[str, Patterns], ...] = ()) -> None:
        self._layers = layers

    @classmethod
    def above(cls, folder: Path) -> GitIgnore:
        """Return the rules that hold in `folder` without its own file: those from the repository's root down to it."""
        parents = [folder, *folder.parents]
        top = next((index for index, path in enumerate(parents) if (path / ".git").exists()), None)
        if top is None:
            return cls()
        rules = cls(((str(parents[top]), Patterns(_lines(parents[top] / ".git/info/exclude"))),))
        for path in reversed(parents[1 : top + 1]):
            rules = rules.inside(path)
        return rules

    def inside(self, folder: Path) -> GitIgnore:
        """Return the rules that hold in a folder below: these and the folder's own."""
        lines = _lines(folder / ".gitignore")
        return GitIgnore((*self._layers, (str(folder), Patterns(lines)))) if lines else self

    def ignores(self, path: str, *, is_dir: bool) -> bool:
        """Tell whether an absolute path is ignored: the innermost file that says something about it wins."""
        for folder, patterns in reversed(self._layers):
            relative = path[len(folder) :].lstrip("/")
            if relative and (verdict := patterns.verdict(relative, is_dir=is_dir)) is not None:
                return verdict
        return False


def _lines(path: Path) -> list[str]:
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return []
        return os.fsdecode(path.read_bytes()).splitlines()
    except OSError:
        return []


def _compile(lines: Iterable[str]) -> Iterator[tuple[bool, Any, bool]]:
    """Yield whether a pattern takes paths or gives them back, the pattern, and whether a slash ties it to the folder."""
    from pathspec import GitIgnoreSpec

    for line in lines:
        pattern = line.removeprefix("!")
        try:
            spec = GitIgnoreSpec.from_lines([pattern])
        except ValueError:
            continue
        yield pattern == line, spec, "/" in pattern.strip().rstrip("/")
