"""Annotations of GitHub Actions: https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.lines import summary
from dockerslim_rewrite.report.model import FileReport, Finding

_KINDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(reports: Sequence[FileReport], pages: str = "") -> Iterator[str]:
    """Yield a workflow command for each finding; unchanged files have none. Last come the counts, as plain text."""
    for report in reports:
        if report.status != "unchanged":
            for finding in report.findings:
                yield _command(report, finding)
    yield f"{summary(reports)}\n"


def _command(report: FileReport, finding: Finding) -> str:
    title = f"dockerslim-rewrite {finding.code}".rstrip()
    fields = (("file", report.file), ("line", str(finding.line)), ("title", title))
    properties = ",".join(f"{name}={_property(value)}" for name, value in fields)
    return f"::{_KINDS[finding.level]} {properties}::{_data(finding.message)}\n"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
