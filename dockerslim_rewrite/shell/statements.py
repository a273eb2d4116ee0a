"""The shape of the grammar's lists: statements with their terminators, operands of `&&` and `||`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from dockerslim_rewrite.shell.model import Connector
from dockerslim_rewrite.shell.tree import Source

if TYPE_CHECKING:
    from tree_sitter import Node

CONNECTORS: dict[str, Connector] = {"&&": "&&", "||": "||"}
REDIRECTS = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect"})
ARITHMETIC_ASSIGNMENTS = frozenset({"binary_expression", "postfix_expression", "unary_expression"})
SETS_ARGUMENTS = frozenset({"read", "getopts", "mapfile", "readarray", "let"})


class Statement(Struct, frozen=True):
    """One statement of a sequence; `last` when none follows it, `background` when `&` ends it."""

    node: Node
    last: bool
    background: bool


class Operand(Struct, frozen=True):
    """One part of `a && b || c`, or of a pipeline (`|`), with the redirections that the grammar puts around it."""

    connector: Connector
    node: Node
    redirects: tuple[Node, ...]


def statements(nodes: list[Node]) -> Iterator[Statement]:
    """Yield the statements among a body's nodes."""
    found: list[tuple[Node, bool]] = []
    for node in nodes:
        if node.is_named:
            if node.type not in ("comment", "heredoc_body", "heredoc_end"):
                found.append((node, False))
        elif node.type == "&" and found:
            found[-1] = (found[-1][0], True)
    for index, (node, background) in enumerate(found):
        yield Statement(node, index == len(found) - 1, background)


def operands(node: Node, redirects: tuple[Node, ...] = ()) -> list[Operand]:
    """Take a list apart, without recursion: a long chain of `&&` nests as deeply as it is long."""
    found: list[Operand] = []
    connector: Connector
    while True:
        if node.type == "redirected_statement":
            own = node.children_by_field_name("redirect")
            found.extend(reversed([part for redirect in own for part in _after_heredoc(redirect)]))
            body = node.child_by_field_name("body")
            if body is None:
                found.append(Operand("", own[0], (*own[1:], *redirects)))
                break
            redirects = (*own, *redirects)
            node = body
        elif node.type == "list":
            parts = [child for child in node.children if child.type != "comment"]
            connector = CONNECTORS[parts[1].type]
            found.append(Operand(connector, parts[2], redirects))
            redirects = ()
            node = parts[0]
        else:
            found.append(Operand("", node, redirects))
            break
    found.reverse()
    return found


def is_test(source: Source, node: Node) -> bool:
    """Tell whether a command only asks something, so that its failure is an answer."""
    while node.type in ("negated_command", "redirected_statement", "pipeline") and node.named_children:
        node = node.named_children[-1 if node.type == "pipeline" else 0]
    if node.type == "test_command":
        return True
    return node.type == "command" and source.read(node.children[0]) in ("test", "command", "which", "type", "grep")


def assigned_names(source: Source, node: Node, *, arithmetic: bool = False) -> frozenset[str]:
    """Return the names that a part may assign. With `arithmetic`, all that its expressions mention."""
    names: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type == "variable_assignment" or (arithmetic and current.type in ARITHMETIC_ASSIGNMENTS):
            names.update(source.read(child).partition("[")[0] for child in current.named_children[:1])
        elif current.type == "for_statement":
            names.update(source.read(child) for child in current.children_by_field_name("variable"))
        elif current.type == "command" and source.read(current.children[0]) in SETS_ARGUMENTS:
            names.update(source.read(child).partition("=")[0] for child in current.children[1:])
        stack.extend(current.children)
    return frozenset(names)


def command_names(source: Source, node: Node) -> frozenset[str]:
    """Return the written names of all commands in a part."""
    names: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type == "command_name":
            names.add(source.read(current))
        stack.extend(current.children)
    return frozenset(names)


def _after_heredoc(redirect: Node) -> Iterator[Operand]:
    """Yield what follows `<<EOF` on its line, which the grammar puts inside the redirection."""
    if redirect.type != "heredoc_redirect":
        return
    operator = redirect.child_by_field_name("operator")
    right = redirect.child_by_field_name("right")
    for child in redirect.named_children:
        if child.type == "pipeline":
            yield Operand("|", child, ())
    if operator is not None and right is not None:
        yield Operand(CONNECTORS[operator.type], right, ())
