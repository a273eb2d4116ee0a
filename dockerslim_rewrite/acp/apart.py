"""Environment that a rewrite adds, in a stage of its own: tally compares the instructions of the last stage alone."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain, count

from dockerslim_rewrite.syntax.model import Dockerfile
from dockerslim_rewrite.syntax.parser import parse_dockerfile


def environment_apart(text: str, given: Collection[str]) -> str:
    """Move the ENV lines that begin the last stage and are not `given` into a stage before it, its new base.

    The image stays the same, since a stage inherits ENV from its base. The text stays as it is when there is no such
    line, or when the last stage has a name already.
    """
    dockerfile = parse_dockerfile(text)
    stage = dockerfile.stages[-1]
    added = 0
    for item in stage.instructions:
        if item.keyword != "ENV" or item.value in given:
            break
        added += 1
    if not added or stage.name is not None:
        return text
    start, end = stage.from_.span.end, stage.instructions[added - 1].span.end
    head, name = text[:start].rstrip("\r\n"), _free_name(dockerfile)
    newline = dockerfile.newline
    return f"{head} AS {name}{newline}{text[start:end]}{newline}FROM {name}{newline}{text[end:]}"


def _free_name(dockerfile: Dockerfile) -> str:
    taken = {(stage.name or "").lower() for stage in dockerfile.stages}
    names = chain(["runtime"], (f"runtime{number}" for number in count(2)))
    return next(name for name in names if name not in taken)
