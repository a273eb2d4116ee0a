"""Command lines of npm, yarn, pnpm, bun and their runners, taken apart."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from dockerslim_rewrite.knowledge.node_packages import names

Kind = Literal["install", "global", "remove", "script", "tool", "prune", "deploy", "inert", "unknown"]

MANAGERS = frozenset({"npm", "yarn", "pnpm", "bun"})
RUNNERS = frozenset({"npx", "pnpx", "bunx"})
_BUN_SOURCES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_NPM_SCRIPTS = {"start": "start", "restart": "restart", "stop": "stop", "test": "test", "t": "test", "tst": "test"}


class PackageCommand(Struct, frozen=True):
    """One command line.

    `kind`: an install into node_modules; a global install; the removal of global packages; a package.json script; a
    program run from node_modules; a prune; a copy of one workspace with its packages; nothing that matters; not
    understood. `arguments`: packages to add or to remove, the script's name and its arguments, the program's words, the
    copy's directory, or what npm is to set. `options` as written. `cwd` is where it works; `workspace` the named
    workspace, `everywhere` when it runs in all of them; `updates` when it takes newer packages than a lock file says.
    """

    kind: Kind
    manager: str
    cwd: str | None
    arguments: tuple[str, ...] = ()
    options: frozenset[str] = frozenset()
    workspace: str = ""
    everywhere: bool = False
    updates: bool = False


class _Split(Struct, frozen=True):
    operands: tuple[str, ...]
    options: frozenset[str]
    cwd: str | None
    workspace: str
    everywhere: bool


def read_package_command(argv: Sequence[str | None], cwd: str | None) -> PackageCommand | None:
    """Take a command of a package manager apart, or return None for any other command."""
    name = posixpath.basename(argv[0] or "") if argv else ""
    if name == "corepack":
        return PackageCommand("inert", name, cwd)
    if name in RUNNERS:
        if any(word is None for word in argv):
            return PackageCommand("unknown", name, cwd)
        return _exec(name, [word or "" for word in argv[1:]], cwd)
    if name not in MANAGERS:
        return None
    if any(word is None for word in argv):
        # a setting's value need not be known, but for the one that moves global packages
        setting = len(argv) > 1 and argv[1] in _words("inert") and "prefix" not in argv
        return PackageCommand("inert" if setting else "unknown", name, cwd)
    split = _split([word or "" for word in argv[1:]], cwd)
    return _READERS[name](split)


def _split(words: list[str], cwd: str | None) -> _Split:
    """Part options from operands; what follows a script's name belongs to the script."""
    operands: list[str] = []
    options: list[str] = []
    workspace, everywhere, at = "", False, 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            operands.extend(words[at:])
            break
        if not word.startswith("-") or word == "-":
            operands.append(word)
            continue
        option, equals, value = word.partition("=")
        takes_value = option in _words("directory") | _words("workspace") | _words("value")
        if not equals and takes_value and at < len(words) and not (option == "-p" and words[at].startswith("-")):
            value = words[at]
            at += 1
        if option in _words("directory"):
            cwd = posixpath.normpath(posixpath.join(cwd, value)) if cwd is not None else None
        elif option in _words("workspace") and value:
            workspace = value
        everywhere |= option in _words("everywhere")
        options.append(f"{option}={value}" if value and takes_value else word)
    return _Split(tuple(operands), frozenset(options), cwd, workspace, everywhere)


def _words(kind: str) -> frozenset[str]:
    return names("commands", kind)


def _make(kind: Kind, manager: str, split: _Split, arguments: tuple[str, ...] = ()) -> PackageCommand:
    updates = kind == "install" and split.operands[:1] != () and split.operands[0] in _words("update")
    return PackageCommand(
        kind, manager, split.cwd, arguments, split.options, split.workspace, split.everywhere, updates
    )


def _npm(split: _Split) -> PackageCommand:
    command, rest = (split.operands[0], split.operands[1:]) if split.operands else ("", ())
    is_global = bool(split.options & {"-g", "--global", "--location=global"})
    if command in _words("install") | {"rebuild"}:
        return _make("global" if is_global else "install", "npm", split, rest)
    if command in ("run", "run-script", "rum", "urn") and rest:
        return _make("script", "npm", split, rest)
    if command in _NPM_SCRIPTS:
        return _make("script", "npm", split, (_NPM_SCRIPTS[command], *rest))
    if command in ("exec", "x"):
        return _make("tool", "npm", split, rest)
    if is_global and command in _words("remove"):
        return _make("remove", "npm", split, rest)
    if command == "prune":
        return _make("prune", "npm", split)
    if command in ("config", "set"):
        return _make("inert", "npm", split, rest)
    return _make("inert" if command in _words("inert") or not command else "unknown", "npm", split)


