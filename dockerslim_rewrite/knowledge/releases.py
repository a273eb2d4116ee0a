"""The order of Debian's releases."""

from __future__ import annotations

from dockerslim_rewrite.knowledge.tables import load


def debian_order(release: str) -> int:
    """Return a number that grows with Debian's releases; 0 for a name that is none."""
    names = list(load("images")["releases"]["debian"])
    return names.index(release) + 1 if release in names else 0
