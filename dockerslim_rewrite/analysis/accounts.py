"""Commands that create users and groups."""

from __future__ import annotations

import posixpath

from dockerslim_rewrite.analysis.effects import ChangesAccounts
from dockerslim_rewrite.analysis.words import options_and_operands
from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.model import SimpleCommand

_NAME = pattern(r"[\w.-]+\$?")


def read_account(base: str, command: SimpleCommand) -> ChangesAccounts:
    """Read a user or group command. The home directory is reported when the command makes one."""
    if base == "useradd":
        options, operands = options_and_operands(command)
        name = operands[-1] if operands else None
        makes_home = bool(options.keys() & {"-m", "--create-home"})
        home = (
            options.get("-d")
            or options.get("--home-dir")
            or options.get("--home")
            or (f"/home/{name}" if name else None)
        )
        return _account(name, home if makes_home else None)
    if base == "adduser":
        options, operands = options_and_operands(command)
        name = operands[0] if operands else None
        # Debian's --system has no home of its own unless asked; both dialects otherwise make one
        without = options.keys() & {"-H", "--no-create-home"} or ("--system" in options and "--home" not in options)
        home = options.get("--home") or options.get("-h") or (f"/home/{name}" if name else None)
        if len(operands) > 1:
            return ChangesAccounts(None, None)  # `adduser USER GROUP` adds to a group
        return _account(name, None if without else home)
    return ChangesAccounts(None, None)


def _account(name: str | None, home: str | None) -> ChangesAccounts:
    """Return what a command makes of a name and a home directory that it may take: it fails for any other."""
    if name is None or not _NAME.fullmatch(name):
        return ChangesAccounts(None, None)
    return ChangesAccounts(name, posixpath.normpath(home) if home is not None and home.startswith("/") else None)
