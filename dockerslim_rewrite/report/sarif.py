"""SARIF 2.1.0, as code scanning services read it. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from dockerslim_rewrite import __version__
from dockerslim_rewrite.planning.ignores import AVAILABLE
from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.decisions import decision_page
from dockerslim_rewrite.report.identity import fingerprint
from dockerslim_rewrite.report.links import help_link, title
from dockerslim_rewrite.report.model import FileReport, Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
INVALID = "invalid-dockerfile"


def render(reports: Sequence[FileReport], pages: str = "") -> Iterator[str]:
    """Yield a SARIF log. Unchanged files have no result; a rewrite is a fix that replaces the whole file."""
    shown = [report for report in reports if report.status != "unchanged"]
    codes = sorted({_code(finding) for report in shown for finding in report.findings})
    run = {
        "tool": {
            "driver": {
                "name": "dockerslim-rewrite",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(code, pages) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not any(report.status == "failed" for report in reports)}],
        "results": [_result(report, finding, codes) for report in shown for finding in report.findings],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def uri_of(file: str) -> str:
    """Return a path as a URI reference, relative where the path is."""
    return f"file://{quote(file)}" if file.startswith("/") else quote(file)


def _code(finding: Finding) -> str:
    return finding.code or INVALID


def _rule(code: str, pages: str) -> dict[str, Any]:
    texts = {AVAILABLE: "the file could be a multi-stage build", INVALID: "the file cannot be built"}
    rule: dict[str, Any] = {"id": code, "shortDescription": {"text": texts.get(code) or title(code) or code}}
    if page := decision_page(code):
        rule |= {"helpUri": help_link(code, pages), "help": {"text": page, "markdown": page}}
    return rule


def _result(report: FileReport, finding: Finding, codes: list[str]) -> dict[str, Any]:
    code = _code(finding)
    result: dict[str, Any] = {
        "ruleId": code,
        "ruleIndex": codes.index(code),
        "level": finding.level,
        "message": {"text": printable(finding.message)},
        "locations": [
            {"physicalLocation": {**_artifact(report), "region": {"startLine": finding.line}}},
        ],
        "partialFingerprints": {"finding/v1": fingerprint(report.file, code, finding.message)},
    }
    if code == AVAILABLE and report.text and not report.written:
        result["fixes"] = [_fix(report)]
    return result


def _artifact(report: FileReport) -> dict[str, Any]:
    return {"artifactLocation": {"uri": uri_of(report.file)}}


def _fix(report: FileReport) -> dict[str, Any]:
    """Return a fix that replaces the file by offsets: they mean the same for every line end."""
    region = {"charOffset": 0, "charLength": len(report.source)}
    change = {
        **_artifact(report),
        "replacements": [{"deletedRegion": region, "insertedContent": {"text": report.text}}],
    }
    return {"description": {"text": "rewrite as a multi-stage build"}, "artifactChanges": [change]}
