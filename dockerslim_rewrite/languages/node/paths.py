"""Path expressions of JavaScript: `path.join(__dirname, "x")`, `new URL("x", import.meta.url)`, `process.cwd()`."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from tree_sitter import Node

Origin = Literal["text", "module", "cwd", "absolute"]

MAX_DEPTH = 20
MAX_NAME = 400  # bytes: what is called or promisified has no longer text
MAX_PATH = 4096  # characters, as on Linux
JOINERS = frozenset({"join", "resolve"})


class PathValue(Struct, frozen=True):
    """A path that an expression gives. `origin`: relative to the module's directory, to the working directory,
    absolute, or a plain text that says nothing yet. `complete` is False when only its beginning is known."""

    origin: Origin
    path: str
    complete: bool = True


class Names(dict[str, "Node"]):
    """The initial values of a file's names. The path that each gives is found once: names that use others twice would
    double the work with each."""

    def __init__(self, values: Mapping[str, Node]) -> None:
        super().__init__(values)
        self._paths: dict[str, PathValue | None] = {}

    def value(self, name: str, depth: int) -> PathValue | None:
        """Return the path that a name's value gives; one that is defined by itself gives none."""
        if name not in self._paths:
            self._paths[name] = None
            self._paths[name] = evaluate(self[name], self, depth + 1)
        return self._paths[name]


def node_text(node: Node) -> str:
    """Return a node's source text."""
    return (node.text or b"").decode("utf-8", "replace")


def short_text(node: Node) -> str:
    """Return a node's source text, "" when it is too long to be a name."""
    return node_text(node) if node.end_byte - node.start_byte <= MAX_NAME else ""


def string_value(node: Node) -> str | None:
    """Return the value of a string literal (or of a template without substitutions), None for anything else."""
    if node.type not in ("string", "template_string"):
        return None
    if any(child.type == "template_substitution" for child in node.named_children):
        return None
    return "".join(node_text(child) for child in node.named_children if child.type == "string_fragment")


def evaluate(node: Node, names: Names, depth: int = 0) -> PathValue | None:
    """Return the path that an expression gives, or None when it is none. `names` are the file's initialised names."""
    if depth > MAX_DEPTH:
        return None
    text = string_value(node)
    if text is not None:
        return PathValue("absolute" if text.startswith("/") else "text", text)
    if node.type == "template_string":
        return _concatenate([_part(child, names, depth) for child in node.named_children])
    if node.type == "binary_expression":
        return _binary(node, names, depth)
    if node.type == "identifier":
        return _name(node, names, depth)
    if node.type == "member_expression":
        return _member(short_text(node))
    if node.type in ("parenthesized_expression", "as_expression", "non_null_expression", "await_expression"):
        return evaluate(node.named_children[0], names, depth + 1) if node.named_children else None
    if node.type in ("call_expression", "new_expression"):
        return _call(node, names, depth)
    return None


def _part(node: Node, names: Names, depth: int) -> PathValue | None:
    if node.type == "template_substitution":
        return evaluate(node.named_children[0], names, depth + 1) if node.named_children else None
    return PathValue("text", node_text(node))


def _name(node: Node, names: Names, depth: int) -> PathValue | None:
    name = node_text(node)
    if name in names:
        return names.value(name, depth)
    return {"__dirname": PathValue("module", ""), "__filename": PathValue("module", "__filename")}.get(name)


def _member(text: str) -> PathValue | None:
    if text == "import.meta.dirname":
        return PathValue("module", "")
    return PathValue("module", "__filename") if text in ("import.meta.url", "import.meta.filename") else None


def _binary(node: Node, names: Names, depth: int) -> PathValue | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return None
    if operator.type in ("||", "??"):
        return evaluate(left, names, depth + 1) or evaluate(right, names, depth + 1)
    if operator.type != "+":
        return None
    return _concatenate([evaluate(left, names, depth + 1), evaluate(right, names, depth + 1)])


def _concatenate(parts: list[PathValue | None]) -> PathValue | None:
    if not parts or parts[0] is None:
        return None
    value = parts[0]
    for part in parts[1:]:
        if not value.complete:
            break
        if part is None:
            value = replace(value, complete=False)
        else:
            path = value.path + part.path
            value = replace(value, path=path[:MAX_PATH], complete=part.complete and len(path) <= MAX_PATH)
    if value.origin == "text" and value.path.startswith("/"):
        return replace(value, origin="absolute")
    if value.origin in ("module", "cwd"):
        return replace(value, path=value.path.lstrip("/"))
    return value


def _call(node: Node, names: Names, depth: int) -> PathValue | None:
    function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
    arguments = node.child_by_field_name("arguments")
    if function is None:
        return None
    called = short_text(function)
    last = called.rpartition(".")[2]
    if called == "process.cwd":
        return PathValue("cwd", "")
    values = [evaluate(item, names, depth + 1) for item in (arguments.named_children if arguments else ())]
    if last in JOINERS and values:
        return _join(values, resolve=last == "resolve")
    if called == "URL" and len(values) > 1 and values[0] is not None and values[1] is not None:
        base = replace(values[1], path=posixpath.dirname(values[1].path))
        return _join([base, values[0]], resolve=False)
    if last == "fileURLToPath" and values:
        return values[0]
    if last == "dirname" and values and values[0] is not None:
        return replace(values[0], path=posixpath.dirname(values[0].path.rstrip("/")))
    return None


def _join(values: list[PathValue | None], *, resolve: bool) -> PathValue | None:
    first = values[0]
    if first is None:
        return None
    value = replace(first, origin="cwd") if resolve and first.origin == "text" else first
    for item in values[1:]:
        if item is None:
            value = replace(value, complete=False)
            break
        if item.origin in ("cwd", "module") or (resolve and item.origin == "absolute"):
            value = item
        else:
            value = replace(value, path=posixpath.join(value.path or ".", item.path.lstrip("/")))
    return replace(value, path=posixpath.normpath(value.path) if value.path else "")
