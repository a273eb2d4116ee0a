"""The only door to the shell grammar (tree-sitter-bash), loaded at first use."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from dockerslim_rewrite.syntax.model import Span

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

Locate: TypeAlias = Callable[[int, int], Span]

SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
COMPOUND_COMMANDS = frozenset(
    {"if_statement", "while_statement", "for_statement", "c_style_for_statement", "case_statement", "subshell"}
)
SUBSTITUTION_MARKS = ("$(", "`", "<(", ">(")


class NotUnderstoodError(Exception):
    """The script, or a part of it, has a form that is not followed. The message says which."""


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed shell text. `locate` leads from character offsets in `text` to the source file."""

    text: str
    root: Node
    locate: Locate
    _characters: array[int] | None

    def range(self, node: Node) -> tuple[int, int]:
        """Return the character range of a node (the grammar counts bytes)."""
        if self._characters is None:
            return node.start_byte, node.end_byte
        return self._characters[node.start_byte], self._characters[node.end_byte]

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


def parse_source(text: str, locate: Locate) -> Source:
    """Parse a shell text.

    Raises:
        NotUnderstoodError: when the grammar does not understand a part of it.
    """
    data = text.encode("utf-8", "surrogatepass")
    root = _parser().parse(data).root_node
    if root.has_error and not _only_missing_semicolons(root):
        raise NotUnderstoodError("shell syntax not understood")
    return Source(text, root, locate, None if len(data) == len(text) else _character_offsets(text))


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


def _character_offsets(text: str) -> array[int]:
    """Return the character offset of each byte offset of the UTF-8 form."""
    offsets = array("L")
    for index, character in enumerate(text):
        code = ord(character)
        offsets.extend([index] * (1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4))
    offsets.append(len(text))
    return offsets
