"""Where curl, wget and git put what they download."""

from __future__ import annotations

import posixpath

from dockerslim_rewrite.analysis.effects import Effect, Inert, Writes
from dockerslim_rewrite.analysis.filesystem import unresolved
from dockerslim_rewrite.analysis.words import absolute, options_and_operands
from dockerslim_rewrite.shell.model import SimpleCommand


def read_download(base: str, command: SimpleCommand) -> Effect:
    """Return where curl, wget or git puts what it downloads; output to a pipe or the terminal writes nothing."""
    if base == "curl":
        return _curl(command)
    return _wget(command) if base == "wget" else _git(command)


def _curl(command: SimpleCommand) -> Effect:
    options, operands = options_and_operands(command)
    target: str | None = options.get("-o") or options.get("--output")
    if target is None:
        if "-o" in options or "--output" in options:
            return unresolved(command)
        if not options.keys() & {"-O", "--remote-name"}:
            return Inert()
        target = _url_name(operands)
    path = absolute(posixpath.join(options.get("--output-dir", ""), target) if target else None, command.cwd)
    return unresolved(command) if path is None else Writes((path,), "file")


def _wget(command: SimpleCommand) -> Effect:
    options, operands = options_and_operands(command)
    target = options.get("-O") or options.get("--output-document") or _url_name(operands)
    if target == "-" or "--spider" in options:
        return Inert()
    folder = options.get("-P") or options.get("--directory-prefix") or ""
    path = absolute(posixpath.join(folder, target) if target else None, command.cwd)
    return unresolved(command) if path is None else Writes((path,), "file")


def _git(command: SimpleCommand) -> Effect:
    _, operands = options_and_operands(command)
    if not operands or operands[0] != "clone":
        return Inert()  # other sub-commands work in a checkout: describe, config, checkout, submodule
    names = operands[1:]
    target = names[1] if len(names) > 1 else (_url_name(names) or "").removesuffix(".git") or None
    path = absolute(target, command.cwd)
    return unresolved(command) if path is None else Writes((path,), "tree")


def _url_name(operands: list[str | None]) -> str | None:
    from urllib.parse import urlsplit  # 5 ms that few files need

    urls = [word for word in operands if word and not word.startswith("-")]
    return posixpath.basename(urlsplit(urls[-1]).path) or None if urls else None
