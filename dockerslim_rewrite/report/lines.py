"""The text report over many files: one line a file, then the counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.model import FileReport, Totals, count

_VERBS = {"unchanged": "unchanged", "refused": "refused", "invalid": "broken", "failed": "failed"}


def line_of(report: FileReport) -> str:
    """Return the line on one file, safe for a terminal and without a line end."""
    first = report.first
    code = f" [{first.code}]" if first.code else ""
    if report.status != "rewrite":
        return _clean(f"{_VERBS[report.status]} {report.file}:{first.line}:{code} {first.message}")
    sizes = f" (about {report.before_mb:.0f} MB -> {report.after_mb:.0f} MB)"
    sizes = sizes if report.after_mb < report.before_mb else ""
    review = "; needs a review" if report.review else ""
    verb = "rewrote" if report.written else "would rewrite"
    where = f" as {report.written}" if report.written not in ("", report.file) else ""
    return _clean(f"{verb} {report.file}{where}: {report.builder_base} -> {report.runtime_base}{sizes}{review}")


def summary(reports: Sequence[FileReport]) -> str:
    """Return the counts as one sentence: `2 files would be rewritten, 3 unchanged, 1 refused.`"""
    totals = count(reports)
    parts = list(_parts(totals))
    if not parts:
        return "No Dockerfile found."
    first, *others = parts
    noun = "file" if first[0] == 1 else "files"
    text = ", ".join([f"{first[0]} {noun} {first[1]}", *(f"{number} {words}" for number, words in others)])
    review = f" {totals.review} {'needs' if totals.review == 1 else 'need'} a review." if totals.review else ""
    return f"{text}.{review}"


def _parts(totals: Totals) -> Iterator[tuple[int, str]]:
    counts = (
        (totals.written, "rewritten"),
        (totals.available, "would be rewritten"),
        (totals.by_status["unchanged"], "unchanged"),
        (totals.by_status["refused"], "refused"),
        (totals.by_status["invalid"], "broken"),
        (totals.by_status["failed"], "failed"),
    )
    return ((number, words) for number, words in counts if number)


def _clean(text: str) -> str:
    return printable(" ".join(text.split("\n")))


def render(reports: Sequence[FileReport], pages: str = "") -> Iterator[str]:
    """Yield the lines of the text report."""
    for report in reports:
        yield f"{line_of(report)}\n"
    yield f"{summary(reports)}\n"
