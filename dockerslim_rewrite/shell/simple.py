"""Lists simple commands: words, assignments, redirections, and what the command changes in the shell."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from dockerslim_rewrite.shell.commands import (
    RESERVED,
    check_gaps,
    join_spans,
    read_assignment,
    read_redirects,
    read_words,
    redirect_end,
    test_words,
)
from dockerslim_rewrite.shell.effects import apply_builtin
from dockerslim_rewrite.shell.model import Assignment, Connector, Opaque, Redirect, SimpleCommand, Word
from dockerslim_rewrite.shell.scope import Scope
from dockerslim_rewrite.shell.statements import REDIRECTS
from dockerslim_rewrite.shell.tree import Locate, NotUnderstoodError, Source, parse_source
from dockerslim_rewrite.shell.wrappers import shell_call
from dockerslim_rewrite.syntax.model import Span

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_COMMANDS = 20_000
MAX_STATEMENTS = 50_000
MAX_REPEATED = 1_000_000
MAX_NESTING = 40


class Place(Struct, frozen=True):
    """Where a command stands: see SimpleCommand's fields of the same names."""

    conditional: bool = False
    depth: int = 0
    in_substitution: bool = False

    def deeper(self, *, conditional: bool = False, in_substitution: bool = False) -> Place:
        """Return the place of a part of this one."""
        return Place(self.conditional or conditional, self.depth + 1, self.in_substitution or in_substitution)


class Progress(Struct):
    """What all walkers of one script share. `calls` are the bodies of functions being followed (source, first byte),
    `loops` counts the unrolled loops around this point."""

    commands: list[SimpleCommand | Opaque] = []
    nesting: int = 0
    calls: list[tuple[int, int]] = []
    loops: int = 0
    statements: int = 0
    repeated: int = 0

    def repeat(self, characters: int) -> bool:
        """Tell whether a text of this length may be walked once more; the sum is bounded."""
        self.repeated += characters
        return self.repeated <= MAX_REPEATED


