"""Scratch space (/tmp, caches, root's settings): what the author puts there is for the build, or for the program."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.paths import below, strictly_below, upwards
from dockerslim_rewrite.analysis.start import Process
from dockerslim_rewrite.knowledge.secrets import secret_kind
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.shell.model import SimpleCommand

_TOUCHES = frozenset({"chown", "chmod", "chgrp"})  # changing the owner or mode is no use of a path
_START, _END = r"(?<![\w.-])", r"(?![\w./-])"  # of a path in a text


class Scratch:
    """Tells what of scratch space is for the program. `processes` are all that run in a container; `roots` are the
    directories that a language decides about."""

    def __init__(self, facts: StageFacts, processes: Iterable[Process], roots: tuple[str, ...]) -> None:
        self._facts = facts
        self._processes = tuple(processes)
        self._roots = roots

    def is_named(self, path: str, *, by_variables: bool = True) -> bool:
        """Tell whether what runs names a path of scratch space or a directory around it, in its arguments or, unless
        they are not to count, in the variables that it sees."""
        texts = (*self._arguments, *(self._values if by_variables else ()))
        return self._is_scratch(path) and any(
            _names(text, place, whole=place != path) for place in self._around(path) for text in texts
        )

    def keeps_copy(self, path: str, step: int) -> bool:
        """Tell whether what a COPY or ADD put into scratch space is for the program: the program names it, or no
        command below that step does."""
        if not self._is_scratch(path):
            return False
        commands = (item for item in self._commands(step) if item.name not in _TOUCHES)
        return self.is_named(path) or not any(self._uses(item, path) for item in commands)

    def keeps_directory(self, path: str) -> bool:
        """Tell whether a directory that RUN makes in scratch space is for the program: nothing in the build does any
        more with it."""
        if not self._is_scratch(path):
            return False
        steps = self._facts.steps
        if any(below(step.before.workdir, (path,)) or (step.copy and below(step.copy.dest, (path,))) for step in steps):
            return False
        commands = (item for item in self._commands(-1) if item.name not in {"mkdir", *_TOUCHES})
        return not any(
            below(item.cwd or "/", (path,)) or any(_names(text, path) for text in _words(item)) for item in commands
        )

    def _is_scratch(self, path: str) -> bool:
        kind = secret_kind(posixpath.basename(path))
        return (
            below(path, system_paths("volatile"))
            and not below(path, system_paths("secrets"))
            and not below(path, self._roots)
            and not (kind is not None and kind.tools)
        )

    def _around(self, path: str) -> Iterator[str]:
        """Yield a path and the directories around it that the author made."""
        return (place for place in upwards(path) if any(strictly_below(place, top) for top in system_paths("volatile")))

    @cached_property
    def _arguments(self) -> tuple[str, ...]:
        words = [word for process in self._processes for word in process.argv if word]
        return (*words, self._facts.contract.healthcheck or "")

    @cached_property
    def _values(self) -> tuple[str, ...]:
        own = [value for process in self._processes for _, value in process.env]
        return (*own, *self._facts.contract.env.values())

    def _commands(self, after: int) -> Iterator[SimpleCommand]:
        """Yield the commands of all steps below one."""
        for step in self._facts.steps:
            if step.index > after and step.script is not None:
                yield from step.script.simple

    def _uses(self, command: SimpleCommand, path: str) -> bool:
        """Tell whether a command names a path, something below it, or all that lies beside it."""
        folder = posixpath.dirname(path)
        if command.cwd is not None and below(command.cwd, (folder,)):
            return True
        beside = re.compile(rf"{_START}{re.escape(folder)}(?:/?{_END}|/[^/\s]*[*?\[$])")
        return any(_names(text, path) or beside.search(text) for text in _words(command))


def _names(text: str, path: str, *, whole: bool = False) -> bool:
    """Tell whether a text holds a path, or something below it unless it is to be the `whole` path."""
    return re.search(rf"{_START}{re.escape(path)}(?:{'/?' if whole else '/|'}{_END})", text) is not None


def _words(command: SimpleCommand) -> Iterator[str]:
    """Yield what a command names: as written, and with variables filled in."""
    for word in (*command.words, *(item.target for item in command.redirects)):
        yield word.text
        yield word.value or ""
