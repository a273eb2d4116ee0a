"""Paths and features of a Linux image (system.toml)."""

from __future__ import annotations

from functools import cache
from typing import Literal

from dockerslim_rewrite.knowledge.tables import load

Meaning = Literal[
    "scratch", "secrets", "shared", "programs", "volatile", "system", "packaged", "installed", "libraries", "sources"
]


@cache
def system_paths(meaning: Meaning) -> tuple[str, ...]:
    """Return the absolute paths with a meaning."""
    return tuple(load("system")["paths"][meaning]["paths"])


def has_path(program: str, distro: str) -> bool:
    """Tell whether a program is found by its absolute path on a distribution, where its base or package brings it."""
    return distro != "alpine" or program in load("system")["program_paths"]["alpine"]


def feature_package(feature: str, distro: str) -> str | None:
    """Return the package that brings a feature on a distribution, or None."""
    packages = load("system")["features"].get(feature, {})
    package: str | None = packages.get("alpine" if distro == "alpine" else "debian")
    return package


@cache
def present_packages(distro: str) -> frozenset[str]:
    """Return the packages that every image of a distribution holds."""
    return frozenset(load("system")["present"].get("alpine" if distro == "alpine" else "debian", ()))


def feature_path(feature: str) -> str | None:
    """Return the file that a feature is, where it is copied from the builder and not installed."""
    path: str | None = load("system")["features"].get(feature, {}).get("path")
    return path
