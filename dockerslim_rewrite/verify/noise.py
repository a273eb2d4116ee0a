"""Tells what differs because the images differ from what differs on every run."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.verify.observe import Observation

# Dates, times, durations, process ids, ports, hashes, UUIDs: words with a digit in them.
_NUMBERED = pattern(r"(?<![\w.:+/-])[\w.:+/-]*\d[\w.:+/-]*")

Mask = Callable[[str], str]


def choose_mask(once: Observation, again: Observation) -> Mask | None:
    """Return what makes two runs of one image equal: None when they are, else numbers masked, else all text dropped."""
    for mask in (None, _numbers, _everything):
        if _texts(once, mask) == _texts(again, mask):
            return mask
    return _everything


def masked(seen: Observation, mask: Mask) -> Observation:
    """Return an observation whose output and bodies are masked."""
    answers = tuple(replace(answer, body=mask(answer.body)) for answer in seen.answers)
    return replace(seen, stdout=mask(seen.stdout), answers=answers)


def describe_mask(mask: Mask) -> str:
    """Return in words what is left out of the comparison."""
    return (
        "numbers in the output differ from run to run of the original: they are not compared"
        if mask is _numbers
        else "the output differs from run to run of the original: it is not compared"
    )


def _texts(seen: Observation, mask: Mask | None) -> list[str]:
    texts = [seen.stdout, *(answer.body for answer in seen.answers)]
    return [mask(text) for text in texts] if mask else texts


def _numbers(text: str) -> str:
    return _NUMBERED.sub("0", text)


def _everything(_: str) -> str:
    return ""
