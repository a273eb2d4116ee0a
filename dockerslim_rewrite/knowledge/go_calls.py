"""Calls of Go programs that reach out of the binary. Facts: go_calls.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from dockerslim_rewrite.knowledge.tables import load
from dockerslim_rewrite.patterns import pattern

FEATURES = ("tzdata", "ca-certificates", "mime-types", "passwd")
_EXPORTED = pattern(r"\b[A-Z]\w*")
_SKIPPED = frozenset({"reason"})


@cache
def file_calls() -> Mapping[str, tuple[int, ...]]:
    """Return `import/path.Function` to the positions of its file arguments; () is every argument."""
    return {name: tuple(places) for name, places in load("go_calls")["reads"].items() if name not in _SKIPPED}


@cache
def file_methods() -> Mapping[str, tuple[int, ...]]:
    """Return method names to the positions of their file arguments; () is every argument."""
    table = load("go_calls")
    methods = {name: tuple(places) for name, places in table["methods"].items() if name not in _SKIPPED}
    serving = {name: (place,) for name, place in table["second_argument"].items() if name not in _SKIPPED}
    return {**methods, **serving}


@cache
def is_serving_method(name: str) -> bool:
    """Tell whether a method serves a directory only when its second argument is a text."""
    return name in load("go_calls")["second_argument"]


def default_file(call: str) -> str | None:
    """Return what a call without arguments reads."""
    value: str | None = load("go_calls")["defaults"].get(call)
    return value


@cache
def source_relative_calls() -> frozenset[str]:
    """Return the calls whose argument is relative to the calling source file."""
    return frozenset(load("go_calls")["source_relative"]["calls"])


@cache
def write_calls() -> Mapping[str, int]:
    """Return `import/path.Function` or `.Method` to the position of the file that it makes."""
    table = load("go_calls")
    calls = {name: place for name, place in table["writes"].items() if name not in _SKIPPED}
    methods = {f".{name}": place for name, place in table["write_methods"].items() if name not in _SKIPPED}
    return {**calls, **methods}


@cache
def directory_calls() -> Mapping[str, int]:
    """Return `import/path.Function` to the position of the directory that it makes files in."""
    return {name: place for name, place in load("go_calls")["write_directories"].items() if name not in _SKIPPED}


@cache
def program_calls() -> Mapping[str, int]:
    """Return `import/path.Function` to the position of the program that it starts."""
    return {name: place for name, place in load("go_calls")["programs"].items() if name not in _SKIPPED}


@cache
def feature_calls() -> Mapping[str, str]:
    """Return `import/path.Name` to the feature that its use needs."""
    table = load("go_calls")["features"]
    return {call: feature for feature in FEATURES for call in table[feature]["calls"]}


@cache
def mime_methods() -> frozenset[str]:
    """Return the methods that tell a file's type by its extension."""
    return frozenset(load("go_calls")["features"]["mime-types"]["methods"])


def embeds_zones(imports: frozenset[str], tags: frozenset[str]) -> bool:
    """Tell whether the program carries the time zone database itself."""
    table = load("go_calls")["features"]["tzdata"]
    return bool(imports & set(table["embedded"]) or tags & set(table["tags"]))


def may_call(source: str) -> bool:
    """Tell whether a Go file names one of these calls: the prefilter in front of the parser."""
    return not _names().isdisjoint(_EXPORTED.findall(source))


@cache
def _names() -> frozenset[str]:
    calls = (*file_calls(), *program_calls(), *feature_calls(), *write_calls(), *directory_calls())
    names = {call.rsplit(".", 1)[-1] for call in calls} | {"Executable", "Caller", "SetConfigName"}
    return frozenset(names.union(file_methods(), mime_methods()))


def is_build_only(name: str) -> bool:
    """Tell whether a file is of use to a build, a test or a reader only."""
    table = load("go_calls")["build_only"]
    return (
        name in table["names"] or name.startswith(tuple(table["prefixes"])) or name.endswith(tuple(table["suffixes"]))
    )


def is_build_only_directory(name: str) -> bool:
    """Tell whether a directory is of use to a build, a test or a reader only."""
    return name in load("go_calls")["build_only"]["directories"]


@cache
def source_path_names() -> re.Pattern[str]:
    """Return a pattern of the names through which a program learns the paths of its source files."""
    return re.compile(r"\b(?:" + "|".join(load("go_calls")["source_paths"]["names"]) + r")\b")


def uses_source_paths(package: str) -> bool:
    """Tell whether a package makes its program depend on the recorded paths of source files."""
    return _is_listed(package, load("go_calls")["source_paths"]["packages"])


def reads_symbols(package: str) -> bool:
    """Tell whether a package makes its program depend on symbol tables or debug information."""
    return _is_listed(package, load("go_calls")["symbol_tables"]["packages"])


def _is_listed(package: str, listed: list[str]) -> bool:
    return any(package == name or package.startswith(f"{name}/") for name in listed)
