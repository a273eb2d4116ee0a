"""Offsets in a text to the positions of the protocol, and back."""

from __future__ import annotations

from bisect import bisect_right

from lsprotocol.types import Position, PositionEncodingKind, Range


class LineIndex:
    """The lines of a text as an editor counts them: they end at LF, CR LF or a lone CR.

    Columns are counted in the unit that client and server agreed on: bytes of UTF-8, code units of UTF-16, or code
    points.
    """

    def __init__(self, text: str, encoding: PositionEncodingKind | str = PositionEncodingKind.Utf16) -> None:
        self._text = text
        self._width = _WIDTHS.get(str(getattr(encoding, "value", encoding)), _utf16_width)
        self._starts = _line_starts(text)

    @property
    def last(self) -> Position:
        """Return the position after the last character."""
        return self.position(len(self._text))

    def position(self, offset: int) -> Position:
        """Return the position of an offset; it is kept within the text."""
        offset = min(max(offset, 0), len(self._text))
        line = bisect_right(self._starts, offset) - 1
        return Position(line, self._width(self._text[self._starts[line] : offset]))

    def range(self, start: int, end: int) -> Range:
        """Return the range of two offsets."""
        return Range(self.position(start), self.position(end))

    def offset(self, position: Position) -> int:
        """Return the offset of a position; beyond a line it is the line's end, beyond the text the text's end."""
        if position.line >= len(self._starts):
            return len(self._text)
        start = self._starts[max(position.line, 0)]
        end = self._starts[position.line + 1] if position.line + 1 < len(self._starts) else len(self._text)
        units = 0
        for offset in range(start, end):
            if units >= position.character or self._text[offset] in "\r\n":
                return offset
            units += self._width(self._text[offset])
        return end


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for at, character in enumerate(text):
        if character == "\n" or (character == "\r" and text[at + 1 : at + 2] != "\n"):
            starts.append(at + 1)
    return starts


def _utf8_width(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _utf16_width(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


_WIDTHS = {"utf-8": _utf8_width, "utf-16": _utf16_width, "utf-32": len}
