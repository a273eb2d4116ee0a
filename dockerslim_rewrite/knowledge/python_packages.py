"""Access to python_packages.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from dockerslim_rewrite.knowledge.packages import os_package, runtime_packages
from dockerslim_rewrite.knowledge.tables import load

FILE = "knowledge/python_packages.toml"


class Manager(Struct, frozen=True):
    """A package manager: its sub-commands that install, those that change no environment, the one that runs a program,
    the distributions that bring it, and its lock files."""

    installs: frozenset[str]
    inert: frozenset[str]
    run: frozenset[str]
    packages: frozenset[str]
    locks: tuple[str, ...]


class Download(Struct, frozen=True):
    """Where a library stores what it downloads: `path` below the home directory, or where `variable` says."""

    words: frozenset[str]
    variable: str
    path: str


@cache
def names(table: str, key: str) -> frozenset[str]:
    """Return a list of names: `names("tools", "packages")`."""
    return frozenset(_table(table)[key])


@cache
def manager(name: str) -> Manager | None:
    """Return what is known about a package manager other than pip."""
    row = _table("managers").get(name)
    if row is None:
        return None
    installs, inert, run, packages = (frozenset(row[key]) for key in ("installs", "inert", "run", "packages"))
    return Manager(installs, inert, run, packages, tuple(row["locks"]))


def normalise(name: str) -> str:
    """Return a distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def environment_path() -> str:
    """Return where the virtual environment is made."""
    return str(_table("environment")["path"])


def environment_command() -> str:
    """Return the command that makes the virtual environment."""
    return str(_table("environment")["command"])


def system_libraries(distributions: Iterable[str], release: str) -> Iterator[tuple[str, str]]:
    """Yield `(distribution, Debian package)` for each library that a distribution loads and does not bring."""
    wanted = set(distributions)
    hidden = {other for name in wanted for other in _table("bundled").get(name, ())}
    for name in sorted(wanted - hidden):
        for headers in _table("linked").get(name, ()):
            known = os_package(headers, "debian")
            is_headers = known is not None and known.role == "build"
            yield from (
                (name, item) for item in (runtime_packages(headers, "debian", release) if is_headers else (headers,))
            )


def sourced_libraries(distribution: str, version: str, python: str, release: str) -> tuple[str, ...]:
    """Return the Debian packages that a pinned release loads when it has no wheel for a minor version of Python.

    `version` "" is not pinned: the newest has wheels. `python` "" is the newest that is known.
    """
    row = _table("sourced").get(distribution)
    if row is None or not version:
        return ()
    first = row["wheels"].get(python) or [*row["wheels"].values()][-1]
    if _number(version) >= _number(first):
        return ()
    return tuple(item for headers in row["headers"] for item in runtime_packages(headers, "debian", release))


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d{1,18}", version)[:3]))


def started_programs(distribution: str) -> tuple[str, ...]:
    """Return the programs that a distribution starts without bringing them."""
    return tuple(_table("starts").get(distribution, ()))


def module_libraries(module: str) -> tuple[str, ...]:
    """Return the Debian packages that a module of Python's own library loads."""
    return tuple(_table("modules").get(module, ()))


def distribution_of(module: str) -> str | None:
    """Return the distribution of an imported module where system libraries or programs hang on it."""
    found = _table("distributions").get(module)
    return str(found) if found is not None else None


@cache
def noted_modules() -> frozenset[str]:
    """Return the modules whose import means something here."""
    return frozenset(_table("distributions").keys() | _table("modules").keys())


@cache
def downloads() -> tuple[Download, ...]:
    """Return what is known about downloads of models and data."""
    rows = load("python_packages")["downloads"]
    return tuple(Download(frozenset(row["words"]), row["variable"], row["path"]) for row in rows)


def _table(name: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = load("python_packages")[name]
    return table
