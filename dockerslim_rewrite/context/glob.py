"""Patterns of .dockerignore with many stars, in time that grows with pattern and path only.

As a regular expression, `*a*a*a*b` tries every way in which its stars can share a name: an hour for one file.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dockerslim_rewrite.patterns import pattern

MAX_STARS = 2  # so many are quick as a regular expression
_TOKEN = pattern(r"\*\*/?|\*|\?|\[\^?(?:\\.|[^\]\\]){0,100}+\]|\\.|.", re.DOTALL)
_WILD = pattern(r"\*+|\?|\[|\\")
_ANY = pattern(".", re.DOTALL)
_IN_NAME = pattern("[^/]")
_SLASH = pattern("/")


class _State:
    """Where a match may stand: on one character it stays (`loops`) or goes on (`takes`); `skips` need none."""

    def __init__(self) -> None:
        self.loops: re.Pattern[str] | None = None
        self.takes: re.Pattern[str] | None = None
        self.skips: tuple[int, ...] = ()


def has_many_stars(pattern: str) -> bool:
    """Tell whether a pattern is to be matched here."""
    return len(re.findall(r"\*+", pattern)) > MAX_STARS


def glob_matcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a whole path matches, as moby's pattern does: `**` also matches `/`."""
    literals = [part for part in _WILD.split(pattern.replace("**/", "*")) if part] if "[" not in pattern else []
    literals = literals if "\\" not in pattern else []
    states = _states(_TOKEN.findall(pattern))

    def matches(path: str) -> bool:
        if not all(part in path for part in literals):
            return False
        here = _closure(states, {0})
        for character in path:
            after = set()
            for number in here:
                state = states[number]
                if state.loops is not None and state.loops.match(character):
                    after.add(number)
                if state.takes is not None and state.takes.match(character):
                    after.add(number + 1)
            here = _closure(states, after)
            if not here:
                return False
        return len(states) - 1 in here

    return matches


def _states(tokens: list[str]) -> list[_State]:
    states = [_State()]
    for number, word in enumerate(tokens):
        state = states[-1]
        states.append(_State())
        if word == "*":
            state.loops, state.skips = _IN_NAME, (1,)
        elif word.startswith("**") and number + 1 == len(tokens):
            state.loops, state.skips = _ANY, (1,)
        elif word.startswith("**"):  # nothing, or any folders: what is read of it ends in a slash
            state.skips = (1, 2)
            states[-1].loops, states[-1].takes = _ANY, _SLASH
            states.append(_State())
        elif word == "?":
            state.takes = _IN_NAME
        else:
            state.takes = re.compile(word if word.startswith("[") and len(word) > 1 else re.escape(word[-1]))
    return states


def _closure(states: list[_State], numbers: set[int]) -> set[int]:
    found, left = set(numbers), list(numbers)
    while left:
        number = left.pop()
        for step in states[number].skips:
            if number + step not in found:
                found.add(number + step)
                left.append(number + step)
    return found
