"""The JSON report over many files. Its schema is docs/json-schema/report.schema.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from dockerslim_rewrite import __version__
from dockerslim_rewrite.report.data import SCHEMA_VERSION
from dockerslim_rewrite.report.model import FileReport, count


def render(reports: Sequence[FileReport], pages: str = "") -> Iterator[str]:
    """Yield the JSON report, a file at a time."""
    totals = count(reports)
    head = {
        "schema": SCHEMA_VERSION,
        "tool": {"name": "dockerslim-rewrite", "version": __version__},
        "counts": {
            "files": totals.files,
            "available": totals.available,
            "written": totals.written,
            "review": totals.review,
            **{status: totals.by_status[status] for status in ("unchanged", "refused", "invalid", "failed")},
        },
    }
    yield json.dumps(head, indent=2)[:-2] + ',\n  "files": ['
    for number, report in enumerate(reports):
        yield ("," if number else "") + "\n" + _indented(json.dumps(_entry(report), indent=2), 4)
    yield "\n  ]\n}\n" if reports else "]\n}\n"


def _entry(report: FileReport) -> dict[str, Any]:
    if report.data is None:
        first = report.first
        return {
            "schema": SCHEMA_VERSION,
            "file": report.file,
            "outcome": report.status,
            "line": first.line,
            "reason": first.message,
        }
    if report.status != "rewrite":
        return report.data
    sizes = {"before_mb": report.before_mb, "after_mb": report.after_mb, "measured": report.measured}
    return {**report.data, "sizes": sizes, "review": report.review, "written": report.written or None}


def _indented(text: str, width: int) -> str:
    return "\n".join(" " * width + line for line in text.split("\n"))
