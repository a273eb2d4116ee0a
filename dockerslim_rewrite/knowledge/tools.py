"""What the commands of a RUN do, and which programs and start commands belong to development. Facts: tools.toml."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from msgspec import Struct

from dockerslim_rewrite.knowledge.tables import load

Kind = Literal["package-manager", "build", "make", "filesystem", "user", "inert", "network", "config"]


class Tool(Struct, frozen=True):
    """A command by the kind of its effect; `reason` is a short sentence about the effect."""

    name: str
    kind: Kind
    reason: str


class DevelopmentUse(Struct, frozen=True):
    """A program or command that only a development image starts, with its hazard code."""

    name: str
    code: str
    reason: str


def tool(name: str) -> Tool | None:
    """Return what the command `name` (without directory) does, or None when it is not known."""
    return _tools().get(name)


def hot_reload(name: str) -> DevelopmentUse | None:
    """Return why the program `name` is a reloader or debugger, or None when it is none.

    `name` is a bare name or a path in a directory of installed programs (bin, .bin): `./air` is the author's own.
    """
    directory, base = posixpath.split(name)
    installed = not directory or posixpath.basename(directory) in ("bin", ".bin")
    return hot_reload_tools().get(base) if installed else None


def development_command(argv: Sequence[str | None]) -> DevelopmentUse | None:
    """Return why a start command is for development, or None.

    `argv` are its words, None where they are not static. Options may stand between the words of a pattern; a leading
    `npx`, `pnpm exec` or `yarn exec` counts as the program that it starts.
    """
    words = _without_runner(argv)
    if not words or words[0] is None:
        return None
    if (use := hot_reload(words[0])) is not None:
        return use
    for exact, pattern, use in _development():
        if (_equals if exact else _starts_with)(words, pattern):
            return use
    return None


@cache
def _tools() -> dict[str, Tool]:
    groups = load("tools")["groups"]
    return {
        name: Tool(name, group["kind"], group["reason"])
        for group in reversed(groups)
        for name in group["names"].split()
    }


@cache
def hot_reload_tools() -> Mapping[str, DevelopmentUse]:
    """Return all reloaders and debuggers by name."""
    groups = load("tools")["hot_reload"]
    return {
        name: DevelopmentUse(name, group["code"], group["reason"])
        for group in groups
        for name in group["names"].split()
    }


@cache
def _development() -> tuple[tuple[bool, tuple[str, ...], DevelopmentUse], ...]:
    return tuple(
        (group.get("exact", False), tuple(command.split()), DevelopmentUse(command, group["code"], group["reason"]))
        for group in load("tools")["development"]
        for command in group["commands"].strip().splitlines()
    )


def _without_runner(argv: Sequence[str | None]) -> Sequence[str | None]:
    runners = (
        ("npx",),
        ("bunx",),
        ("pnpx",),
        ("pnpm", "exec"),
        ("yarn", "exec"),
        ("pnpm", "dlx"),
        ("npm", "exec", "--"),
    )
    for runner in runners:
        if tuple(argv[: len(runner)]) == runner:
            rest = argv[len(runner) :]
            while rest and rest[0] is not None and rest[0].startswith("-"):
                rest = rest[1:]
            return rest
    return argv


def _equals(argv: Sequence[str | None], pattern: tuple[str, ...]) -> bool:
    return tuple(argv) == pattern


def _starts_with(argv: Sequence[str | None], pattern: tuple[str, ...]) -> bool:
    """Tell whether the command's words begin with the pattern's; other options between them are skipped."""
    words = iter(argv)
    first = next(words)
    if first is None or posixpath.basename(first) != pattern[0]:
        return False
    for expected in pattern[1:]:
        for word in words:
            if word == expected:
                break
            if word is None or not word.startswith("-"):
                return False
        else:
            return False
    return True
