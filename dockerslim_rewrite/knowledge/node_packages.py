"""Access to node_packages.toml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from dockerslim_rewrite.knowledge.tables import load

FILE = "knowledge/node_packages.toml"


class BuildTool(Struct, frozen=True):
    """What a build command writes. `name` is the row of the table; `paths` are its defaults; `config` files whose
    `property` changes them; `options` of the command line that do; `operand` is the number of the operand that names
    the output, `root` of the one that names the project's directory, None when none does; `root_property` does the same
    in the config file. `inlines`: packages are put into the output, but for those that an option keeps outside.
    `compiles`: directories whose sources end up in the output; `complete`: outputs that bring their packages, unless
    a configuration file has a word of `complete_unless`; `inlines_development`: the output holds the development
    dependencies that it uses. `moves`: properties of the configuration that move one of the paths, with that path.
    `plugins`: packages that a configuration may load; with any other, what is written is not known. `serves`:
    directories of the project that are served as they are, whatever a source imports from them."""

    name: str
    paths: tuple[str, ...]
    config: tuple[str, ...]
    property: str
    options: tuple[str, ...]
    operand: int | None
    root: int | None
    root_property: str
    inlines: bool
    compiles: tuple[str, ...]
    complete: tuple[str, ...]
    complete_unless: tuple[str, ...]
    inlines_development: bool
    moves: Mapping[str, str]
    plugins: frozenset[str]
    serves: frozenset[str]


class BuildServer(Struct, frozen=True):
    """A program that serves the output of one of `builds` and reads, beside it, the files `reads` (patterns)."""

    builds: tuple[str, ...]
    reads: tuple[str, ...]


class GlobalSite(Struct, frozen=True):
    """Where a manager puts global packages: by default, by a setting, and what moves it in ways that are not followed.
    `programs` are links of the default directory that `bin`, on PATH, repeats ("" for none)."""

    default: str | None
    settings: tuple[str, ...]
    unfollowed: tuple[str, ...]
    programs: str
    bin: str


@cache
def global_site(manager: str) -> GlobalSite:
    """Return the site of npm, yarn, pnpm or bun."""
    row = _table("global_sites")[manager]
    links = str(row.get("programs", "")), str(row.get("bin", ""))
    return GlobalSite(row["default"] or None, tuple(row["settings"]), tuple(row["unfollowed"]), *links)


@cache
def names(table: str, key: str) -> frozenset[str]:
    """Return a list of names: `names("native", "packages")`."""
    return frozenset(_table(table)[key])


def patterns(key: str) -> frozenset[str]:
    """Return file name patterns of `[build_only]`."""
    return names("build_only", key)


def is_builtin(module: str) -> bool:
    """Tell whether Node itself brings a module."""
    return module.startswith("node:") or module.split("/", 1)[0] in names("builtin", "modules")


def package_of_program(program: str) -> str:
    """Return the package that usually brings a program; most have its name."""
    return str(_table("bins").get(program, program))


def manager_packages(manager: str) -> tuple[str, ...]:
    """Return the packages that bring a package manager."""
    return (manager, *_table("manager_packages").get(manager, ()))


def runner_needs(program: str) -> tuple[str, ...] | None:
    """Return what else a program that runs sources needs (ts-node: typescript), or None when it is no such program."""
    needs = _table("runners").get(program)
    return None if needs is None else tuple(needs)


def register_needs(package: str) -> tuple[str, ...]:
    """Return what a package that is loaded with `-r` needs besides itself."""
    return tuple(_table("registers").get(package, ()))


def development_commands(program: str) -> frozenset[str] | None:
    """Return the sub-commands that make a program a development server (empty: any), or None when it never is one."""
    commands = _table("development").get(program)
    return None if commands is None else frozenset(commands)


def started_programs(package: str) -> tuple[str, ...]:
    """Return the programs that a package starts without bringing them."""
    return tuple(_table("starts").get(package, ()))


def file_readers() -> frozenset[str]:
    """Return the names of functions whose first argument is a file to read."""
    return names("readers", "functions")


def process_starters() -> Mapping[str, Mapping[str, str]]:
    """Return module to function to "shell" or "exec"."""
    return _table("starters")


def build_server(program: str, command: str) -> BuildServer | None:
    """Return what `program command` (or `program`) serves, or None when it is no such program."""
    table = _table("servers")
    row = table.get(f"{program} {command}") or table.get(program)
    return BuildServer(tuple(row["builds"]), tuple(row["reads"])) if row is not None else None


def build_tool(program: str, command: str, packages: Iterable[str] = ()) -> BuildTool | None:
    """Return what `program command` (or `program`) writes in a project with these packages, or None when that is not
    known."""
    table = _table("outputs")
    name = f"{program} {command}"
    rows = (*(f"{name} {package}" for package in packages), name, program)
    found = next((row for row in rows if row in table), None)
    if found is None:
        return None
    row = table[found]
    return BuildTool(
        found,
        tuple(row.get("paths", ())),
        tuple(row.get("config", ())),
        row.get("property", ""),
        tuple(row.get("options", ())),
        row.get("operand"),
        row.get("root"),
        row.get("root_property", ""),
        row.get("inlines", False),
        tuple(row.get("compiles", ())),
        tuple(row.get("complete", ())),
        tuple(row.get("complete_unless", ())),
        row.get("inlines_development", False),
        row.get("moves", {}),
        frozenset(row.get("plugins", ())),
        frozenset(row.get("serves", ())),
    )


def _table(name: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = load("node_packages")[name]
    return table


@cache
def known_programs() -> frozenset[str]:
    """Return the names of all programs of npm packages that the tables know."""
    listed = {row.split(" ", 1)[0] for row in _table("outputs")} | {
        row.split(" ", 1)[0] for row in _table("no_output")["programs"]
    }
    return frozenset(listed | _table("bins").keys() | _table("runners").keys() | _table("development").keys())


def registers() -> frozenset[str]:
    """Return the packages that compile sources while they load."""
    return frozenset(_table("registers"))
