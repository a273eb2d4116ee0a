"""YAML in linear time, bounded depth and bounded size. PyYAML's own composer ends the process on deep nesting, and
aliases of lists of aliases are a small text with a value that no memory holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MAX_DEPTH = 100
MAX_ALIASED = 1_000_000  # values that aliases bring, all together
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class NoYaml(Exception):
    """The text is not YAML that is read here."""


def parse_yaml(text: str) -> object:
    """Return the value of a YAML text: mappings, lists, texts, numbers, booleans, None; or None when it is none.

    Tags are ignored, so that nothing is constructed, and dates stay texts. Aliases share their value. Never raises.
    """
    return parse_yaml_lines(text)[0]


def parse_yaml_lines(text: str) -> tuple[object, dict[tuple[str, str], int]]:
    """Return the value, and the 1-based lines of the keys of the top mapping's mappings, by outer and inner key."""
    import yaml

    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
    except (yaml.YAMLError, NoYaml, ValueError, TypeError):  # TypeError: a list as key; ValueError: no UTF-8
        return None, {}
    return builder.document, builder.lines


class _Open:
    """A mapping or list that is being read. `size` counts its values, those of aliases included."""

    def __init__(self, anchor: str | None, is_mapping: bool) -> None:
        self.anchor = anchor
        self.is_mapping = is_mapping
        self.size = 1
        self.items: list[Any] = []
        self.lines: list[int] = []

    def merged(self) -> Iterator[tuple[Any, Any]]:
        """Yield the pairs that `<<` brings, those that win last."""
        for key, value in reversed(list(zip(self.items[::2], self.items[1::2], strict=True))):
            if key == "<<":
                for other in reversed(value if isinstance(value, list) else [value]):
                    if not isinstance(other, dict):
                        raise NoYaml("merges what is no mapping")
                    yield from other.items()


class _Builder:
    def __init__(self) -> None:
        self.document: object = None
        self.lines: dict[tuple[str, str], int] = {}
        self._documents = 0
        self._aliased = 0
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[object, int]] = {}

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        line = event.start_mark.line + 1
        if kind == "ScalarEvent":
            value = _scalar(event.value) if event.implicit[0] else event.value
            self._add(value, event.anchor, line)
        elif kind == "AliasEvent":
            if event.anchor not in self._anchors:
                raise NoYaml("an alias of nothing, or of what is around it")
            value, size = self._anchors[event.anchor]
            self._aliased += size
            if self._aliased > MAX_ALIASED:
                raise NoYaml("aliases that stand for too much")
            self._add(value, None, line, size)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            if len(self._open) >= MAX_DEPTH:
                raise NoYaml("nested too deeply")
            self._open.append(_Open(event.anchor, kind == "MappingStartEvent"))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            done = self._open.pop()
            self._add(self._mapping(done) if done.is_mapping else done.items, done.anchor, line, done.size)
        elif kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                raise NoYaml("several documents")

    def _add(self, value: object, anchor: str | None, line: int, size: int = 1) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, size)
        if self._open:
            self._open[-1].size += size
            self._open[-1].items.append(value)
            self._open[-1].lines.append(line)
        else:
            self.document = value

    def _mapping(self, done: _Open) -> dict[Any, Any]:
        pairs = dict(zip(done.items[::2], done.items[1::2], strict=True))
        if len(self._open) == 1 and len(self._open[0].items) % 2:
            outer = str(self._open[0].items[-1])
            self.lines.update(
                {(outer, str(key)): line for key, line in zip(done.items[::2], done.lines[::2], strict=True)}
            )
        if "<<" not in pairs:
            return pairs
        merged = dict(done.merged())
        del pairs["<<"]
        return merged | pairs


def _scalar(text: str) -> object:
    """Return the value of a plain scalar, as YAML 1.1 resolves it; dates and numbers in odd forms stay texts."""
    if not text or text == "~" or text.lower() == "null":
        return None
    if text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    if text[0] in "0123456789+-." and len(text) < 20 and "_" not in text:
        for kind in (int, float):
            try:
                return kind(text)
            except ValueError:
                continue
    return text
