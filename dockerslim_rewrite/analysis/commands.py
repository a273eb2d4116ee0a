"""Reads the effects of each RUN's commands from their own words; scripts of the context are followed."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from dockerslim_rewrite.analysis import accounts, downloads, filesystem, packages
from dockerslim_rewrite.analysis.effects import Builds, CommandEffect, Effect, Inert, MayRemove, Removes, Unknown
from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.analysis.model import StageFacts, Step
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge.tools import tool
from dockerslim_rewrite.shell.builtins import is_builtin
from dockerslim_rewrite.shell.location import with_own_directory
from dockerslim_rewrite.shell.model import Opaque, SimpleCommand
from dockerslim_rewrite.shell.parse import parse_script, read_interpreter, shell_call, unwrap

SHELLS = frozenset({"sh", "bash", "ash", "dash", ".", "source"})
MAX_SCRIPT_DEPTH = 4


def command_effects(facts: StageFacts, files: ImageFiles, context: Context, text: str) -> tuple[CommandEffect, ...]:
    """Return the effects of every command of every RUN, in order. `text` is the Dockerfile's."""
    reader = _Reader(files, context)
    return tuple(effect for step in facts.steps if step.script is not None for effect in reader.step(step, text))


class _Reader:
    def __init__(self, files: ImageFiles, context: Context) -> None:
        self._files = files
        self._context = context

    def step(self, step: Step, text: str) -> Iterator[CommandEffect]:
        assert step.script is not None
        first = step.instruction
        for number, command in enumerate(step.script.commands):
            line = first.line + text.count("\n", first.span.start, command.span.start)
            written = " ".join(command.span.of(text).split())
            if isinstance(command, Opaque):
                yield CommandEffect(step.index, number, line, written, (Unknown(command.reason),))
                continue
            effects = tuple(self._command(command, step, step.before.user, 0))
            yield CommandEffect(step.index, number, line, written, effects)

    def _command(self, command: SimpleCommand, step: Step, user: str, depth: int) -> Iterator[Effect]:
        command = unwrap(command)
        yield from filesystem.redirections(command)
        name = command.name
        if not command.words:
            yield Inert()
        elif name is None:
            yield Unknown(f"the command name {command.words[0].text} is not known before the build")
        else:
            for effect in self._named(posixpath.basename(name), name, command, step, user, depth):
                if isinstance(effect, Removes) and command.conditional:
                    effect = MayRemove(effect.paths)
                yield effect

    def _named(
        self, base: str, name: str, command: SimpleCommand, step: Step, user: str, depth: int
    ) -> Iterator[Effect]:
        if shell_call(command) is not None:
            yield Inert()  # the commands of `sh -c TEXT` follow in the script
        elif (script := self._script_text(base, name, command, step)) is not None and depth < MAX_SCRIPT_DEPTH:
            yield from self._script(script, command, step, user, depth)
        elif base in packages.MANAGERS:
            yield packages.read_command(base, command)
        elif base in filesystem.COMMANDS:
            yield from filesystem.COMMANDS[base](command)
        elif (known := tool(base)) is not None:
            yield _BY_KIND.get(known.kind, _unknown_kind)(base, command)
        elif is_builtin(base):
            yield Inert()
        else:
            yield Unknown(f"what {base} does is not known")

    def _script(self, text: str, command: SimpleCommand, step: Step, user: str, depth: int) -> Iterator[Effect]:
        script = parse_script(text, variables=step.before.variables, workdir=command.cwd)
        for opaque in script.opaque:
            yield Unknown(opaque.reason)
        for inner in script.simple:
            yield from self._command(inner, step, user, depth + 1)

    def _script_text(self, base: str, name: str, command: SimpleCommand, step: Step) -> str | None:
        """Return the text of the shell script that a command runs, when it came with the context."""
        target: str | None = name if "/" in name else None
        if base in SHELLS:
            operands = [word for word in command.argv[1:] if word is None or not word.startswith("-")]
            target = operands[0] if operands else None
        if target is None or command.cwd is None:
            return None
        path = posixpath.normpath(posixpath.join(command.cwd, target))
        source = self._files.to_context(path, before=step.index)
        text = self._context.read_text(source) if source is not None else None
        if text is None or not (base in SHELLS or name.endswith(".sh") or read_interpreter(text) in SHELLS):
            return None
        return with_own_directory(text, posixpath.dirname(path))


def _unknown_kind(base: str, command: SimpleCommand) -> Effect:
    return Unknown(f"what {base} changes is not known")


_BY_KIND: dict[str, Callable[[str, SimpleCommand], Effect]] = {
    "inert": lambda base, command: Inert(),
    "build": lambda base, command: Builds(base),
    "make": lambda base, command: Builds(base, installs=any("install" in (word or "") for word in command.argv[1:])),
    "user": accounts.read_account,
    "network": downloads.read_download,
    "config": filesystem.read_config,
}
