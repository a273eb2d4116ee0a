"""The only door to the shell grammar (tree-sitter-bash), loaded at first use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.syntax.grammar import parse_bounded
from dockerslim_rewrite.syntax.model import Span

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

Locate: TypeAlias = Callable[[int, int], Span]

SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
COMPOUND_COMMANDS = frozenset(
    {"if_statement", "while_statement", "for_statement", "c_style_for_statement", "case_statement", "subshell"}
)
# To a shell every character beyond ASCII is part of a word, never a blank or part of a name. The grammar's scanner asks
# the C library instead: the answer depends on the locale, and `isdigit` of a large number reads foreign memory.
MAX_LINE = 4096  # of a text with here-documents, whose every character makes the scanner count columns
_NOT_ASCII = pattern(r"[^\x00-\x7f]")
_PLAIN = "\x01"
_DELIMITER = pattern(r"""(?<!<)<<(?!<)-?[ \t]*((?:"[^"\n]*"|'[^'\n]*'|[^ \t\r\n;&|<>()])*)""")
SUBSTITUTION_MARKS = ("$(", "`", "<(", ">(")


class NotUnderstoodError(Exception):
    """The script, or a part of it, has a form that is not followed. The message says which."""


class Source(Struct, frozen=True):
    """A parsed shell text. `locate` leads from character offsets in `text` to the source file."""

    text: str
    root: Node
    locate: Locate
    has_substitutions: bool

    def range(self, node: Node) -> tuple[int, int]:
        """Return the character range of a node: the grammar was given one byte for each character."""
        return node.start_byte, node.end_byte

    def read(self, node: Node) -> str:
        """Return the text of a node."""
        start, end = self.range(node)
        return self.text[start:end]

    def substitutions(self, node: Node) -> Iterator[Node]:
        """Yield the outermost command and process substitutions inside a node, in order."""
        if not any(mark in self.read(node) for mark in SUBSTITUTION_MARKS):
            return
        stack = [node]
        while stack:
            current = stack.pop()
            if current.type in SUBSTITUTIONS:
                yield current
            else:
                stack.extend(reversed(current.children))


def part(node: Node, name: str) -> Node:
    """Return a part that the grammar gives to every node of this kind.

    Raises:
        NotUnderstoodError: when it does not.
    """
    found = node.child_by_field_name(name)
    if found is None:
        raise NotUnderstoodError("shell syntax not understood")
    return found


def parse_source(text: str, locate: Locate) -> Source:
    """Parse a shell text.

    Raises:
        NotUnderstoodError: when the grammar does not understand a part of it.
    """
    if any(_PLAIN in found or not found.isascii() for found in _DELIMITER.findall(text)):
        raise NotUnderstoodError("the end of a here-document is not plain text")
    if "<<" in text and any(len(line) > MAX_LINE for line in text.split("\n")):
        raise NotUnderstoodError("a line beside a here-document is too long")
    tree = parse_bounded(_parser(), _NOT_ASCII.sub(_PLAIN, text).encode("ascii"))
    if tree is None:
        raise NotUnderstoodError("shell syntax not understood")
    root = tree.root_node
    if root.has_error and not _only_missing_semicolons(root):
        raise NotUnderstoodError("shell syntax not understood")
    return Source(text, root, locate, any(mark in text for mark in SUBSTITUTION_MARKS))


@cache
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def _only_missing_semicolons(root: Node) -> bool:
    """Tell whether all that the grammar misses is `;` in `{ if a; then b; fi }`, which a shell does not need either."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "ERROR":
            return False
        if node.is_missing:
            before = node.prev_sibling
            if node.type != ";" or before is None or before.type not in COMPOUND_COMMANDS:
                return False
        elif node.has_error:
            stack.extend(node.children)
    return True
