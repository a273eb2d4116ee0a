"""Physical and logical lines: line ends, parser directives, comments and continuations, as in BuildKit's parser.

Source of the rules: moby/buildkit, frontend/dockerfile/parser.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from dockerslim_rewrite.syntax.model import Comment, Directive, OffsetMap, Problem, Span

# Go's unicode.IsSpace. Python's own idea of white space also has U+001C to U+001F.
SPACES = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
BYTE_ORDER_MARK = "\ufeff"
MAX_LINE_BYTES = 65_535
DIRECTIVES = ("syntax", "escape", "check")

_REGEXP_SPACES = "\t\n\f\r "
_ASCII_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ASCII_NAME = _ASCII_LETTERS | frozenset("0123456789")


class Line(Struct, frozen=True, gc=False):
    """A physical line: `start <= i < stop` with its line end, up to `end` without any trailing CR and LF."""

    start: int
    end: int
    stop: int


class LineReader(Struct):
    """Hands out physical lines. Only LF ends a line. `number` is the 1-based number of the line read last."""

    text: str
    position: int = 0
    number: int = 0
    problems: list[Problem] = []

    def read(self) -> Line | None:
        """Return the next line, or None at the end of the text. Lines that BuildKit finds too long are problems."""
        start, text = self.position, self.text
        if start >= len(text):
            return None
        stop = text.find("\n", start) + 1 or len(text)
        end = stop
        while end > start and text[end - 1] in "\r\n":
            end -= 1
        self.position = stop
        self.number += 1
        # A character has at most four bytes: only lines that may be too long are encoded.
        if (stop - start) * 4 > MAX_LINE_BYTES and _size(text[start:stop].removesuffix("\n")) > MAX_LINE_BYTES:
            self.problems.append(Problem(self.number, f"line greater than max allowed size of {MAX_LINE_BYTES}"))
        return Line(start, end, stop)


class LogicalLine(Struct, frozen=True, gc=False):
    """An instruction's line, continuations joined.

    `text` is what BuildKit dispatches on and `map` leads back to the source. `line` and `end_line` are 1-based;
    `span` ends with the last physical line, its line end included.
    """

    text: str
    map: OffsetMap
    span: Span
    line: int
    end_line: int
    comments: tuple[Comment, ...]


def join_pieces(text: str, pieces: Iterable[tuple[int, int]]) -> tuple[str, OffsetMap]:
    """Join `(start, end)` pieces of a text; neighbours that touch become one piece of the map."""
    parts: list[str] = []
    merged: list[tuple[int, int, int]] = []
    size = 0
    for start, end in pieces:
        if end <= start:
            continue
        parts.append(text[start:end])
        if merged and merged[-1][1] + merged[-1][2] == start:
            derived, source, length = merged[-1]
            merged[-1] = (derived, source, length + end - start)
        else:
            merged.append((size, start, end - start))
        size += end - start
    return "".join(parts), OffsetMap(tuple(merged))


def cut_map(offsets: OffsetMap, start: int, end: int) -> OffsetMap:
    """Return the map of the derived text's part `start <= i < end`. An empty part keeps one empty piece if it can."""
    if end <= start:
        return OffsetMap(((0, offsets.to_source(start), 0),)) if offsets.pieces else offsets
    cut: list[tuple[int, int, int]] = []
    for derived, source, length in offsets.pieces:
        low, high = max(start, derived), min(end, derived + length)
        if low < high:
            cut.append((low - start, source + low - derived, high - low))
    return OffsetMap(tuple(cut))


def read_logical_line(reader: LineReader, first: Line, content: str, escape: str) -> LogicalLine:
    """Read an instruction's line and those that continue it. Comments and blank lines in between are dropped.

    `content` is the first line without white space in front.
    """
    text = reader.text
    number = reader.number
    start = first.end - len(content)
    end, more = _continuation(text, start, first.end, escape)
    if not more:
        whole = OffsetMap(((0, start, end - start),))
        return LogicalLine(content, whole, Span(first.start, reader.position), number, number, ())
    pieces = [(start, end)]
    comments: list[Comment] = []
    while more and (line := reader.read()) is not None:
        content = text[line.start : line.end].lstrip(SPACES)
        if content.startswith("#"):
            comments.append(Comment(Span(line.start, line.end)))
        elif content:
            end, more = _continuation(text, line.start, line.end, escape)
            pieces.append((line.start, end))
    joined, offsets = join_pieces(text, pieces)
    if not offsets.pieces:
        offsets = OffsetMap(((0, start, 0),))
    return LogicalLine(joined, offsets, Span(first.start, reader.position), number, reader.number, tuple(comments))


class DirectiveReader(Struct):
    """Recognises parser directives, which end at the first line that is none. `escape` is the character so far."""

    escape: str = "\\"
    found: list[Directive] = []
    problems: list[Problem] = []
    _done: bool = False

    def take(self, content: str, line: Line, number: int) -> bool:
        """Take a line if it is a directive, and tell so. A second one of a kind and a bad value are problems.

        `content` is the line without white space in front.
        """
        if self._done:
            return False
        directive = _directive(content, Span(line.start, line.end))
        if directive is None:
            self._done = True
            return False
        if any(directive.name == known.name for known in self.found):
            self.problems.append(Problem(number, f"only one {directive.name} parser directive can be used"))
        elif directive.name == "escape" and directive.value not in ("\\", "`"):
            self.problems.append(Problem(number, f"invalid escape token {directive.value!r}: not ` or \\"))
        elif directive.name == "escape":
            self.escape = directive.value
        self.found.append(directive)
        return True


def _directive(line: str, span: Span) -> Directive | None:
    if not line.startswith("#"):
        return None
    name, _, rest = line[1:].lstrip(SPACES).partition("=")
    name = name.rstrip(_REGEXP_SPACES)
    if not rest or not name or name[0] not in _ASCII_LETTERS or not _ASCII_NAME.issuperset(name):
        return None
    if name.lower() not in DIRECTIVES:
        return None
    # BuildKit's expression wants one character at least, so that of a blank value one blank is left.
    return Directive(name.lower(), rest.strip(_REGEXP_SPACES) or rest[-1], span)


def _continuation(text: str, start: int, end: int, escape: str) -> tuple[int, bool]:
    """Return where the content of a line ends, and whether it goes on in the next line."""
    body = text[start:end].rstrip(" \t")
    if body.endswith(escape) and not body.endswith(escape * 2):
        return start + len(body) - 1, True
    return end, False


def _size(line: str) -> int:
    return len(line.encode("utf-8", "surrogatepass"))
