"""Absolute paths of an image, as texts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator


def below(path: str, roots: Iterable[str]) -> bool:
    """Tell whether a path is one of some directories or lies below one."""
    for root in roots:  # noqa: SIM110 - asked often, and any() takes twice the time
        if path == root or path.startswith(root.rstrip("/") + "/"):
            return True
    return False


def strictly_below(path: str, other: str) -> bool:
    """Tell whether a path lies below another one."""
    return path != other and path.startswith(other.rstrip("/") + "/")


def upwards(path: str) -> Iterator[str]:
    """Yield a path and every directory above it: up to "/", or for a path of the context up to "".

    It ends for any text, which a loop over `posixpath.dirname` does not: that of "//" is "//".
    """
    top, rest = "/" if path.startswith("/") else "", path.strip("/")
    while rest:
        yield top + rest
        rest = rest.rpartition("/")[0].rstrip("/")
    yield top


def is_glob(path: str) -> bool:
    """Tell whether a path is a pattern for the shell, or for COPY."""
    return any(mark in path for mark in "*?[")


def absolute(path: str, base: str) -> str:
    """Return a path as a process with working directory `base` finds it."""
    return "/" + posixpath.normpath(posixpath.join(base, path)).lstrip("/")
