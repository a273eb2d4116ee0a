"""A strict reader of the part of JSON Schema that our schemas use; an unknown keyword is an error."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_IGNORED = {"$schema", "$defs", "title", "description"}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def problems(value: Any, schema: Any, root: Any = None, where: str = "$") -> Iterator[str]:
    root = root if root is not None else schema
    for keyword, rule in schema.items():
        if keyword not in _IGNORED:
            yield from _CHECKS[keyword](value, rule, schema, root, where)


def _type(value: Any, rule: Any, _schema: Any, _root: Any, where: str) -> Iterator[str]:
    names = rule if isinstance(rule, list) else [rule]
    if not any(isinstance(value, _TYPES[name]) and (name == "boolean" or value is not True) for name in names):
        yield f"{where}: {value!r} is no {names}"


def _required(value: Any, rule: Any, _schema: Any, _root: Any, where: str) -> Iterator[str]:
    yield from (f"{where}: lacks {name}" for name in rule if isinstance(value, dict) and name not in value)


def _properties(value: Any, rule: Any, _schema: Any, root: Any, where: str) -> Iterator[str]:
    for name, schema in rule.items():
        if isinstance(value, dict) and name in value:
            yield from problems(value[name], schema, root, f"{where}.{name}")


def _additional(value: Any, rule: Any, schema: Any, _root: Any, where: str) -> Iterator[str]:
    assert rule is False
    yield from (f"{where}: {name} is unknown" for name in set(value) - set(schema["properties"]))


def _items(value: Any, rule: Any, _schema: Any, root: Any, where: str) -> Iterator[str]:
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from problems(item, rule, root, f"{where}[{number}]")


def _ref(value: Any, rule: str, _schema: Any, root: Any, where: str) -> Iterator[str]:
    target = root
    for part in rule.removeprefix("#/").split("/"):
        target = target[part]
    yield from problems(value, target, root, where)


def _one_of(value: Any, rule: Any, _schema: Any, root: Any, where: str) -> Iterator[str]:
    found = [list(problems(value, schema, root, where)) for schema in rule]
    if sum(not entries for entries in found) != 1:
        yield f"{where}: not exactly one form fits: {min(found, key=len)[:3]}"


def _bound(value: Any, rule: Any, _schema: Any, _root: Any, where: str) -> Iterator[str]:
    if isinstance(value, (int, float)) and value < rule:
        yield f"{where}: {value} is below {rule}"


_CHECKS: dict[str, Callable[[Any, Any, Any, Any, str], Iterator[str]]] = {
    "type": _type,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "$ref": _ref,
    "oneOf": _one_of,
    "minimum": _bound,
    "minItems": lambda v, rule, s, r, where: iter([f"{where}: too few"] if len(v) < rule else []),
    "maxItems": lambda v, rule, s, r, where: iter([f"{where}: too many"] if len(v) > rule else []),
    "const": lambda v, rule, s, r, where: iter([f"{where}: {v!r} is not {rule!r}"] if v != rule else []),
    "enum": lambda v, rule, s, r, where: iter([f"{where}: {v!r} is not in {rule}"] if v not in rule else []),
    "pattern": lambda v, rule, s, r, where: iter([f"{where}: {v!r}"] if not re.search(rule, v) else []),
}
