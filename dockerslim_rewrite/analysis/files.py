"""Which context file stands behind which path of the image, by replaying COPY and ADD."""

from __future__ import annotations

from dataclasses import dataclass

from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.context.model import Context


@dataclass(frozen=True, slots=True)
class CopiedTree:
    """One source of a COPY: `context_path` ("" is the whole context) became `image_path` in step `step`."""

    context_path: str
    image_path: str
    is_dir: bool
    step: int


class ImageFiles:
    """The image's files as far as they come from the context."""

    def __init__(self, facts: StageFacts, context: Context) -> None:
        self.trees: tuple[CopiedTree, ...] = ()

    def to_context(self, image_path: str, before: int | None = None) -> str | None:
        """Return the context path behind an absolute image path (the last COPY wins), or None.

        The file or directory must exist in the context. `before` limits to steps with a smaller index.
        """
        raise AssertionError

    def to_image(self, context_path: str) -> tuple[str, ...]:
        """Return the absolute image paths that a context path is copied to."""
        raise AssertionError
