"""A second reader: what `dockerfile-parse` finds in a Dockerfile, given our split into instructions.

It is independent in what a base image or a parent is, and so checks our own reading of the emitted text. It
does not split: alone it takes heredoc bodies for instructions. Its setters are never used, since they lose text.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

from msgspec import Struct

from dockerslim_rewrite.syntax.model import Dockerfile


class StageSemantics(Struct, frozen=True):
    """A stage as the second reader sees it: its parent image and its `(KEYWORD, value)` instructions, FROM first.

    A value has continuations joined, and flags removed but for FROM's `--platform`.
    """

    image: str
    instructions: tuple[tuple[str, str], ...]


class Semantics(Struct, frozen=True):
    """What the second reader finds.

    `base_image` is that of the last stage; `parent_images` has one entry for each stage with ARG defaults filled in.
    Only plain `$X` and `${X}` are expanded: with `${X:-y}` these may differ from BuildKit.
    """

    base_image: str | None
    parent_images: tuple[str, ...]
    stages: tuple[StageSemantics, ...]


def read_semantics(dockerfile: Dockerfile) -> Semantics:
    """Read a Dockerfile with `dockerfile-parse`. Reads and writes no file.

    Raises:
        ValueError: when the Dockerfile has problems, or the second reader cannot read it.
    """
    if dockerfile.problems:
        raise ValueError(f"line {dockerfile.problems[0].line}: {dockerfile.problems[0].message}")
    # Without a file object the parser would look for a Dockerfile in the working directory.
    reader = _reader_class()(dockerfile)
    try:
        parents = tuple(reader.parent_images)
    except (ValueError, LookupError) as error:
        raise ValueError(f"dockerfile-parse cannot read the file: {error}") from error
    if len(parents) != len(dockerfile.stages):
        raise ValueError(f"dockerfile-parse finds {len(parents)} stages, not {len(dockerfile.stages)}")
    return Semantics(reader.baseimage, parents, _stages(reader.structure, parents))


def _stages(structure: list[dict[str, Any]], parents: tuple[str, ...]) -> tuple[StageSemantics, ...]:
    groups: list[list[tuple[str, str]]] = []
    for entry in structure:
        if entry["instruction"] == "FROM":
            groups.append([])
        if groups:
            groups[-1].append((entry["instruction"], entry["value"]))
    return tuple(StageSemantics(image, tuple(group)) for image, group in zip(parents, groups, strict=True))


@cache
def _reader_class() -> Any:
    from dockerfile_parse import DockerfileParser

    class Reader(DockerfileParser):  # type: ignore[misc]
        """`dockerfile-parse` fed by our scanner."""

        def __init__(self, dockerfile: Dockerfile) -> None:
            super().__init__(fileobj=BytesIO(dockerfile.text.encode("utf-8", "surrogateescape")))
            self._structure = _structure(dockerfile)

        @property
        def structure(self) -> list[dict[str, Any]]:
            return self._structure

    return Reader


def _structure(dockerfile: Dockerfile) -> list[dict[str, Any]]:
    """Return our instructions in the form of `DockerfileParser.structure`; lines are 0-based there."""
    entries: list[dict[str, Any]] = []
    for instruction in dockerfile.instructions:
        value = instruction.value
        if instruction.keyword == "FROM" and (platform := instruction.flag("platform")) is not None:
            value = f"--platform={platform} {value}"
        entries.append(
            {
                "instruction": instruction.keyword,
                "startline": instruction.line - 1,
                "endline": instruction.end_line - 1,
                "content": instruction.span.of(dockerfile.text),
                "value": value,
            }
        )
    return entries
