"""apt, apt-get, apk and dpkg command lines."""

from __future__ import annotations

from dockerslim_rewrite.analysis.effects import (
    ChangesSources,
    Effect,
    Inert,
    InstallsPackages,
    RemovesPackages,
    Unknown,
)
from dockerslim_rewrite.analysis.words import options_and_operands
from dockerslim_rewrite.shell.model import SimpleCommand

MANAGERS = frozenset({"apt-get", "apt", "aptitude", "apk", "dpkg", "add-apt-repository", "apt-key", "apt-mark"})


def read_command(base: str, command: SimpleCommand) -> Effect:
    """Return what a package manager call changes."""
    if base in ("apt-get", "apt", "aptitude"):
        return _apt(command)
    if base == "apk":
        return _apk(command)
    if base == "apt-mark":
        return Inert()
    if base == "dpkg":
        options, _ = options_and_operands(command)
        if options.keys() & {"-i", "--install", "--unpack", "--configure", "--add-architecture"}:
            return Unknown("dpkg installs a package from a file")
        return Inert()
    return ChangesSources()


def _apt(command: SimpleCommand) -> Effect:
    options, operands = options_and_operands(command)
    verb, names = (operands[0], operands[1:]) if operands else (None, [])
    if verb in ("install", "build-dep", "reinstall"):
        return _install("apt", names, recommends="--no-install-recommends" not in options)
    if verb in ("remove", "purge", "autoremove", "autopurge"):
        return RemovesPackages(tuple(name for name in names if name))
    if verb in ("update", "clean", "autoclean", "check", "list", "show", "search", "download", "moo", None):
        return Inert()
    if verb in ("upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade"):
        return Inert()  # newer versions of what is there; the runtime base is as new as its tag
    return Unknown(f"apt {verb} is not known")


def _apk(command: SimpleCommand) -> Effect:
    options, operands = options_and_operands(command)
    verb, names = (operands[0], operands[1:]) if operands else (None, [])
    if verb == "add":
        if options.keys() & {"-X", "--repository", "--allow-untrusted"}:
            return Unknown("apk takes packages from another repository")  # edge and testing: not the base's own
        return _install("apk", names, group=options.get("-t") or options.get("--virtual") or "")
    if verb == "del":
        return RemovesPackages(tuple(name for name in names if name))
    if verb in ("update", "upgrade", "cache", "fix", "info", "search", "version", "audit", "policy", "list", None):
        return Inert()
    return Unknown(f"apk {verb} is not known")


def _install(manager: str, names: list[str | None], *, group: str = "", recommends: bool = False) -> Effect:
    known = tuple(_strip_version(name, manager) for name in names if name is not None)
    if any(name.startswith(("./", "/")) for name in known):
        return Unknown("a package is installed from a file")
    return InstallsPackages(manager, known, None not in names, group, recommends)


def _strip_version(name: str, manager: str) -> str:
    if manager == "apt":
        return name.split("=", 1)[0].split("/", 1)[0].split(":", 1)[0] if not name.startswith(("./", "/")) else name
    for mark in ("=", "~", "<", ">", "@"):
        name = name.split(mark, 1)[0]
    return name
