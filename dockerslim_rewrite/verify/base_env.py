"""Differences that come with another base image, for a multi-stage file that somebody else wrote."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.analysis.replay import replay_stage
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from dockerslim_rewrite.syntax.words import parse_pairs


def base_changes(original: str, rewritten: str) -> frozenset[str]:
    """Return "env:NAME" for each variable that only the bases set: the author never asked for it.

    Bases are those of images.toml; of an unknown base every variable counts as the author's.
    """
    return frozenset(f"env:{name}" for text in (original, rewritten) for name in _base_variables(text))


def _base_variables(text: str) -> Iterator[str]:
    dockerfile = parse_dockerfile(text)
    if not dockerfile.stages:
        return
    facts = replay_stage(dockerfile, dockerfile.stages[-1])
    own = {
        name
        for instruction in facts.stage.instructions
        if instruction.keyword == "ENV"
        for name, _ in parse_pairs(instruction.value, dockerfile.escape)
    }
    if facts.base is not None:
        yield from (name for name in facts.base.env if name not in own)
