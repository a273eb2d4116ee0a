"""One verification: what is to be shown, and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from dockerslim_rewrite.verify.check import Check
from dockerslim_rewrite.verify.difference import Difference
from dockerslim_rewrite.verify.edit import Edit
from dockerslim_rewrite.verify.lacking import Lacking
from dockerslim_rewrite.verify.measure import Numbers, Rebuild


class CannotVerify(Exception):
    """There is nothing to compare with; the text names the cause."""


class Job(Struct, frozen=True):
    """One verification. `allowed` are names of differences that decisions or the user announced.

    `args`, `network`, `builder` and `build_timeout` (seconds) are for the builds; `measured` asks for package counts
    and the timed rebuild, `traced` for the files that the original opens.
    """

    dockerfile: Path
    context: Path
    original: str
    rewritten: str
    allowed: frozenset[str] = frozenset()
    args: Mapping[str, str] = {}
    network: str | None = None
    builder: str | None = None
    build_timeout: float = 1800
    check: Check = Check()
    measured: bool = True
    traced: bool = False


class Side(Struct, frozen=True):
    """One image: its numbers (None when not measured) and its rebuild after the edit (None when there was none)."""

    size: int
    build_seconds: float
    numbers: Numbers | None = None
    rebuild: Rebuild | None = None


class Proof(Struct, frozen=True):
    """The result. `rewritten` is None when the rewrite does not build.

    `announced` are differences that are allowed; `checks` what was asked, in words; `lacking` is None without a trace.
    """

    original: Side
    rewritten: Side | None
    differences: tuple[Difference, ...]
    announced: tuple[Difference, ...] = ()
    checks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    edit: Edit | None = None
    lacking: tuple[Lacking, ...] | None = None

    @property
    def same(self) -> bool:
        """Tell whether the rewrite does what the original does."""
        return not self.differences
