"""What a rewrite ends in: one of three."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dockerslim_rewrite.planning.model import Blocker, Decision, RewritePlan


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A multi-stage Dockerfile that passed the checks. `text` is the whole file."""

    text: str
    plan: RewritePlan


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing to do: a code, the line that shows it, and the reason."""

    code: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
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
