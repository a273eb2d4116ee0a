"""Debian's releases: their order, and which are archived."""

from __future__ import annotations

from dockerslim_rewrite.knowledge.tables import load


def debian_order(release: str) -> int:
    """Return a number that grows with Debian's releases; 0 for a name that is none."""
    names = list(load("images")["releases"]["debian"])
    return names.index(release) + 1 if release in names else 0


def is_archived(release: str) -> bool:
    """Tell whether a release's package archive has moved: `apt-get install` finds nothing there."""
    return release in load("images")["archived_releases"]


def living_release(release: str) -> str:
    """Return a release that packages can be installed on: this one, or the first later one that is not archived."""
    names: list[str] = list(load("images")["releases"]["debian"])
    return next(name for name in names if debian_order(name) >= debian_order(release) and not is_archived(name))
