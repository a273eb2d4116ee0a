"""Go modules: which need cgo, which are known not to, and what some read at run time. Facts: go_modules.toml, and
go.toml for what has to do with the go command."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from msgspec import Struct

from dockerslim_rewrite.knowledge.tables import load

CgoUse = Literal["needed", "optional", "pure"]


class ModuleFact(Struct, frozen=True):
    """What is known about a module (or a package below one).

    `cgo`: "needed" (without cgo it does not compile or fails at run time), "optional" (its pure Go form has the same
    behaviour), "pure" (no Linux file imports "C"). `cxx`: it links C++.
    """

    path: str
    cgo: CgoUse
    cxx: bool
    reason: str


@cache
def go_commands() -> frozenset[str]:
    """Return the programs that take the go command's arguments."""
    return frozenset(load("go")["programs"]["go"])


@cache
def in_place_tools() -> frozenset[str]:
    """Return the programs that change a binary or sources in place and write nothing beside them."""
    return frozenset(load("go")["programs"]["in_place"])


@cache
def c_compilers() -> frozenset[str]:
    """Return packages and programs that bring a C compiler."""
    return frozenset(load("go")["programs"]["compilers"])


@cache
def build_drivers() -> frozenset[str]:
    """Return the programs that may run the go command in ways that are not followed."""
    return frozenset(load("go")["programs"]["drivers"])


def access_text(text: str) -> bool:
    """Tell whether a command's text sets up the access to private modules."""
    return _private("access").search(text) is not None


def secret_name(name: str) -> bool:
    """Tell whether a variable is called like a secret."""
    return _private("names").search(name) is not None


def url_with_password(text: str) -> bool:
    """Tell whether a text holds a URL with a user and a password."""
    return _private("url").search(text) is not None


@cache
def _private(key: str) -> re.Pattern[str]:
    return re.compile(load("go")["private"][key], re.IGNORECASE)


def module_fact(import_path: str) -> ModuleFact | None:
    """Return the fact of the longest listed prefix of an import path, or None."""
    facts = _facts()
    path = import_path
    while path:
        if path in facts:
            return facts[path]
        path = path.rpartition("/")[0]
    return None


def standard_cgo() -> frozenset[str]:
    """Return the standard library's packages that use cgo when it is on; all but `plugin` have a pure Go form."""
    return frozenset(load("go")["standard"]["cgo"])


def implicit_files(import_path: str) -> tuple[str, ...]:
    """Return what a module reads from the working directory without being told: paths, or "*" for anything."""
    found: dict[str, list[str]] = load("go")["implicit_files"]
    path = import_path
    while path:
        if path in found:
            return tuple(found[path])
        path = path.rpartition("/")[0]
    return ()


@cache
def _facts() -> dict[str, ModuleFact]:
    table = load("go_modules")
    facts = {path: ModuleFact(path, "pure", False, table["pure"]["reason"]) for path in table["pure"]["modules"]}
    for entry in table["cgo"]:
        for path in entry["modules"]:
            facts[path] = ModuleFact(path, entry["use"], entry.get("cxx", False), entry["reason"])
    return facts
