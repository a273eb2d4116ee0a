"""Variables that put each other in, a few lines whose values no memory holds; and thousands of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.syntax.model import Instruction, Problem
from dockerslim_rewrite.syntax.words import MAX_ENVIRONMENT, parse_pairs

MAX_STATES = 4_000_000  # instructions times variables: each instruction has all variables before it
_REFERENCE = pattern(r"\$\{?([A-Za-z_]\w*+)")


def check_growth(instructions: Sequence[Instruction], escape: str) -> Iterator[Problem]:
    """Yield a problem where ENV, ARG and LABEL come to hold more text than Linux gives to a program,
    or too many names.

    Lengths are added up as if each reference were replaced; nothing is expanded.
    """
    lengths: dict[str, int] = {}
    total = 0
    for instruction in instructions:
        if instruction.keyword not in ("ENV", "ARG", "LABEL"):
            continue
        for name, value in parse_pairs(instruction.value, escape, instruction.keyword):
            size = len(value or "") + sum(lengths.get(found, 0) for found in _REFERENCE.findall(value or ""))
            total += size
            if instruction.keyword != "LABEL":
                lengths[name] = size
        if total > MAX_ENVIRONMENT:
            message = f"the values of variables come to more than {MAX_ENVIRONMENT:,} characters"
            yield Problem(instruction.line, message)
            return
        if len(lengths) * len(instructions) > MAX_STATES:
            yield Problem(instruction.line, f"{len(lengths):,} variables in {len(instructions):,} instructions")
            return
