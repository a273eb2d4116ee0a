"""Operators of `${name...}`: defaults, prefixes and suffixes, replacement, case, substrings."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from dockerslim_rewrite.patterns import pattern

MAX_PATTERN_SUBJECT = 1024
QUOTES = "'\"\\"
GLOB_MARKS = "*?["
SUBSTRING = pattern(r":(\d{1,9})(?::(\d{1,9}))?\Z")


class UnknownValueError(Exception):
    """A word has no static value."""


def apply_operator(value: str, rest: str, expand: Callable[[str], str], bash: bool) -> str:
    """Return the value of `${name<rest>}`, where `value` is name's own value. `expand` evaluates the operand.

    Raises:
        UnknownValueError: when the operator is not known, or belongs to bash only and this is another shell.
    """
    if not rest:
        return value
    if rest[0] in "-=?":
        return value
    if rest[0] == "+":
        return expand(rest[1:])
    if rest[:2] in (":-", ":="):
        return value or expand(rest[2:])
    if rest[:2] == ":+":
        return expand(rest[2:]) if value else ""
    if rest[:2] == ":?" and value:
        return value
    if rest[0] in "%#":
        return _strip(value, rest, expand)
    if bash:
        return _bash_operator(value, rest, expand)
    raise UnknownValueError


def _strip(value: str, rest: str, expand: Callable[[str], str]) -> str:
    """Remove the shortest or longest prefix or suffix that matches a pattern."""
    if len(value) > MAX_PATTERN_SUBJECT or any(mark in rest for mark in QUOTES):
        raise UnknownValueError
    mark = rest[0]
    longest = rest[1:2] == mark
    pattern = expand(rest[2 if longest else 1 :])
    cuts = list(range(len(value) + 1))
    if mark == "%":
        for cut in cuts if longest else reversed(cuts):
            if fnmatchcase(value[cut:], pattern):
                return value[:cut]
        return value
    for cut in reversed(cuts) if longest else cuts:
        if fnmatchcase(value[:cut], pattern):
            return value[cut:]
    return value


def _bash_operator(value: str, rest: str, expand: Callable[[str], str]) -> str:
    if rest in ("^^", ",,"):
        return value.upper() if rest == "^^" else value.lower()
    substring = SUBSTRING.match(rest)
    if substring:
        start = int(substring.group(1))
        return value[start:] if substring.group(2) is None else value[start : start + int(substring.group(2))]
    if rest[0] == "/":
        everywhere = rest[1:2] == "/"
        pattern, _, replacement = rest[2 if everywhere else 1 :].partition("/")
        if not pattern or any(mark in pattern for mark in GLOB_MARKS + QUOTES + "#%"):
            raise UnknownValueError
        return value.replace(expand(pattern), expand(replacement), -1 if everywhere else 1)
    raise UnknownValueError