class CommandWalker(ABC):
    """Lists the simple commands of one parsed text; control flow is left to the subclass."""

    def __init__(self, source: Source, scope: Scope, progress: Progress) -> None:
        self._source = source
        self._scope = scope
        self._progress = progress
        self._connector: Connector = ""
        self._names: frozenset[str] | None = None

    @abstractmethod
    def _sequence(self, nodes: list[Node], place: Place) -> None:
        """Walk statements in order."""

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        """Bound the nesting, so that no text can exhaust the stack."""
        if self._progress.nesting >= MAX_NESTING:
            raise NotUnderstoodError("nested too deeply")
        if self._progress.statements >= MAX_STATEMENTS:
            raise NotUnderstoodError("the script is too large")
        self._progress.nesting += 1
        self._progress.statements += 1
        try:
            yield
        finally:
            self._progress.nesting -= 1

    @contextmanager
    def _subshell(self) -> Iterator[None]:
        """Undo what a part changes."""
        before = self._scope
        self._scope = before.fork()
        try:
            yield
        finally:
            self._scope = before

    @contextmanager
    def _branch(self, doubtful: bool = True) -> Iterator[None]:
        """Make what a part changes unknown, since the part may not run."""
        if not doubtful:
            yield
            return
        before = self._scope
        self._scope = before.fork()
        try:
            yield
        finally:
            before.join(self._scope)
            self._scope = before

    def _simple(self, node: Node, redirects: tuple[Node, ...], place: Place) -> None:
        children = [node] if node.type == "variable_assignment" else node.children
        check_gaps(self._source, children)
        prefix: list[Node] = []
        words: list[Node] = []
        own: list[Node] = []
        for child in children:
            if child.type in REDIRECTS:
                own.append(child)
            elif child.type == "variable_assignment" and not words:
                prefix.append(child)
            elif child.type != "comment":
                words.append(child)
        self._substitutions((*prefix, *words, *own, *redirects), place)
        assignments = []
        for child in prefix:
            assignments.append(read_assignment(self._source, child, self._scope))
            if not words:
                self._scope.assign(assignments[-1])
        targets, extra = read_redirects(self._source, (*own, *redirects), self._scope)
        # the grammar gives `> file argument` both words as targets: they are in order of their place
        ordered = sorted((*words, *extra), key=lambda part: part.start_byte)
        read = read_words(self._source, ordered, self._scope)
        if words and self._source.read(words[0]) in RESERVED:
            raise NotUnderstoodError("shell syntax not understood")
        span = self._span((*prefix, *ordered, *own, *redirects))
        self._run(read, tuple(assignments), targets, span, place)

    def _keyword_command(self, node: Node, redirects: tuple[Node, ...], place: Place) -> None:
        """Walk export, declare, unset and test commands, for which the grammar has nodes of their own."""
        self._substitutions((node, *redirects), place)
        targets, _ = read_redirects(self._source, redirects, self._scope)
        span = self._span((node, *redirects))
        if node.type == "test_command":
            self._test(node, targets, span, place)
            return
        words = read_words(self._source, node.children, self._scope)
        items = [
            read_assignment(self._source, child, self._scope)
            for child in node.children
            if child.type == "variable_assignment"
        ]
        self._run(words, (), targets, span, place)
        exports = words[0].value == "export"
        for item in items:
            self._scope.assign(item, export=exports)
        for child in node.children:
            if child.type == "variable_name" and exports:
                self._scope.export(self._source.read(child))

    def _test(self, node: Node, targets: tuple[Redirect, ...], span: Span, place: Place) -> None:
        self._run(test_words(self._source, node, self._scope), (), targets, span, place)

    def _run(
        self,
        words: tuple[Word, ...],
        assignments: tuple[Assignment, ...],
        redirects: tuple[Redirect, ...],
        span: Span,
        place: Place,
    ) -> None:
        name = words[0].value if words else None
        if name in self._scope.functions:
            self._call(name, words, assignments, redirects, span, place)
            return
        command = self._emit(words, assignments, redirects, span, place)
        if name in ("command", "builtin") and len(words) > 1:
            name, words = words[1].value, words[1:]
        if name is None:
            return
        arguments = words[1:]
        if name == "eval":
            self._eval(arguments, span, place)
        elif name == "trap" and len(arguments) > 1 and arguments[0].value not in (None, "", "-"):
            with self._branch():
                self._text(arguments[0], place.deeper(conditional=True), self._scope)
        else:
            apply_builtin(name, arguments, self._scope, conditional=place.conditional)
            self._shell_program(command, place)

    def _emit(
        self,
        words: tuple[Word, ...],
        assignments: tuple[Assignment, ...],
        redirects: tuple[Redirect, ...],
        span: Span,
        place: Place,
    ) -> SimpleCommand:
        command = SimpleCommand(
            words,
            assignments,
            redirects,
            self._connector,
            self._scope.cwd,
            place.conditional,
            span,
            place.depth,
            place.in_substitution,
            self._scope.exported,
        )
        self._add(command)
        self._connector = ";"
        return command

    def _add(self, item: SimpleCommand | Opaque) -> None:
        if len(self._progress.commands) >= MAX_COMMANDS:
            raise NotUnderstoodError("the script is too large")
        self._progress.commands.append(item)

    def _redirects_only(self, redirects: tuple[Node, ...], place: Place) -> None:
        if redirects:
            self._substitutions(redirects, place)
            targets, _ = read_redirects(self._source, redirects, self._scope)
            self._emit((), (), targets, self._span(redirects), place)

    def _span(self, nodes: tuple[Node, ...]) -> Span:
        """Return the source range of a command's parts, bodies of here-documents left out."""
        spans = []
        for node in nodes:
            start, end = self._source.range(node)
            spans.append(
                self._source.locate(start, redirect_end(self._source, node) if node.type in REDIRECTS else end)
            )
        return join_spans(spans)

    def _substitutions(self, nodes: tuple[Node, ...], place: Place) -> None:
        """List the commands of `$(...)` and backticks inside words; they run first, in a subshell."""
        for node in nodes if self._source.has_substitutions else ():
            for inner in self._source.substitutions(node):
                kept, self._connector = self._connector, ""
                with self._subshell():
                    self._sequence(inner.children[1:-1], place.deeper(in_substitution=True))
                self._connector = kept

    def _call(
        self,
        name: str,
        words: tuple[Word, ...],
        assignments: tuple[Assignment, ...],
        redirects: tuple[Redirect, ...],
        span: Span,
        place: Place,
    ) -> None:
        """Walk a function's body in place of its call."""
        if assignments or redirects:
            self._emit((), assignments, redirects, span, place)
        source, body = self._scope.functions[name]
        key = (id(source), body.start_byte)
        if key in self._progress.calls:
            return  # a recursive call brings no new command
        if not self._progress.repeat(body.end_byte - body.start_byte):
            raise NotUnderstoodError("the script is too large")
        outer, self._scope.positional = self._scope.positional, words[1:]
        inner = type(self)(source, self._scope, self._progress)
        inner._connector = self._connector
        self._progress.calls.append(key)
        left = self._scope.left
        try:
            inner._sequence([body], place.deeper(conditional=True))
        finally:
            self._progress.calls.pop()
        self._connector = inner._connector
        self._scope.positional, self._scope.left = outer, left

    def _eval(self, arguments: tuple[Word, ...], span: Span, place: Place) -> None:
        """Walk the text of `eval`, which runs in this shell."""
        values = [word.value for word in arguments]
        if None in values or any(word.glob for word in arguments):
            self._add(Opaque("eval of a text that is not known", span))
            self._scope.forget_all()
            self._scope.change_directory(None)
            return
        if len(arguments) == 1:
            self._text(arguments[0], place.deeper(), self._scope)
        elif arguments:
            joined = " ".join(value or "" for value in values)
            self._text(Word(joined, joined, join_spans(word.span for word in arguments)), place.deeper(), self._scope)

    def _shell_program(self, command: SimpleCommand, place: Place) -> None:
        """Walk the text that `sh -c TEXT` or `bash <<EOF` runs, in a shell of its own."""
        call = shell_call(command)
        if call is not None:
            scope = self._scope.program_scope(command.assignments, call.positional, call.shell == "bash")
            self._text(call.text, place.deeper(), scope)

    def _text(self, word: Word, place: Place, scope: Scope) -> None:
        """Walk a script that is the value of a word; what is not understood there is opaque by itself."""
        count = len(self._progress.commands)
        try:
            with self._deeper():
                source = parse_source(word.value or "", locate_in(word))
                type(self)(source, scope, self._progress)._sequence(list(source.root.children), place)
        except NotUnderstoodError as error:
            del self._progress.commands[count:]
            self._add(Opaque(str(error), word.span))
            scope.forget_all()
            scope.change_directory(None)


def locate_in(word: Word) -> Locate:
    """Return how offsets in a word's value lead to the source: exactly where the value stands there as it is."""
    value, text, span = word.value or "", word.text, word.span
    lead = 1 if text[:1] in ("'", '"') and text[1:-1] == value else 0 if text == value else -1
    if lead < 0 or span.end - span.start != len(text):
        return lambda start, end: span
    return lambda start, end: Span(span.start + lead + start, span.start + lead + end)
