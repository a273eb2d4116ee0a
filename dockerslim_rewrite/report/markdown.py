"""A summary in Markdown, for job summaries and comments on merge requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.lines import summary
from dockerslim_rewrite.report.links import help_link
from dockerslim_rewrite.report.model import FileReport

_TITLES = {
    "rewrite": "Could be multi-stage builds",
    "refused": "Cannot be rewritten safely",
    "invalid": "Broken files",
    "failed": "Defects of this program",
}
_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>|#&~!$@"})


def render(reports: Sequence[FileReport], pages: str = "") -> Iterator[str]:
    """Yield the summary: the counts, then a table for each outcome that asks for something."""
    yield f"## dockerslim-rewrite\n\n{_text(summary(reports))}\n"
    rewrites = [report for report in reports if report.status == "rewrite"]
    if rewrites:
        yield f"\n### {_TITLES['rewrite']}\n\n| file | base before | base after | before | after |\n"
        yield "|---|---|---|---:|---:|\n"
        for report in rewrites:
            yield _row(
                _file(report),
                _text(report.builder_base),
                _text(report.runtime_base),
                _size(report.before_mb, report),
                _size(report.after_mb, report),
            )
        if not all(report.measured for report in rewrites):
            yield "\nSizes that start with ~ are estimates of the base images alone.\n"
    for status in ("refused", "invalid", "failed"):
        found = [report for report in reports if report.status == status]
        if found:
            yield f"\n### {_TITLES[status]}\n\n| file | line | code | why |\n|---|---:|---|---|\n"
            for report in found:
                first = report.first
                yield _row(_file(report), str(first.line), _code(first.code, pages), _text(first.message))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _file(report: FileReport) -> str:
    mark = " (needs a review)" if report.review else " (done)" if report.written else ""
    return f"{_text(report.file)}{mark}"


def _size(megabytes: float, report: FileReport) -> str:
    return f"{'' if report.measured else '~'}{megabytes:.0f} MB" if megabytes else ""


def _code(code: str, pages: str) -> str:
    # Without a published page there is nothing that a reader elsewhere could open.
    link = help_link(code, pages) if pages else ""
    return f"[{code}]({link})" if link else _text(code)


def _text(text: str) -> str:
    return printable(" ".join(text.split("\n"))).translate(_SPECIAL)
