"""Heredocs of RUN, COPY and ADD: `<<EOF`, `<<-EOF`, `<<"EOF"`, several on a line."""

from __future__ import annotations

from msgspec.structs import replace

from dockerslim_rewrite.syntax.model import Heredoc, OffsetMap, Problem, Span
from dockerslim_rewrite.syntax.scanner import LineReader, join_pieces

HEREDOC_KEYWORDS = frozenset({"RUN", "COPY", "ADD"})


def parse_marker(word: str) -> Heredoc | None:
    """Return the heredoc that a word announces, without its body, or None.

    Raises:
        ValueError: when the delimiter's quotes are not closed.
    """
    if "<<" not in word:
        return None
    from e2b_dockerfile_utils import parse_heredoc

    found = parse_heredoc(word)
    # BuildKit knows no empty words, so that `<<""` is no heredoc.
    if found is None or not found.name:
        return None
    return Heredoc(found.name, "", found.expand, found.chomp, Span(0, 0), OffsetMap(()))


def find_markers(line: str) -> tuple[Heredoc, ...]:
    """Return the heredocs that an instruction's joined line announces, without their bodies.

    The escape character is a backslash here whatever the directive says, as in BuildKit. A line whose quotes are not
    closed announces none.

    Raises:
        ValueError: when the quotes of a delimiter are not closed.
    """
    if "<<" not in line:
        return ()
    from e2b_dockerfile_utils import ShellLex

    try:
        words = ShellLex("\\", raw_quotes=True, raw_escapes=True).process_words(line)
    except ValueError:
        return ()
    return tuple(marker for marker in map(parse_marker, words) if marker is not None)


def read_body(reader: LineReader, marker: Heredoc, line: int) -> Heredoc:
    """Read a heredoc's body up to its terminator; `line` is where a missing terminator is reported."""
    text, start = reader.text, reader.position
    pieces: list[tuple[int, int]] = []
    terminated = False
    while not terminated and (at := reader.read()) is not None:
        begin = at.start
        if marker.strip_tabs:
            while begin < at.end and text[begin] == "\t":
                begin += 1
        if text[begin : at.end] == marker.name:
            terminated = True
        elif text.endswith("\r\n", begin, at.stop):
            pieces += ((begin, at.stop - 2), (at.stop - 1, at.stop))
        else:
            pieces.append((begin, at.stop))
    if not terminated:
        reader.problems.append(Problem(line, f"unterminated heredoc {marker.name}"))
    content, content_map = join_pieces(text, pieces)
    return replace(marker, content=content, content_map=content_map, span=Span(start, reader.position))
