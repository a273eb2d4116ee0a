"""GitLab's code quality report: https://docs.gitlab.com/ci/testing/code_quality/."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.identity import fingerprint
from dockerslim_rewrite.report.model import FileReport

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def render(reports: Sequence[FileReport], pages: str = "") -> Iterator[str]:
    """Yield a JSON list with an entry for each finding; unchanged files have none."""
    yield json.dumps(list(_entries(reports)), indent=2) + "\n"


def _entries(reports: Sequence[FileReport]) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for report in reports:
        for finding in report.findings if report.status != "unchanged" else ():
            code = finding.code or "invalid-dockerfile"
            # Fingerprints must be unique: a second finding of the same words in one file gets another.
            base = fingerprint(report.file, code, finding.message)
            seen[base] += 1
            yield {
                "description": printable(finding.message),
                "check_name": code,
                "fingerprint": base if seen[base] == 1 else fingerprint(base, code, str(seen[base])),
                "severity": _SEVERITIES[finding.level],
                "location": {"path": report.file.removeprefix("./"), "lines": {"begin": finding.line}},
            }
