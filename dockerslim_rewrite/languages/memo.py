"""Remembers what was found in texts: files of a project are read again and again while a Dockerfile is edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

MAX_CHARACTERS = 8 * 1024 * 1024


class Memo(Generic[T]):
    """A function of a kind and a text that remembers its answers. When the texts become too many it starts anew."""

    def __init__(self, read: Callable[[str, str], T]) -> None:
        self._read = read
        self._known: dict[tuple[str, str], T] = {}
        self._held = 0

    def __call__(self, kind: str, text: str) -> T:
        """Return the answer for a text of a kind."""
        key = (kind, text)
        if key not in self._known:
            self._held += len(text)
            if self._held > MAX_CHARACTERS:
                self._known.clear()
                self._held = len(text)
            self._known[key] = self._read(kind, text)
        return self._known[key]
