"""The parts of one command: syntax nodes to words, assignments and redirections."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.model import Assignment, Redirect, Word
from dockerslim_rewrite.shell.scope import Scope
from dockerslim_rewrite.shell.statements import REDIRECTS
from dockerslim_rewrite.shell.tree import NotUnderstoodError, Source, part
from dockerslim_rewrite.shell.words import expand_heredoc, expand_value, expand_word
from dockerslim_rewrite.syntax.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tree_sitter import Node

# The grammar takes some of these for a command's name where a shell would not.
RESERVED = frozenset(
    (
        "{",
        "}",
        "!",
        "if",
        "then",
        "elif",
        "else",
        "fi",
        "for",
        "do",
        "done",
        "while",
        "until",
        "case",
        "esac",
        "function",
    )
)
ALL_ARGUMENTS = frozenset({'"$@"', "$@", '"${@}"', "${@}", "$*", "${*}"})
ESCAPED_SPACE = pattern(r"[ \t]*\\[ \t]")  # the grammar drops such a word
TEST_STRUCTURE = frozenset({"unary_expression", "binary_expression", "parenthesized_expression", "ternary_expression"})


def read_words(source: Source, nodes: Iterable[Node], scope: Scope) -> tuple[Word, ...]:
    """Return the words of a command's nodes; nodes without a space between them are one word."""
    words: list[Word] = []
    for start, end in _runs(source, nodes):
        words.extend(read_word(source, start, end, scope))
    return tuple(words)


def read_word(source: Source, start: int, end: int, scope: Scope) -> tuple[Word, ...]:
    """Return the words that one written word stands for; one with value None when it is not static."""
    text = source.text[start:end]
    if text in ALL_ARGUMENTS and scope.positional is not None:
        return scope.positional
    span = source.locate(start, end)
    fields = expand_word(text, scope)
    if fields is None:
        return (Word(text, None, span),)
    return tuple(Word(text, field.value, span, field.glob) for field in fields)


def test_words(source: Source, node: Node, scope: Scope) -> tuple[Word, ...]:
    """Return the words of `[ ... ]` or `[[ ... ]]`."""
    return read_words(source, _test_leaves(node), scope)


def read_assignment(source: Source, node: Node, scope: Scope) -> Assignment:
    """Read `NAME=value`, `NAME+=value`, `NAME[i]=value` or `NAME=(...)`; the last two have no static value."""
    name = part(node, "name")
    value = node.child_by_field_name("value")
    start, end = source.range(node) if value is None else source.range(value)
    if value is None:
        start = end
    text = source.text[start:end]
    static = name.type == "variable_name" and (value is None or value.type != "array")
    known = expand_value(text, scope) if static else None
    read = source.read(name)
    if any(child.type == "+=" for child in node.children):
        before = scope.lookup(read)
        known = None if known is None or before is None else before + known
    return Assignment(read.partition("[")[0], Word(text, known, source.locate(start, end)))


def read_redirects(source: Source, nodes: Iterable[Node], scope: Scope) -> tuple[tuple[Redirect, ...], list[Node]]:
    """Return redirections, and the nodes that the grammar takes for a second target though they are arguments."""
    redirects: list[Redirect] = []
    arguments: list[Node] = []
    for node in nodes:
        if node.type == "heredoc_redirect":
            redirects.append(_heredoc(source, node, scope))
            inner = [child for child in node.children if child.type in REDIRECTS]
            more, extra = read_redirects(source, inner, scope)
            redirects.extend(more)
            arguments.extend(extra)
            continue
        operator, targets = "", []
        for child in node.children:
            if child.type == "file_descriptor" or not child.is_named:
                operator += source.read(child)
            else:
                targets.append(child)
        if not targets:
            at = source.range(node)
            redirects.append(Redirect(operator.rstrip("-"), Word("-", "-", source.locate(*at))))
            continue
        runs = list(_runs(source, targets))
        start, end = runs[0]
        target = Word(source.text[start:end], expand_value(source.text[start:end], scope), source.locate(start, end))
        redirects.append(Redirect(operator, target))
        arguments.extend(target for target in targets if source.range(target)[0] >= end)
    return tuple(redirects), arguments


def redirect_end(source: Source, node: Node) -> int:
    """Return where a redirection's own text ends on its line: a here-document holds the rest of the line, too."""
    if node.type == "heredoc_redirect":
        return max(source.range(child)[1] for child in node.children if child.type in (*REDIRECTS, "heredoc_start"))
    return source.range(node)[1]


def join_spans(spans: Iterable[Span]) -> Span:
    """Return the range from the first start to the last end."""
    found = list(spans)
    return Span(min(span.start for span in found), max(span.end for span in found))


def check_gaps(source: Source, nodes: Sequence[Node]) -> None:
    """Make sure that the grammar left out nothing but white space and continuations between a command's parts.

    Raises:
        NotUnderstoodError: when it did.
    """
    for before, after in pairwise(nodes):
        gap = source.text[source.range(before)[1] : source.range(after)[0]]
        if gap.replace("\\\r\n", "").replace("\\\n", "").strip(" \t\r\n"):
            raise NotUnderstoodError("shell syntax not understood")
    if nodes and ESCAPED_SPACE.match(source.text, source.range(nodes[-1])[1]):
        raise NotUnderstoodError("shell syntax not understood")


def _runs(source: Source, nodes: Iterable[Node]) -> Iterator[tuple[int, int]]:
    start = end = -1
    for node in nodes:
        first, last = source.range(node)
        if first == last:
            continue
        if first != end:
            if start >= 0:
                yield start, end
            start = first
        end = last
    if start >= 0:
        yield start, end


def _test_leaves(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        current = stack.pop()
        if current is node or current.type in TEST_STRUCTURE:
            stack.extend(reversed(current.children))
        else:
            yield current


def _heredoc(source: Source, node: Node, scope: Scope) -> Redirect:
    parts = {child.type: child for child in node.children}
    operator = "<<-" if "<<-" in parts else "<<"
    opening, closing = parts.get("heredoc_start"), parts.get("heredoc_end")
    if opening is None or closing is None:
        raise NotUnderstoodError("shell syntax not understood")
    end = source.text.rfind("\n", 0, source.range(closing)[0]) + 1
    body = parts.get("heredoc_body")
    start = end if body is None else source.text.rfind("\n", 0, source.range(body)[0]) + 1
    text = source.text[start:end]
    delimiter = source.read(opening)
    value: str | None = text
    if operator == "<<-":
        value = "".join(line.lstrip("\t") for line in text.splitlines(keepends=True))
    if not any(mark in delimiter for mark in "'\"\\"):
        value = expand_heredoc(value or "", scope)
    return Redirect(operator, Word(text, value, source.locate(start, end)))
