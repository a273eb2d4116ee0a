"""What a configuration file may say."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.knowledge.overlay import Overlay
from dockerslim_rewrite.languages.model import Style
from dockerslim_rewrite.planning.model import Options

FailOn = Literal["never", "rewrite", "refused"]


class Choices(Struct, frozen=True):
    """The choices of one table, of the command line, or of several merged. None: nothing is said.

    `context` and `templates` are absolute. `ignore`, `safe` and `review` are codes: not reported, taken without
    `--unsafe`, and never taken without it; `skip` are improvements that `optimize` leaves out.
    """

    runtime: Style | Literal["auto"] | None = None
    unsafe: bool | None = None
    optimize: bool | None = None
    nonroot: bool | None = None
    templates: Path | None = None
    context: Path | None = None
    ignore: tuple[str, ...] | None = None
    safe: tuple[str, ...] | None = None
    review: tuple[str, ...] | None = None
    skip: tuple[str, ...] | None = None
    fail_on: FailOn | None = None

    def over(self, below: Choices) -> Choices:
        """Return these choices, and where they say nothing those of `below`."""
        unsaid = {name: getattr(below, name) for name in self.__struct_fields__ if getattr(self, name) is None}
        return replace(self, **unsaid)

    def options(self) -> Options:
        """Return the options of a rewrite."""
        return Options(
            runtime=self.runtime or "auto",
            unsafe=bool(self.unsafe),
            optimize=bool(self.optimize),
            nonroot=bool(self.nonroot),
            skip=",".join(self.skip or ()),
            ignore=self.ignore or (),
            safe=self.safe or (),
            review=self.review or (),
        )


class Override(Struct, frozen=True):
    """Choices for the paths that match one of `paths`: patterns of .gitignore, relative to the file's folder."""

    paths: tuple[str, ...]
    choices: Choices


class Config(Struct, frozen=True):
    """One configuration file. `folder` is the one that it lies in; `include` and `exclude` are patterns below it."""

    folder: Path
    choices: Choices = Choices()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    overlay: Overlay = Overlay()
