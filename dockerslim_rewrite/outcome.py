"""What a rewrite ends in: one of three."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from dockerslim_rewrite.planning.model import Blocker, Decision, RewritePlan


class Rewritten(Struct, frozen=True):
    """A multi-stage Dockerfile that passed the checks. `text` is the whole file."""

    text: str
    plan: RewritePlan


class Unchanged(Struct, frozen=True):
    """Nothing to do: a code, the line that shows it, and the reason."""

    code: str
    line: int
    reason: str


class Refused(Struct, frozen=True):
    """Not rewritten, and why. At least one blocker; `withheld` are decisions that `--unsafe` would take."""

    blockers: tuple[Blocker, ...]
    withheld: tuple[Decision, ...] = ()


Outcome: TypeAlias = Rewritten | Unchanged | Refused


class CheckFailed(Exception):
    """The emitted text does not keep what the plan promised: a defect of this program. Nothing is to be written."""


class InvalidDockerfile(Exception):
    """BuildKit would reject the text: `line` is 1-based."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
