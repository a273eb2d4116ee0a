"""The smallest set of whole-line changes that turns one text into another."""

from __future__ import annotations

from difflib import SequenceMatcher

from msgspec import Struct

# Beyond this many changed lines one replacement is made: comparing takes quadratic time.
MAX_COMPARED_LINES = 4000


class Change(Struct, frozen=True):
    """Replace the characters from `start` to `end` of the old text by `text`."""

    start: int
    end: int
    text: str


def line_changes(before: str, after: str) -> tuple[Change, ...]:
    """Return the changes in order; they do not overlap, and lines that both texts share are not in them."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    offsets = [sum(map(len, old[:head]))]
    for line in old_middle:
        offsets.append(offsets[-1] + len(line))
    return tuple(
        Change(offsets[first], offsets[last], "".join(new_middle[start:end]))
        for first, last, start, end in _blocks(old_middle, new_middle)
    )


def _common(old: list[str], new: list[str]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _blocks(old: list[str], new: list[str]) -> list[tuple[int, int, int, int]]:
    if len(old) + len(new) > MAX_COMPARED_LINES:
        return [(0, len(old), 0, len(new))]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
