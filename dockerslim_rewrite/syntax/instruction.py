"""One joined line to an instruction: keyword, flags, value, exec form."""

from __future__ import annotations

import json
from typing import NamedTuple, NoReturn

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.syntax.model import Flag, Instruction
from dockerslim_rewrite.syntax.scanner import SPACES, LogicalLine, cut_map

JSON_KEYWORDS = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
NOT_STRINGS = "when using JSON array syntax, arrays must be comprised of strings only"

# The white space that splits arguments; BuildKit does not count U+0085 or U+00A0 here.
_BLANKS = pattern(r"[\t\v\f\r ]+")
_SPACE = frozenset(SPACES)
_FLAG_SPACE = frozenset("\t\n\v\f\r ")  # BuildKit reads flags byte by byte


class RawFlag(NamedTuple):
    """A flag as in `Flag`, and its range in the joined line."""

    name: str
    value: str | None
    start: int
    end: int


class Parts(NamedTuple):
    """A joined line's parts as ranges in it: the keyword, the flags, the value."""

    start: int
    keyword_end: int
    flags: tuple[RawFlag, ...]
    value_start: int
    value_end: int


class Reading(NamedTuple):
    """What a joined line says, wherever it stands. The fields are those of `Instruction`.

    `error` is what is wrong with its JSON array, if anything.
    """

    parts: Parts
    keyword: str
    value: str
    exec_form: tuple[str, ...] | None
    trigger: str | None
    error: str | None

    @property
    def flags(self) -> tuple[RawFlag, ...]:
        """Return the flags that BuildKit would take as flags."""
        return self.parts.flags

    @property
    def is_exec(self) -> bool:
        """Tell whether the instruction is in exec (JSON) form."""
        return self.exec_form is not None


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


def read_line(line: str, escape: str) -> Reading:
    """Read a joined line by itself, heredocs left out."""
    parts = split_line(line, 0, len(line), escape)
    keyword = line[parts.start : parts.keyword_end].upper()
    value = line[parts.value_start : parts.value_end]
    trigger, inner = None, Parts(0, 0, (), parts.value_start, parts.value_end)
    if keyword == "ONBUILD" and value:
        inner = split_line(line, parts.value_start, parts.value_end, escape)
        trigger = line[inner.start : inner.keyword_end].upper()
    exec_form, error = None, None
    array = json_part(trigger or keyword, line[inner.value_start : inner.value_end])
    if array is not None:
        try:
            exec_form = parse_json_array(array)
        except ValueError as problem:
            error = str(problem)
    return Reading(parts, keyword, value, exec_form, trigger, error)


def place_instruction(reading: Reading, line: LogicalLine) -> Instruction:
    """Return a reading as the instruction that stands at a line, without heredocs."""
    parts, offsets = reading.parts, line.map
    return Instruction(
        keyword=reading.keyword,
        keyword_span=offsets.span(parts.start, parts.keyword_end),
        span=line.span,
        line=line.line,
        end_line=line.end_line,
        flags=tuple([Flag(flag.name, flag.value, offsets.span(flag.start, flag.end)) for flag in parts.flags]),
        value=reading.value,
        value_map=cut_map(offsets, parts.value_start, parts.value_end),
        exec_form=reading.exec_form,
        comments=line.comments,
        trigger=reading.trigger,
    )


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
        name, equals, flag = word[2:].partition("=")
        flags.append(RawFlag(name, flag if equals else None, start, stop))
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
