"""Bash's brace expansion."""

from __future__ import annotations

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.parameters import UnknownValueError

MAX_VARIANTS = 256
MAX_LENGTH = 1024
SEQUENCE = pattern(r"(?:[+-]?\d+\.\.[+-]?\d+|[A-Za-z]\.\.[A-Za-z])(?:\.\.[+-]?\d+)?\Z")
NUMBERS = pattern(r"(0|-?[1-9]\d{0,5})\.\.(0|-?[1-9]\d{0,5})\Z")


def expand_braces(text: str) -> list[str]:
    """Return the words that `a{b,c}d` and `{1..3}` stand for; the text itself when there is nothing to expand.

    Raises:
        UnknownValueError: when there are more than 256, the text is too long to look at, or a sequence is not of plain
            numbers.
    """
    if "{" not in text:
        return [text]
    if len(text) > MAX_LENGTH:
        raise UnknownValueError
    done: list[str] = []
    todo = [text]
    while todo:
        current = todo.pop()
        found = _first_group(current)
        if found is None:
            done.append(current)
        else:
            start, end, parts = found
            todo.extend(current[:start] + part + current[end:] for part in reversed(parts))
        if len(done) + len(todo) > MAX_VARIANTS:
            raise UnknownValueError
    return done


def _first_group(text: str) -> tuple[int, int, list[str]] | None:
    """Return the range and the alternatives of the first group that bash would expand."""
    at = 0
    while at < len(text):
        at = skip_quoted(text, at)
        if text[at : at + 1] == "{":
            group = _group(text, at)
            if group is not None:
                return (at, *group)
        at += 1
    return None


def _group(text: str, start: int) -> tuple[int, list[str]] | None:
    """Read a group that starts at `{`; None when it is literal."""
    depth, at, begin = 0, start + 1, start + 1
    parts: list[str] = []
    while at < len(text):
        at = skip_quoted(text, at)
        character = text[at : at + 1]
        if character == "{":
            depth += 1
        elif character == "," and depth == 0:
            parts.append(text[begin:at])
            begin = at + 1
        elif character == "}" and depth > 0:
            depth -= 1
        elif character == "}":
            if parts:
                return at + 1, [*parts, text[begin:at]]
            numbers = _sequence(text[begin:at])
            return (at + 1, numbers) if numbers else None
        at += 1
    return None


def _sequence(text: str) -> list[str] | None:
    """Return the numbers of `1..3`, or None for what is no sequence. Leading zeros, which pad, steps and letters are
    rare: what they stand for is not known."""
    if SEQUENCE.match(text) is None:
        return None
    match = NUMBERS.match(text)
    if match is None:
        raise UnknownValueError
    first, last = int(match.group(1)), int(match.group(2))
    if abs(last - first) >= MAX_VARIANTS:
        raise UnknownValueError
    step = 1 if last >= first else -1
    return [str(number) for number in range(first, last + step, step)]


def skip_quoted(text: str, at: int) -> int:
    """Return the next offset that is not inside quotes, an escape or `${...}`."""
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 2
        elif character in "'\"`":
            at = _after(text, character, at + 1)
        elif text.startswith("${", at):
            at = _after(text, "}", at + 2)
        else:
            break
    return at


def _after(text: str, mark: str, at: int) -> int:
    while at < len(text) and text[at] != mark:
        at += 2 if text[at] == "\\" and mark != "'" else 1
    return at + 1
