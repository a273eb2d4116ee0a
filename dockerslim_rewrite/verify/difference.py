"""A difference between the two images."""

from __future__ import annotations

from msgspec import Struct


class Difference(Struct, frozen=True):
    """Something that the rewritten image does otherwise.

    `kind` is the name that a decision uses for it: "env:PATH", "cmd", "exit code", "http GET /". `original` and
    `rewritten` are short texts ("" for nothing); `cause` says why, as far as it can be told.
    """

    kind: str
    original: str
    rewritten: str
    cause: str

    @property
    def change(self) -> str:
        """Return the difference in short, without its cause."""
        return f"{self.kind}: {_short(self.original)} became {_short(self.rewritten)}"

    def __str__(self) -> str:
        return f"{self.change}: {self.cause}"


def is_allowed(kind: str, allowed: frozenset[str]) -> bool:
    """Tell whether a decision announced this difference: by its name, or by all of its group ("env:*")."""
    group, colon, _ = kind.partition(":")
    return kind in allowed or (bool(colon) and f"{group}:*" in allowed)


def _short(text: str, limit: int = 120) -> str:
    if not text:
        return "nothing"
    shown = text if len(text) <= limit else text[: limit - 3] + "..."
    return repr(shown)
