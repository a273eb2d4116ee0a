"""What is known of the shell's own commands and of programs that only start another one (knowledge/shell.toml)."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from dockerslim_rewrite.knowledge.tables import load


class Wrapper(Struct, frozen=True):
    """A program that runs its arguments as a command.

    `value_options` take the next word; with one of `query_options` no command is run; `operands` is the number of words
    before the command; `assignments` tells whether `NAME=value` may stand before it.
    """

    name: str
    value_options: frozenset[str]
    query_options: frozenset[str]
    operands: int
    assignments: bool


class ShellFacts(Struct, frozen=True):
    """The content of knowledge/shell.toml. `sourced` maps the end of a sourced file's path to what the file sets."""

    builtins: frozenset[str]
    shells: frozenset[str]
    sourced: dict[str, tuple[str, ...]]
    wrappers: dict[str, Wrapper]


@cache
def shell_facts() -> ShellFacts:
    """Load the facts, once."""
    data = load("shell")
    wrappers = (
        Wrapper(
            entry["name"],
            frozenset(entry.get("value_options", ())),
            frozenset(entry.get("query_options", ())),
            entry.get("operands", 0),
            entry.get("assignments", False),
        )
        for entry in data["wrappers"]
    )
    return ShellFacts(
        frozenset(data["builtins"]["names"]) | frozenset(data["bash_builtins"]["names"]),
        frozenset(data["shells"]["names"]),
        {end: tuple(names) for end, names in data["sourced"].items() if end != "source"},
        {wrapper.name: wrapper for wrapper in wrappers},
    )


def is_builtin(name: str) -> bool:
    """Tell whether a POSIX shell or bash runs this command itself."""
    return name in shell_facts().builtins
