"""What build contexts seldom need. Facts: dockerignore.toml."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from dockerslim_rewrite.knowledge.tables import load


class Unneeded(Struct, frozen=True):
    """A pattern of .dockerignore with its reason; for the other fields see the table."""

    pattern: str
    reason: str
    unless_run: frozenset[str]
    only_with: frozenset[str]
    ask: bool


@cache
def unneeded() -> tuple[Unneeded, ...]:
    """Return the entries in the order of the table."""
    return tuple(
        Unneeded(
            pattern=entry["pattern"],
            reason=entry["reason"],
            unless_run=frozenset(entry.get("unless_run", ())),
            only_with=frozenset(entry.get("only_with", ())),
            ask=entry.get("ask", False),
        )
        for entry in load("dockerignore")["entries"]
    )
