"""Scratch space (/tmp, caches, root's settings): what the author puts there is for the build, or for the program."""

from __future__ import annotations

import posixpath
from collections.abc import Container, Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.paths import below, strictly_below, upwards
from dockerslim_rewrite.analysis.start import Process
from dockerslim_rewrite.knowledge.secrets import secret_kind
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.model import SimpleCommand

_TOUCHES = frozenset({"chown", "chmod", "chgrp"})  # changing the owner or mode is no use of a path
_PATH = pattern(r"(?<![\w.-])/[^\s\"'`;|&<>(){}=,:]*")
_PATTERN = pattern(r"[*?\[$]")


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
        texts = (self._arguments, *((self._values,) if by_variables else ()))
        return self._is_scratch(path) and any(
            path in named.around or any(place in named.whole for place in self._folders(path)) for named in texts
        )

    def keeps_copy(self, path: str, step: int) -> bool:
        """Tell whether what a COPY or ADD put into scratch space is for the program: the program names it, or no
        command below that step does, nor all that lies beside it."""
        if not self._is_scratch(path):
            return False
        folder, used = posixpath.dirname(path), self._used
        last = max(used.around.get(path, step), used.whole.get(folder, step), used.entered.get(folder, step))
        return last <= step or self.is_named(path)

    def keeps_directory(self, path: str) -> bool:
        """Tell whether a directory that RUN makes in scratch space is for the program: nothing in the build does any
        more with it."""
        filled = self._filled
        return self._is_scratch(path) and not (path in filled.around or path in filled.entered or path in self._places)

    def keeps_file(self, path: str) -> bool:
        """Tell whether an empty file that RUN makes in scratch space is for the program in the same way."""
        return self._is_scratch(path) and path not in self._read.around

    def _is_scratch(self, path: str) -> bool:
        kind = secret_kind(posixpath.basename(path))
        return (
            below(path, system_paths("volatile"))
            and not below(path, system_paths("secrets"))
            and not below(path, self._roots)
            and not (kind is not None and kind.tools)
        )

    def _folders(self, path: str) -> Iterator[str]:
        """Yield the directories around a path that the author made."""
        tops = system_paths("volatile")
        return (place for place in upwards(path) if any(strictly_below(place, top) for top in tops))

    @cached_property
    def _arguments(self) -> _Named:
        words = [word for process in self._processes for word in process.argv if word]
        return _named((0, text) for text in (*words, self._facts.contract.healthcheck or ""))

    @cached_property
    def _values(self) -> _Named:
        own = [value for process in self._processes for _, value in process.env]
        return _named((0, text) for text in (*own, *self._facts.contract.env.values()))

    @cached_property
    def _used(self) -> _Named:
        return self._commands(_TOUCHES)

    @cached_property
    def _filled(self) -> _Named:
        return self._commands(_TOUCHES | {"mkdir"})

    @cached_property
    def _read(self) -> _Named:
        return self._commands(_TOUCHES | {"touch"})

    @cached_property
    def _places(self) -> frozenset[str]:
        """The directories that WORKDIR and COPY name, with those around them."""
        steps = self._facts.steps
        named = [step.before.workdir for step in steps] + [step.copy.dest for step in steps if step.copy is not None]
        return frozenset(place for path in named for place in upwards(path))

    def _commands(self, but: Container[str | None]) -> _Named:
        """Return what the commands of the build name, but for those of some programs."""
        commands = [(step.index, item) for step in self._facts.steps for item in step.simple if item.name not in but]
        named = _named((index, text) for index, item in commands for text in _words(item))
        for index, item in commands:
            named.entered.update(dict.fromkeys(upwards(item.cwd) if item.cwd is not None else (), index))
        return named


class _Named(Struct):
    """The paths that texts name, each with the last step that does: `whole` ones, and for a pattern the directory that
    it searches; `around` has the directories around them, too; `entered` are those where commands run, and around."""

    whole: dict[str, int] = {}
    around: dict[str, int] = {}
    entered: dict[str, int] = {}


def _named(texts: Iterable[tuple[int, str]]) -> _Named:
    named = _Named()
    for step, text in texts:
        for match in _PATH.finditer(text):
            path = "/" + match[0].strip("/")
            if (found := _PATTERN.search(path)) is not None:
                path = posixpath.dirname(path[: found.start()])
            named.whole[path] = step
            named.around.update(dict.fromkeys(upwards(path), step))
    return named


def _words(command: SimpleCommand) -> Iterator[str]:
    """Yield what a command names: as written, and with variables filled in."""
    for word in (*command.words, *(item.target for item in command.redirects)):
        yield word.text
        yield word.value or ""
