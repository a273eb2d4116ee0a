"""Where the parts of a script stand: a script that was read by itself is put where its text lies in a file."""

from __future__ import annotations

from dockerslim_rewrite.shell.model import Assignment, Opaque, Redirect, Script, SimpleCommand, Word
from dockerslim_rewrite.shell.scope import NOWHERE
from dockerslim_rewrite.shell.tree import Locate


def put(script: Script, locate: Locate) -> Script:
    """Return a script whose spans, which lay in its own text, lie in the file."""
    mover = _Mover(locate)
    return Script(tuple([mover.command(item) for item in script.commands]))


class _Mover:
    def __init__(self, locate: Locate) -> None:
        self._locate = locate
        self._exported: tuple[Assignment, ...] = ()
        self._moved: tuple[Assignment, ...] = ()

    def command(self, item: SimpleCommand | Opaque) -> SimpleCommand | Opaque:
        span = self._locate(item.span.start, item.span.end)
        if isinstance(item, Opaque):
            return Opaque(item.reason, span)
        if item.exported is not self._exported:  # most commands share them with the one before
            self._exported, self._moved = item.exported, self._assignments(item.exported)
        return SimpleCommand(
            tuple([self._word(word) for word in item.words]),
            self._assignments(item.assignments),
            tuple([Redirect(part.operator, self._word(part.target)) for part in item.redirects]),
            item.connector,
            item.cwd,
            item.conditional,
            span,
            item.depth,
            item.in_substitution,
            self._moved,
        )

    def _assignments(self, items: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
        return tuple([Assignment(item.name, self._word(item.value)) for item in items])

    def _word(self, word: Word) -> Word:
        if word.span is NOWHERE:
            return word
        return Word(word.text, word.value, self._locate(word.span.start, word.span.end), word.glob)
