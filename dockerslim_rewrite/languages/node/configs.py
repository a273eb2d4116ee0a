"""What configuration files of build tools set, as far as it is static."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from dockerslim_rewrite.languages.node.paths import Names, PathValue, evaluate, node_text
from dockerslim_rewrite.languages.node.sources import grammar_of, initial_names, parse_source
from dockerslim_rewrite.syntax.grammar import captured

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 8
_WRAPPERS = ("parenthesized_expression", "as_expression", "satisfies_expression")


def config_values(path: str, text: str, keys: frozenset[str]) -> dict[str, PathValue | None]:
    """Return the values that a configuration file gives to properties of these names; None when not static."""
    found, names = _found(path, text, "(pair) @pair")
    return dict(_own_values(found.get("pair", []), keys, names))


def listed_outputs(path: str, text: str, keys: frozenset[str]) -> tuple[PathValue, ...] | None:
    """Return what each object in each `output` of a bundler's configuration gives to one of `keys`; None when there is
    no output, or one of them is not static."""
    found, names = _found(path, text, "(pair value: (_) @value) (shorthand_property_identifier) @short")
    if any(node_text(node) in keys | {"output"} for node in found.get("short", [])):
        return None
    values: list[PathValue] = []
    for value in found.get("value", []):
        pair = value.parent
        if pair is None or _key(pair) != "output":
            continue
        for place in _places(value, keys, names, 0):
            if place is None or not place.complete or not place.path:
                return None
            values.append(place)
    return tuple(values) or None


def _places(node: Node, keys: frozenset[str], names: Names, depth: int) -> Iterator[PathValue | None]:
    """Yield the place of each object of an `output`: an object, a list of them, or a name of these; None for others."""
    if depth > MAX_DEPTH:
        yield None
    elif node.type == "identifier" and node_text(node) in names:
        yield from _places(names[node_text(node)], keys, names, depth + 1)
    elif node.type == "array" or node.type in _WRAPPERS:
        for child in node.named_children[: None if node.type == "array" else 1]:
            if child.type != "comment":
                yield from _places(child, keys, names, depth + 1)
    elif node.type == "object":
        yield next((value for _, value in _own_values(node.named_children, keys, names)), None)
    else:
        yield None


def _found(path: str, text: str, pattern: str) -> tuple[Mapping[str, list[Node]], Names]:
    """Return what a query finds in a configuration file, and the names that it initialises once; nothing in a file
    that cannot be read."""
    grammar = grammar_of(path)
    parsed = parse_source(grammar, text) if grammar is not None else None
    if parsed is None:
        return {}, initial_names({})
    from tree_sitter import Query

    root, language, query = parsed
    return captured(Query(language, pattern), root), initial_names(captured(query, root))


def _own_values(pairs: Iterable[Node], keys: frozenset[str], names: Names) -> Iterator[tuple[str, PathValue | None]]:
    """Yield the properties of these names with their values, None when not static."""
    for pair in pairs:
        name, value = _key(pair), pair.child_by_field_name("value")
        if name in keys and value is not None:
            yield name, evaluate(value, names)


def _key(pair: Node) -> str:
    key = pair.child_by_field_name("key")
    return node_text(key).strip("'\"") if key is not None else ""
