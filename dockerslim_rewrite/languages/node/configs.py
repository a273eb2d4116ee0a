"""What configuration files of build tools set, as far as it is static."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    grammar = grammar_of(path)
    parsed = parse_source(grammar, text) if grammar is not None else None
    if parsed is None:
        return {}
    from tree_sitter import Query

    root, language, query = parsed
    names = initial_names(captured(query, root))
    pairs = captured(Query(language, "(pair) @pair"), root).get("pair", [])
    values: dict[str, PathValue | None] = {}
    for pair in pairs:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None and node_text(key).strip("'\"") in keys:
            values[node_text(key).strip("'\"")] = evaluate(value, names)
    return values


def listed_outputs(path: str, text: str, keys: frozenset[str]) -> tuple[PathValue, ...] | None:
    """Return what each object in each `output` of a bundler's configuration gives to one of `keys`; None when there is
    no output, or one of them is not static."""
    grammar = grammar_of(path)
    parsed = parse_source(grammar, text) if grammar is not None else None
    if parsed is None:
        return None
    from tree_sitter import Query

    root, language, query = parsed
    names = initial_names(captured(query, root))
    found = captured(
        Query(language, "(pair key: (_) @key value: (_) @value) (shorthand_property_identifier) @short"), root
    )
    if any(node_text(node) in keys | {"output"} for node in found.get("short", [])):
        return None
    values: list[PathValue] = []
    for value in found.get("value", []):
        pair = value.parent
        key = pair.child_by_field_name("key") if pair is not None else None
        if key is None or node_text(key).strip("'\"") != "output":
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
        yield next(_own_values(node.named_children, keys, names), None)
    else:
        yield None


def _own_values(pairs: Iterable[Node], keys: frozenset[str], names: Names) -> Iterator[PathValue | None]:
    for pair in pairs:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None and node_text(key).strip("'\"") in keys:
            yield evaluate(value, names)
