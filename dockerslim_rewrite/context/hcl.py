"""The part of HCL that build definitions use. What is not a constant is left out.

Grammar: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md. A value is a string, a list or an object of
strings; strings may hold `${NAME}` of variables with a default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from dockerslim_rewrite.patterns import pattern

Value: TypeAlias = "str | list[Value | None] | dict[str, Value | None]"

_TOKEN = pattern(
    r"""(?P<space>[ \t\r]+|\#[^\n]*|//[^\n]*|/\*(?:.*?\*/|.*))|(?P<line>\n)
    |(?P<string>"(?:\\.?|\$\{[^}\n]*+\}?|[^"\\\n])*+"?)|(?P<word>[A-Za-z_][\w-]*)|(?P<number>\d[\d.]*)|(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = pattern(r'\\([nrt"\\])')
_INTERPOLATION = pattern(r"\$\{([^}${]*)\}")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_OPEN, _CLOSE = "([{", ")]}"
MAX_DEPTH = 20


class Block(Struct, frozen=True):
    """A block at the top level: `target "web" { ... }`. `line` is 1-based."""

    kind: str
    name: str
    line: int
    attributes: Mapping[str, Value]


def read_hcl(text: str, known: Mapping[str, str]) -> list[Block]:
    """Return the blocks of a text in order; `known` are variables by name. Never raises."""
    return _Reader(text, known).blocks()


class _Reader:
    def __init__(self, text: str, known: Mapping[str, str]) -> None:
        found = ((match.lastgroup or "", match[0], match.start()) for match in _TOKEN.finditer(text))
        self._tokens = [token for token in found if token[0] != "space"]
        self._text = text
        self._known = known
        self._at = 0

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else "end"

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def blocks(self) -> list[Block]:
        found: list[Block] = []
        while self._kind() != "end":
            if self._kind() != "word":
                self._at += 1
                continue
            line = self._text.count("\n", 0, self._tokens[self._at][2]) + 1
            words = [self._take()]
            while self._kind() in ("word", "string"):
                words.append(self._take().strip('"'))
            if self._peek() == "{":
                found.append(Block(words[0], words[1] if len(words) > 1 else "", line, self._body()))
            elif self._peek() == "=":
                self._skip_expression()
        return found

    def _body(self) -> dict[str, Value]:
        """Read `{ name = value ... }`; nested blocks and what is not constant are left out."""
        attributes: dict[str, Value] = {}
        self._at += 1
        while self._kind() != "end" and self._peek() != "}":
            if self._kind() != "word":
                self._at += 1
                continue
            name = self._take()
            while self._kind() == "string":
                self._at += 1
            if self._peek() == "{":
                self._skip_group()
            elif self._peek() == "=":
                self._at += 1
                value = self._value(0)
                if value is not None:
                    attributes[name] = value
        self._at += 1
        return attributes

    def _value(self, depth: int) -> Value | None:
        """Read an expression up to its end; None when it is not a constant that is understood."""
        start = self._at
        value: Value | None = None
        if self._kind() == "string":
            value = self._string(self._take())
        elif self._kind() == "word" and self._peek() in self._known:
            value = self._known[self._take()]
        elif self._peek() in ("[", "{") and depth < MAX_DEPTH:
            value = self._list(depth) if self._peek() == "[" else self._object(depth)
        if self._kind() in ("line", "end") or self._peek() in ("", ",", "]", "}"):
            return value if self._at > start else None
        self._skip_expression()
        return None

    def _list(self, depth: int) -> list[Value | None]:
        items: list[Value | None] = []
        self._at += 1
        while self._kind() != "end" and self._peek() != "]":
            if self._kind() == "line" or self._peek() == ",":
                self._at += 1
                continue
            before = self._at
            items.append(self._value(depth + 1))
            self._at += self._at == before
        self._at += 1
        return items

    def _object(self, depth: int) -> dict[str, Value | None]:
        items: dict[str, Value | None] = {}
        self._at += 1
        while self._kind() != "end" and self._peek() != "}":
            if self._kind() not in ("word", "string"):
                self._at += 1
                continue
            key = self._take().strip('"')
            if self._peek() in ("=", ":"):
                self._at += 1
                items[key] = self._value(depth + 1)
        self._at += 1
        return items

    def _string(self, token: str) -> str | None:
        """Return a string with variables put in, None when one is not known."""
        body = token[1:-1]
        names = _INTERPOLATION.findall(body)
        if any(name.strip() not in self._known for name in names):
            return None
        body = _INTERPOLATION.sub(lambda match: self._known[match[1].strip()], body)
        return _ESCAPE.sub(lambda match: _ESCAPED[match[1]], body)

    def _skip_expression(self) -> None:
        """Go to the line end, comma or bracket that ends an expression."""
        while self._kind() not in ("line", "end") and self._peek() not in (",", *_CLOSE):
            if self._peek() in _OPEN:
                self._skip_group()
            else:
                self._at += 1

    def _skip_group(self) -> None:
        depth = 0
        while self._kind() != "end":
            word = self._take()
            depth += (word in _OPEN) - (word in _CLOSE)
            if depth == 0:
                return
