"""One self-contained page: no request leaves it, and texts of strangers are data in it. The files are in assets/."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template

from dockerslim_rewrite import __version__
from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.diff import unified_diff
from dockerslim_rewrite.report.lines import summary
from dockerslim_rewrite.report.links import help_link, title
from dockerslim_rewrite.report.model import STATUSES, FileReport, Finding, Totals, count

_ASSETS = Path(__file__).with_name("assets")
_NAMES = {
    "rewrite": "can be rewritten",
    "unchanged": "unchanged",
    "refused": "refused",
    "invalid": "broken",
    "failed": "failed",
}
_MAX_FINDINGS = 8


def render(reports: Sequence[FileReport], pages: str = "") -> Iterator[str]:
    """Yield the page. The order of the files is that of the reports; the page can sort and filter them."""
    totals = count(reports)
    scale = max((max(report.before_mb, report.after_mb) for report in reports), default=0.0)
    diffs = [_diff(report) for report in reports if report.text]
    numbers = iter(range(len(diffs)))
    rows = "".join(_row(report, scale, pages, next(numbers) if report.text else None) for report in reports)
    rewrites = [report for report in reports if report.status == "rewrite"]
    estimated = any(not report.measured for report in rewrites)
    yield Template(_asset("page.html")).substitute(
        version=escape(__version__),
        title=escape(f"{totals.files} files"),
        style=_asset("page.css"),
        summary=_text(summary(reports)),
        total=_total(rewrites),
        outcomes=_outcomes(totals),
        rows=rows,
        note="Sizes marked ~ are estimates of the base images alone." if estimated else "Sizes are measured.",
        # A less-than sign could end the script element.
        diffs=json.dumps(diffs).replace("<", "\\u003c"),
        script=_asset("page.js"),
    )


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _text(text: str) -> str:
    return escape(printable(text))


def _path(text: str) -> str:
    """Return a path or an image's name that a narrow page breaks after its slashes."""
    return _text(text).replace("/", "/<wbr>")


def _diff(report: FileReport) -> str:
    diff = unified_diff(report.source, report.text, report.file, report.file)
    return printable(diff.replace("\r\n", "\n")).rstrip("\n")


def _outcomes(totals: Totals) -> str:
    counts = ((status, totals.by_status[status]) for status in STATUSES)
    return "".join(
        f'<label><input type="checkbox" value="{status}" checked> {_NAMES[status]} ({number})</label>\n'
        for status, number in counts
        if number
    )


def _total(rewrites: Sequence[FileReport]) -> str:
    """Return the bars of all rewrites together."""
    before, after = sum(report.before_mb for report in rewrites), sum(report.after_mb for report in rewrites)
    if not before:
        return ""
    mark = "" if all(report.measured for report in rewrites) else "~"
    return f'<div class="total">{_bars(before, after, max(before, after), mark)}</div>\n'


def _row(report: FileReport, scale: float, pages: str, diff: int | None) -> str:
    status, before, after = report.status, report.before_mb, report.after_mb
    parts = [
        f'<li class="file {status}" data-status="{status}" data-before="{before:.1f}" data-after="{after:.1f}">',
        f'<div><div class="path">{_path(report.file)} <span class="badge">{_badge(report)}</span></div>',
    ]
    if status == "rewrite":
        parts.append(f'<div class="base">{_path(report.builder_base)} &rarr; {_path(report.runtime_base)}</div>')
    parts.append(f"{_findings(report, pages)}</div>")
    if status == "rewrite" and scale:
        parts.append(_bars(before, after, scale, "" if report.measured else "~"))
    if diff is not None:
        parts.append(f'<details data-diff="{diff}"><summary>Diff</summary></details>')
    return "".join((*parts, "</li>\n"))


def _badge(report: FileReport) -> str:
    state = "rewritten" if report.written else _NAMES[report.status]
    return f"<b>{state}</b>{', needs a review' if report.review else ''}"


def _findings(report: FileReport, pages: str) -> str:
    # The first finding of a rewrite is said by bases and bars.
    found = report.findings[1:] if report.status == "rewrite" else report.findings
    if not found:
        return ""
    items = "".join(f"<li>{_finding(finding, pages)}</li>" for finding in found[:_MAX_FINDINGS])
    more = f"<li>and {len(found) - _MAX_FINDINGS} more</li>" if len(found) > _MAX_FINDINGS else ""
    return f'<ul class="why">{items}{more}</ul>'


def _finding(finding: Finding, pages: str) -> str:
    code = escape(finding.code)
    if code and pages and (link := help_link(finding.code, pages)):
        code = f'<a href="{escape(link)}">{code}</a>'
    elif code:
        code = f'<abbr title="{escape(title(finding.code))}">{code}</abbr>'
    return f"line {finding.line}: {code} {_text(finding.message)}"


def _bars(before: float, after: float, scale: float, mark: str) -> str:
    rows = (("before", before), ("after", after))
    return "".join(
        (
            '<div class="bars">',
            *(
                f'<div class="bar {name}"><span>{name}</span><i style="width:{100 * size / scale:.2f}%"></i>'
                f"<span>{mark}{size:,.0f} MB</span></div>"
                for name, size in rows
            ),
            "</div>",
        )
    )
