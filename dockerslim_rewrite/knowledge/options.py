"""Options that take a value (options.toml)."""

from __future__ import annotations

from functools import cache

from dockerslim_rewrite.knowledge.tables import load


@cache
def options_with_value(command: str) -> frozenset[str]:
    """Return the options of a command that take a value; empty for a command that is not listed."""
    return frozenset(load("options")["with_value"].get(command, ()))