def _yarn(split: _Split) -> PackageCommand:
    command, rest = (split.operands[0], split.operands[1:]) if split.operands else ("install", ())
    if not split.operands and split.options & {"-v", "--version", "-h", "--help"}:
        return _make("inert", "yarn", split)
    if command == "global" and rest:
        kind: Kind = "global" if rest[0] == "add" else "remove" if rest[0] == "remove" else "inert"
        return _make(kind, "yarn", split, rest[1:])
    if command in _words("install"):
        return _make("install", "yarn", split, rest)
    if command == "workspace" and len(rest) > 1:
        script = rest[2:] if rest[1] == "run" else rest[1:]
        return PackageCommand("script", "yarn", split.cwd, script, split.options, rest[0])
    if command == "workspaces" and rest[:1] == ("focus",):
        return _make("install", "yarn", split, ())
    return _script_or_other("yarn", command, rest, split)


def _pnpm(split: _Split) -> PackageCommand:
    command, rest = (split.operands[0], split.operands[1:]) if split.operands else ("", ())
    is_global = bool(split.options & {"-g", "--global"})
    if command in _words("install") | {"rebuild"}:
        return _make("global" if is_global else "install", "pnpm", split, rest)
    if is_global and command in _words("remove"):
        return _make("remove", "pnpm", split, rest)
    if command == "prune":
        return _make("prune", "pnpm", split)
    if command == "deploy" and len(rest) == 1:
        return _make("deploy", "pnpm", split, rest)
    return _script_or_other("pnpm", command, rest, split)


def _bun(split: _Split) -> PackageCommand:
    command, rest = (split.operands[0], split.operands[1:]) if split.operands else ("", ())
    is_global = bool(split.options & {"-g", "--global"})
    if command in _words("install"):
        return _make("global" if is_global else "install", "bun", split, rest)
    if is_global and command in _words("remove"):
        return _make("remove", "bun", split, rest)
    if command == "build":
        return _make("unknown", "bun", split)
    operands = rest if command == "run" else split.operands
    if operands[:1] and operands[0].endswith(_BUN_SOURCES):
        return _make("tool", "bun", split, ("bun", *sorted(split.options & {"--hot", "--watch"}), *operands))
    if command == "":
        return _make("unknown" if not split.options & {"-v", "--version"} else "inert", "bun", split)
    return _script_or_other("bun", command, rest, split)


def _script_or_other(manager: str, command: str, rest: tuple[str, ...], split: _Split) -> PackageCommand:
    """yarn, pnpm and bun run a script, or a program of node_modules, by its bare name."""
    if command in ("run", "run-script") and rest:
        return _make("script", manager, split, rest)
    if command in ("exec", "dlx", "x", "node"):
        return _make("tool", manager, split, ("node", *rest) if command == "node" else rest)
    if command in _words("inert") or not command:
        return _make("inert", manager, split)
    if command in _words("other"):
        return _make("unknown", manager, split)
    return _make("script", manager, split, (command, *rest))


def _exec(runner: str, words: list[str], cwd: str | None) -> PackageCommand:
    at = 0
    while at < len(words) and words[at].startswith("-"):
        if words[at] in ("-c", "--call"):
            return PackageCommand("unknown", runner, cwd)
        at += 2 if words[at] in ("-p", "--package", "--node-arg", "-n") else 1
    arguments = tuple(words[at:])
    return PackageCommand("tool" if arguments else "inert", runner, cwd, arguments)


_READERS = {"npm": _npm, "yarn": _yarn, "pnpm": _pnpm, "bun": _bun}


def package_name(specifier: str) -> str:
    """Return the package that an install argument or an import names: `@a/b@1` and `@a/b/c` are `@a/b`."""
    scope, name = "", specifier
    if specifier.startswith("@") and "/" in specifier:
        scope, _, name = specifier.partition("/")
        scope += "/"
    return scope + name.split("/", 1)[0].split("@", 1)[0]
