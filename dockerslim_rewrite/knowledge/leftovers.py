"""What installs leave in the image beside what they install (leftovers.toml)."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from dockerslim_rewrite.knowledge.tables import load


class Leftover(Struct, frozen=True):
    """A download cache or a package list, as leftovers.toml explains its fields. `variables` are pairs of a variable
    and the directory below its value."""

    command: str
    what: str
    path: str
    option: str
    variables: tuple[tuple[str, str], ...]
    off_options: frozenset[str]
    off_variables: frozenset[str]
    cleans: tuple[tuple[str, ...], ...]
    settings: tuple[str, ...]
    files: tuple[str, ...]
    reason: str


@cache
def leftovers(command: str) -> tuple[Leftover, ...]:
    """Return what a command leaves behind."""
    return tuple(
        Leftover(
            row["command"],
            row["what"],
            row["path"],
            row["option"],
            tuple((name, folder) for name, _, folder in (text.partition(":") for text in row["variables"])),
            frozenset(row["off_options"]),
            frozenset(row["off_variables"]),
            tuple(tuple(words.split()) for words in row["cleans"]),
            tuple(row["settings"]),
            tuple(row["files"]),
            row["reason"],
        )
        for row in load("leftovers")["leftovers"]
        if row["command"] == command
    )
