"""Control flow: walks a syntax tree in order of execution and lists the simple commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockerslim_rewrite.shell.commands import read_words
from dockerslim_rewrite.shell.model import Assignment, Word
from dockerslim_rewrite.shell.scope import NOWHERE
from dockerslim_rewrite.shell.simple import CommandWalker, Place
from dockerslim_rewrite.shell.statements import (
    REDIRECTS,
    Operand,
    assigned_names,
    command_names,
    is_test,
    operands,
    statements,
)
from dockerslim_rewrite.shell.tree import NotUnderstoodError, part

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_ITERATIONS = 64
MAX_UNROLLED_LOOPS = 2  # loops in each other: more would take for ever
LEAVES_LOOP = frozenset({"break", "continue", "exit", "return", "exec"})
CHANGES_DIRECTORY = frozenset({"cd", "pushd", "popd"})


class Walker(CommandWalker):
    """Lists the commands of one parsed text. The scope changes as the script is followed."""

    def script(self, place: Place) -> None:
        """Walk the whole text.

        Raises:
            NotUnderstoodError: when a part of it is not understood, or it is too large or too deep.
        """
        self._sequence(list(self._source.root.children), place)

    def _sequence(self, nodes: list[Node], place: Place) -> None:
        for statement in statements(nodes):
            here = replace(place, conditional=True) if self._scope.left else place
            if statement.background:
                with self._subshell():
                    self._statement(statement.node, (), here, last=True)
                self._connector = "&"
            else:
                self._statement(statement.node, (), here, last=statement.last)

    def _statement(self, node: Node, redirects: tuple[Node, ...], place: Place, *, last: bool) -> None:
        """Walk a list `a && b || c`. `last`: its status is that of the whole, so after `&&` the rest has run."""
        with self._deeper():
            parts = operands(node, redirects)
            last_or = max((index for index, part in enumerate(parts) if part.connector == "||"), default=-1)
            tested = False
            index = 0
            while index < len(parts):
                end = index + 1
                while end < len(parts) and parts[end].connector == "|":
                    end += 1
                connector = parts[index].connector
                doubtful = connector == "||" or (connector == "&&" and (index < last_or or (tested and not last)))
                if connector:
                    self._connector = connector
                with self._branch(doubtful):
                    self._stages(parts[index:end], replace(place, conditional=place.conditional or doubtful))
                tested = tested or is_test(self._source, parts[index].node)
                index = end

    def _stages(self, stages: list[Operand], place: Place) -> None:
        """Walk the parts of a pipeline; each is a subshell. A single part is none."""
        if len(stages) == 1:
            self._command(stages[0].node, stages[0].redirects, place)
            return
        for number, stage in enumerate(stages):
            if number:
                self._connector = "|"
            with self._subshell():
                self._command(stage.node, stage.redirects, place)

    def _command(self, node: Node, redirects: tuple[Node, ...], place: Place) -> None:
        kind = node.type
        if kind in ("command", "variable_assignment", "variable_assignments"):
            self._simple(node, redirects, place)
        elif kind in ("declaration_command", "unset_command", "test_command"):
            self._keyword_command(node, redirects, place)
        elif kind in ("list", "redirected_statement"):
            self._statement(node, redirects, place, last=False)
        elif kind == "function_definition":
            self._define(node, place)
        elif kind in REDIRECTS:
            self._redirects_only((node, *redirects), place)
        elif kind in ("pipeline", "negated_command"):
            stages = [child for child in node.named_children if child.type != "comment"]
            last = len(stages) - 1
            self._stages([Operand("", part, redirects if at == last else ()) for at, part in enumerate(stages)], place)
        elif kind in _COMPOUND:
            self._redirects_only(redirects, place)
            _COMPOUND[kind](self, node, place)
        else:
            raise NotUnderstoodError("shell syntax not understood")

    def _group(self, node: Node, place: Place) -> None:
        if node.children[0].type == "((":
            for name in assigned_names(self._source, node, arithmetic=True):
                self._scope.forget(name)
            self._substitutions((node,), place)
            return
        self._sequence(node.children[1:-1], place.deeper())

    def _subshell_group(self, node: Node, place: Place) -> None:
        with self._subshell():
            self._group(node, place)

    def _if(self, node: Node, place: Place) -> None:
        """Walk conditions and branches in the order of the text; the first condition always runs."""
        parts: list[tuple[str, list[Node]]] = [("if", [])]
        for child in node.children[1:]:
            if child.type in ("elif_clause", "else_clause"):
                word = child.children[0].type
                parts.append((word, []))
                rest = child.children[1:]
            else:
                rest = [child]
            for item in rest:
                if item.type == "then":
                    parts.append(("then", []))
                elif item.type != "fi":
                    parts[-1][1].append(item)
        for keyword, nodes in parts:
            surely = keyword == "if"
            with self._branch(not surely):
                self._sequence(nodes, place if surely else replace(place, conditional=True))

    def _while(self, node: Node, place: Place) -> None:
        self._forget_changes(node)
        self._sequence(node.children_by_field_name("condition"), place)
        self._body(part(node, "body"), place)

    def _for(self, node: Node, place: Place) -> None:
        name, body = self._source.read(part(node, "variable")), part(node, "body")
        values = node.children_by_field_name("value")
        self._substitutions(tuple(values), place)
        words = read_words(self._source, values, self._scope)
        has_list = any(child.type == "in" for child in node.children) and node.children[0].type == "for"
        literal = has_list and all(word.value is not None and not word.glob for word in words)
        short = len(words) <= MAX_ITERATIONS and self._progress.loops < MAX_UNROLLED_LOOPS
        if literal and short and self._progress.repeat(len(words) * (body.end_byte - body.start_byte)):
            self._unroll(name, words, body, place)
            return
        self._forget_changes(node)
        self._scope.assign(Assignment(name, Word("", None, NOWHERE)))
        self._body(body, place)

    def _c_style_for(self, node: Node, place: Place) -> None:
        for name in assigned_names(self._source, node, arithmetic=True):
            self._scope.forget(name)
        self._forget_changes(node)
        body = part(node, "body")
        self._substitutions(tuple(child for child in node.children if child != body), place)
        self._body(body, place)

    def _body(self, body: Node, place: Place) -> None:
        with self._branch():
            self._sequence(body.children[1:-1], replace(place, conditional=True))

    def _unroll(self, name: str, words: tuple[Word, ...], body: Node, place: Place) -> None:
        """Walk the body once for each word."""
        leaves = bool(command_names(self._source, body) & LEAVES_LOOP)
        self._progress.loops += 1
        try:
            for word in words:
                self._scope.assign(Assignment(name, word))
                with self._branch(leaves):
                    self._sequence(body.children[1:-1], replace(place, conditional=place.conditional or leaves))
        finally:
            self._progress.loops -= 1

    def _forget_changes(self, node: Node) -> None:
        """Make unknown what a loop changes: an iteration sees what those before it left."""
        for name in assigned_names(self._source, node):
            self._scope.forget(name)
        if command_names(self._source, node) & CHANGES_DIRECTORY:
            self._scope.change_directory(None)

    def _case(self, node: Node, place: Place) -> None:
        subject = [child for child in node.children if child.type != "case_item"]
        self._substitutions(tuple(subject), place)
        for item in node.children:
            if item.type != "case_item":
                continue
            closing = next((at for at, child in enumerate(item.children) if child.type == ")"), -1)
            self._substitutions(tuple(item.children[:closing]), place)
            with self._branch():
                self._sequence(item.children[closing + 1 :], replace(place, conditional=True))

    def _define(self, node: Node, place: Place) -> None:
        """Remember a function; one that is never called by name is listed here, since it may be by another way."""
        written, body = self._source.read(part(node, "name")), part(node, "body")
        self._scope.functions[written] = (self._source, body)
        if written not in self._called():
            self._progress.calls.append((id(self._source), body.start_byte))
            try:
                with self._subshell():
                    self._scope.positional = None
                    self._sequence([body], place.deeper(conditional=True))
            finally:
                self._progress.calls.pop()

    def _called(self) -> frozenset[str]:
        """Return the names of all commands of this text, found once."""
        if self._names is None:
            self._names = command_names(self._source, self._source.root)
        return self._names


_COMPOUND: dict[str, Callable[[Walker, Node, Place], None]] = {
    "compound_statement": Walker._group,
    "subshell": Walker._subshell_group,
    "if_statement": Walker._if,
    "while_statement": Walker._while,
    "for_statement": Walker._for,
    "c_style_for_statement": Walker._c_style_for,
    "case_statement": Walker._case,
}
