"""What a report over many files is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

Status = Literal["rewrite", "unchanged", "refused", "invalid", "failed"]
Level = Literal["error", "warning", "note"]

STATUSES: tuple[Status, ...] = ("rewrite", "unchanged", "refused", "invalid", "failed")


class Finding(Struct, frozen=True):
    """One message at a 1-based line: `level` in the words of SARIF, a code with a page or "" for none."""

    level: Level
    code: str
    line: int
    message: str


class FileReport(Struct, frozen=True):
    """What came out for one file.

    `status`: a rewrite is available; nothing to do; refused; BuildKit would reject the file or it cannot be read; a
    defect of this program. `findings` has at least one entry, the most important first. `review` is True when the
    rewrite takes a decision that a person should look at. `before_mb` and `after_mb` are the bases' sizes in megabytes,
    estimated, or those of the whole images when `measured`. `source` and `text` are the file and its rewrite, `data` is
    the outcome for JSON: each only when asked for. `written` is where the rewrite was written, "" for nowhere.
    """

    file: str
    status: Status
    findings: tuple[Finding, ...]
    builder_base: str = ""
    runtime_base: str = ""
    before_mb: float = 0.0
    after_mb: float = 0.0
    review: bool = False
    measured: bool = False
    source: str = ""
    text: str = ""
    data: dict[str, Any] | None = None
    written: str = ""

    @property
    def first(self) -> Finding:
        """Return the finding that says why the file has its status."""
        return self.findings[0]


class Totals(Struct, frozen=True):
    """How many files ended how. `written` were rewritten on disk; `review` wait for a person."""

    files: int
    by_status: dict[Status, int]
    written: int
    review: int

    @property
    def available(self) -> int:
        """Return how many rewrites are still to be made."""
        return self.by_status["rewrite"] - self.written


def count(reports: Sequence[FileReport]) -> Totals:
    """Count the outcomes of some files."""
    found = Counter(report.status for report in reports)
    return Totals(
        files=len(reports),
        by_status={status: found[status] for status in STATUSES},
        written=sum(bool(report.written) for report in reports),
        review=sum(report.review and not report.written for report in reports),
    )
