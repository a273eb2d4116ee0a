"""Literals, arguments and parameters of Go's syntax tree, and what is known of a text."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from dockerslim_rewrite.languages.go.program import text
from dockerslim_rewrite.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPE = pattern(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class Value(Struct, frozen=True):
    """A text that an expression may give. `complete` is False when only its beginning is known; `chosen` when a flag
    or a variable may choose another one."""

    text: str
    complete: bool = True
    chosen: bool = False


UNKNOWN = Value("", complete=False)


def arguments_of(call: Node) -> list[Node]:
    """Return the arguments of a call, comments left out."""
    arguments = call.child_by_field_name("arguments")
    return [child for child in arguments.named_children if child.type != "comment"] if arguments is not None else []


def parameter_names(function: Node) -> list[str]:
    """Return a function's parameter names in order."""
    parameters = function.child_by_field_name("parameters")
    declarations = parameters.named_children if parameters is not None else []
    return [
        text(name)
        for declaration in declarations
        if declaration.type in ("parameter_declaration", "variadic_parameter_declaration")
        for name in declaration.children_by_field_name("name")
    ]


def parameter_position(function: Node, name: str) -> int | None:
    """Return a parameter's position, None when there is none of that name."""
    names = parameter_names(function)
    return names.index(name) if name in names else None


def string_literal(node: Node) -> str:
    """Return the value of a string literal."""
    raw = text(node)
    if raw.startswith("`"):
        return raw.strip("`").replace("\r", "")
    return _ESCAPE.sub(_unescape, raw[1:-1])


def _unescape(match: re.Match[str]) -> str:
    body = match[1]
    if body in _SIMPLE:
        return _SIMPLE[body]
    if body[0] in "xuU" and len(body) > 1:
        code = int(body[1:], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return chr(int(body, 8)) if len(body) == 3 else body


def concatenate(values: Sequence[Value]) -> Value:
    """Return texts put together, up to the first one that is not complete."""
    parts: list[str] = []
    chosen = any(value.chosen for value in values)
    for value in values:
        parts.append(value.text)
        if not value.complete:
            return Value("".join(parts), complete=False, chosen=chosen)
    return Value("".join(parts), chosen=chosen)


def join(values: Sequence[Value]) -> Value:
    """Return path elements joined and cleaned as filepath.Join does; what follows an unknown element is not known."""
    parts: list[str] = []
    chosen = any(value.chosen for value in values)
    for value in values:
        if not value.complete:
            before = posixpath.normpath("/".join(parts)) + "/" if parts else ""
            return Value(before + value.text, complete=False, chosen=chosen)
        if value.text:
            parts.append(value.text)
    return Value(posixpath.normpath("/".join(parts)) if parts else "", chosen=chosen)


def is_literal_parameter(node: Node, name: str) -> bool:
    """Tell whether a name at this place is a parameter of a function literal around it."""
    current = node.parent
    while current is not None:
        if current.type == "func_literal" and name in parameter_names(current):
            return True
        current = current.parent
    return False
