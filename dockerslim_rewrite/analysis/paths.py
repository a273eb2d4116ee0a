"""Absolute paths of an image, as texts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable


def below(path: str, roots: Iterable[str]) -> bool:
    """Tell whether a path is one of some directories or lies below one."""
    return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)


def strictly_below(path: str, other: str) -> bool:
    """Tell whether a path lies below another one."""
    return path != other and path.startswith(other.rstrip("/") + "/")


def absolute(path: str, base: str) -> str:
    """Return a path as a process with working directory `base` finds it."""
    return "/" + posixpath.normpath(posixpath.join(base, path)).lstrip("/")
