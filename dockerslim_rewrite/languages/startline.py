"""The start command with another program in the place of its first words, the rest as the author wrote it."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping

from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.start import SHELLS, Process
from dockerslim_rewrite.languages.model import ReplaceStart
from dockerslim_rewrite.shell.model import Script, SimpleCommand, Word
from dockerslim_rewrite.shell.parse import parse_script, unwrap

StartText = tuple[str, ...] | str


def replace_program(facts: StageFacts, process: Process, count: int, program: str) -> ReplaceStart | None:
    """Return ENTRYPOINT or CMD with `program` for the first `count` words of a process, or None when they are split.

    Variables, redirections and commands around stay shell text: what they hold is known when the container starts.
    """
    own, cmd = facts.contract.own_entrypoint, facts.contract.cmd
    first = own or cmd
    if first is None:
        return None
    tail: tuple[str, ...] = ()
    if own is not None and own.shell is None and cmd is not None and cmd.step is not None:
        if cmd.shell is not None:
            return None
        tail = cmd.argv
    new: StartText | None
    if first.shell is not None:
        new = _in_text(first.shell, process, count, program, facts.contract.env, facts.contract.workdir)
    else:
        new = _in_words(first.argv, tail, process, count, program, facts)
    if new is None:
        return None
    if own is None:
        return ReplaceStart(None, new)
    # the shell of an ENTRYPOINT never passed CMD on: a program in its place must not get it either
    unheard = own.shell is not None and not isinstance(new, str) and cmd is not None and cmd.step is not None
    return ReplaceStart(new, () if unheard else None)


def _in_words(
    argv: tuple[str, ...], tail: tuple[str, ...], process: Process, count: int, program: str, facts: StageFacts
) -> tuple[str, ...] | None:
    """Replace in exec form: the process is all of it, or the text of `sh -c` that ends it."""
    if (*argv, *tail) == process.argv:
        return (program, *argv[count:]) if count <= len(argv) else None
    if posixpath.basename(argv[0]) in SHELLS and len(argv) == 3 and argv[1].endswith("c") and not tail:
        env, workdir = facts.contract.env, facts.contract.workdir
        text = _in_text(argv[2], process, count, program, env, workdir, keep_shell=True)
        return (*argv[:2], text) if isinstance(text, str) else None
    return None


def _in_text(
    text: str,
    process: Process,
    count: int,
    program: str,
    env: Mapping[str, str],
    workdir: str,
    *,
    keep_shell: bool = False,
) -> StartText | None:
    """Replace in shell text; a lone command of literal words needs no shell and becomes exec form."""
    script = parse_script(text, variables=env, workdir=workdir)
    matches = [inner for command in script.simple if (inner := unwrap(command)).argv == process.argv]
    if len(matches) != 1 or shlex.quote(program) != program:
        return None
    words = matches[0].words
    if not keep_shell and _is_literal(script):
        return (program, *(word.value or "" for word in words[count:]))
    start, end = words[0].span.start, words[count - 1].span.end
    return text[:start] + program + text[end:]


def _is_literal(script: Script) -> bool:
    """Tell whether a script is one command of literal words: no variables, globs, redirections."""
    if len(script.commands) != 1 or not isinstance(script.commands[0], SimpleCommand):
        return False
    command = script.commands[0]
    extras = command.assignments or command.redirects or command.exported or unwrap(command).assignments
    return not extras and all(_is_literal_word(word) for word in command.words)


def _is_literal_word(word: Word) -> bool:
    return word.value is not None and not word.glob and not any(letter in word.text for letter in "$`~")
