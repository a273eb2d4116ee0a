"""Absolute paths of an image, as texts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator


def below(path: str, roots: Iterable[str]) -> bool:
    """Tell whether a path is one of some directories or lies below one."""
    return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)


def strictly_below(path: str, other: str) -> bool:
    """Tell whether a path lies below another one."""
    return path != other and path.startswith(other.rstrip("/") + "/")


def with_parents(path: str) -> Iterator[str]:
    """Yield an absolute path and all directories that lead to it: a look in a table for each, not in a list for all."""
    yield path
    while path != (path := posixpath.dirname(path)):
        yield path


def absolute(path: str, base: str) -> str:
    """Return a path as a process with working directory `base` finds it."""
    return "/" + posixpath.normpath(posixpath.join(base, path)).lstrip("/")
