"""One joined line to an instruction: keyword, flags, value, exec form."""

from __future__ import annotations

import json
import re
from typing import NamedTuple, NoReturn

from dockerslim_rewrite.syntax.model import Flag, Instruction
from dockerslim_rewrite.syntax.scanner import SPACES, LogicalLine, cut_map

JSON_KEYWORDS = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
NOT_STRINGS = "when using JSON array syntax, arrays must be comprised of strings only"

# The white space that splits arguments; BuildKit does not count U+0085 or U+00A0 here.
_BLANKS = re.compile(r"[\t\v\f\r ]+")
_SPACE = frozenset(SPACES)
_FLAG_SPACE = frozenset("\t\n\v\f\r ")  # BuildKit reads flags byte by byte


class RawFlag(NamedTuple):
    """A flag word with quotes and escapes removed, and its range in the joined line."""

    word: str
    start: int
    end: int


class Parts(NamedTuple):
    """A joined line's parts as ranges in it: the keyword, the flags, the value."""

    start: int
    keyword_end: int
    flags: tuple[RawFlag, ...]
    value_start: int
    value_end: int


def split_words(value: str) -> tuple[str, ...]:
    """Split at white space without regard to quotes, as BuildKit does for FROM, COPY, ADD, EXPOSE and VOLUME."""
    return tuple(_BLANKS.split(value)) if value else ()


def split_line(line: str, start: int, end: int, escape: str) -> Parts:
    """Split the part `start <= i < end` of a joined line."""
    start, end = _strip(line, start, end)
    blanks = _BLANKS.search(line, start, end)
    if blanks is None:
        return Parts(start, end, (), end, end)
    flags, value_start = _read_flags(line, blanks.end(), end, escape)
    return Parts(start, blanks.start(), flags, *_strip(line, value_start, end))


def parse_json_array(value: str) -> tuple[str, ...] | None:
    """Return the strings of a JSON array, or None where Docker falls back to shell form.

    Raises:
        ValueError: for an array with something else than strings, which Docker rejects.
    """
    value = value.lstrip(SPACES)
    if not value.startswith("["):
        return None
    try:
        items = json.loads(value, parse_constant=_no_constant, parse_int=_number, parse_float=_number)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(item, str) for item in items):
        raise ValueError(NOT_STRINGS)
    # Go turns half of a surrogate pair into the replacement character.
    return tuple(item.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for item in items)


def json_part(keyword: str, value: str) -> str | None:
    """Return the part of a value that may be a JSON array, or None when the instruction has no exec form."""
    if keyword in JSON_KEYWORDS:
        return value
    if keyword == "HEALTHCHECK":
        words = _BLANKS.split(value, maxsplit=1)
        return words[1] if len(words) == 2 else ""
    return None


def build_instruction(line: LogicalLine, escape: str) -> tuple[Instruction, str | None]:
    """Return the instruction of a joined line, without heredocs, and what is wrong with its JSON array, if anything."""
    parts = split_line(line.text, 0, len(line.text), escape)
    keyword = line.text[parts.start : parts.keyword_end].upper()
    value = line.text[parts.value_start : parts.value_end]
    trigger, inner = None, Parts(0, 0, (), parts.value_start, parts.value_end)
    if keyword == "ONBUILD" and value:
        inner = split_line(line.text, parts.value_start, parts.value_end, escape)
        trigger = line.text[inner.start : inner.keyword_end].upper()
    exec_form, error = None, None
    array = json_part(trigger or keyword, line.text[inner.value_start : inner.value_end])
    if array is not None:
        try:
            exec_form = parse_json_array(array)
        except ValueError as problem:
            error = str(problem)
    instruction = Instruction(
        keyword=keyword,
        keyword_span=line.map.span(parts.start, parts.keyword_end),
        span=line.span,
        line=line.line,
        end_line=line.end_line,
        flags=tuple(_flag(flag, line) for flag in parts.flags),
        value=value,
        value_map=cut_map(line.map, parts.value_start, parts.value_end),
        exec_form=exec_form,
        comments=line.comments,
        trigger=trigger,
    )
    return instruction, error


def _flag(raw: RawFlag, line: LogicalLine) -> Flag:
    name, equals, value = raw.word[2:].partition("=")
    return Flag(name, value if equals else None, line.map.span(raw.start, raw.end))


def _strip(line: str, start: int, end: int) -> tuple[int, int]:
    while start < end and line[start] in _SPACE:
        start += 1
    while end > start and line[end - 1] in _SPACE:
        end -= 1
    return start, end


def _read_flags(line: str, start: int, end: int, escape: str) -> tuple[tuple[RawFlag, ...], int]:
    """Read the words that begin with `--`; a lone `--` ends them and is dropped. Returns where the value starts."""
    flags: list[RawFlag] = []
    while True:
        while start < end and line[start] in _FLAG_SPACE:
            start += 1
        if not line.startswith("--", start, end):
            return tuple(flags), start
        word, stop = _read_word(line, start, end, escape)
        if word == "--":
            return tuple(flags), stop
        flags.append(RawFlag(word, start, stop))
        start = stop


def _read_word(line: str, start: int, end: int, escape: str) -> tuple[str, int]:
    """Read a word up to unquoted white space; quotes go, and an escape character hides the character after it."""
    word: list[str] = []
    quote = ""
    at = start
    while at < end:
        char = line[at]
        if not quote and char in _FLAG_SPACE:
            break
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == escape:
            at += 1
            word.append(line[at : min(at + 1, end)])
            quote = quote if at < end else ""
        else:
            word.append(char)
        at += 1
    return "".join(word), min(at, end)


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("number out of range")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
