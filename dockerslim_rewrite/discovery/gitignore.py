"""`.gitignore`, from the repository's root down to each folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dockerslim_rewrite.context.local import read_regular
from dockerslim_rewrite.discovery.builds import up_to_repository

MAX_BYTES = 1024 * 1024


def _patterns(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.strip() and not line.startswith("#")]


class Patterns:
    """Patterns in the grammar of .gitignore, relative to a folder."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = _patterns(lines)
        self._spec: Any = None

    def verdict(self, path: str, *, is_dir: bool) -> bool | None:
        """Return True when a pattern takes the path, False when a `!` pattern gives it back, None when none matches."""
        if not self._lines:
            return None
        if self._spec is None:
            self._spec = _compile(self._lines)
        include = self._spec.check_file(f"{path}/" if is_dir else path).include
        return None if include is None else bool(include)


class _Layer:
    """One .gitignore. The last pattern that matches a path itself counts: what lies below a matched folder was left out
    with it, or the folder was given back on purpose."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = _patterns(lines)
        self._rules: list[tuple[bool, Any, bool]] | None = None

    def verdict(self, path: str, *, is_dir: bool) -> bool | None:
        """Answer as `Patterns` does."""
        if self._rules is None:
            self._rules = [_rule(line) for line in reversed(self._lines)]
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

    def __init__(self, layers: tuple[tuple[str, _Layer], ...] = ()) -> None:
        self._layers = layers

    @classmethod
    def above(cls, folder: Path) -> GitIgnore:
        """Return the rules that hold in `folder` without its own file: those from the repository's root down to it."""
        folders = up_to_repository(str(folder))
        rules = cls(((folders[0], _Layer(_lines(Path(folders[0], ".git/info/exclude")))),))
        for path in folders[:-1]:
            rules = rules.inside(Path(path))
        return rules

    def inside(self, folder: Path) -> GitIgnore:
        """Return the rules that hold in a folder below: these and the folder's own."""
        lines = _lines(folder / ".gitignore")
        return GitIgnore((*self._layers, (str(folder), _Layer(lines)))) if lines else self

    def ignores(self, path: str, *, is_dir: bool) -> bool:
        """Tell whether an absolute path is ignored: the innermost file that says something about it wins."""
        for folder, patterns in reversed(self._layers):
            relative = path[len(folder) :].lstrip("/")
            if relative and (verdict := patterns.verdict(relative, is_dir=is_dir)) is not None:
                return verdict
        return False


def _lines(path: Path) -> list[str]:
    """Return the lines of an ignore file; one that is a link is not followed, as Git does not."""
    text = None if path.is_symlink() else read_regular(path, MAX_BYTES)
    return text.splitlines() if text is not None else []


def _rule(line: str) -> tuple[bool, Any, bool]:
    """Return whether a pattern takes paths or gives them back, its spec, and whether a slash ties it to the folder."""
    pattern = line.removeprefix("!")
    return pattern == line, _compile([pattern]), "/" in pattern.strip().rstrip("/")


def _compile(lines: list[str]) -> Any:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines(line for line in lines if _is_valid(line))


def _is_valid(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
