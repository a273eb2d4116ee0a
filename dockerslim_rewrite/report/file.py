"""Turns an outcome, or what went wrong instead of one, into the report on a file."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.analysis.model import Applicability
from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten, Unchanged
from dockerslim_rewrite.planning.ignores import AVAILABLE
from dockerslim_rewrite.planning.model import Decision, RewritePlan
from dockerslim_rewrite.report.data import outcome_data
from dockerslim_rewrite.report.model import FileReport, Finding
from dockerslim_rewrite.syntax.parser import parse_dockerfile


def file_report(name: str, source: str, outcome: Outcome, *, texts: bool = False, data: bool = False) -> FileReport:
    """Return the report on one file; `texts` and `data` ask for the fields that make it large."""
    extra = outcome_data(name, outcome) if data else None
    if isinstance(outcome, Unchanged):
        finding = Finding("note", outcome.code, outcome.line, outcome.reason)
        return FileReport(name, "unchanged", (finding,), data=extra)
    if isinstance(outcome, Refused):
        return FileReport(name, "refused", tuple(_refused(outcome)), data=extra)
    plan = outcome.plan
    return FileReport(
        file=name,
        status="rewrite",
        findings=tuple(_rewritten(source, outcome)),
        builder_base=plan.builder_base,
        runtime_base=plan.runtime_base,
        before_mb=plan.size.before_mb,
        after_mb=plan.size.after_mb,
        review=plan.applicability < Applicability.SAFE,
        source=source if texts else "",
        text=outcome.text if texts else "",
        data=extra,
    )


def invalid_report(name: str, line: int, reason: str) -> FileReport:
    """Return the report on a file that cannot be read or built. `line` is 0 when the whole file is meant."""
    return FileReport(name, "invalid", (Finding("error", "", max(line, 1), reason),))


def failed_report(name: str, reason: str) -> FileReport:
    """Return the report on a file that a defect of this program stopped."""
    return FileReport(
        name, "failed", (Finding("error", "", 1, f"nothing written: a defect of this program: {reason}"),)
    )


def gain(plan: RewritePlan) -> str:
    """Say in one sentence what a rewrite gains."""
    before, after = round(plan.size.before_mb), round(plan.size.after_mb)
    size = f" (base image about {before} MB before, {after} MB after)" if after < before else ""
    return f"could be a multi-stage build: {plan.builder_base} -> {plan.runtime_base}{size}"


def _refused(outcome: Refused) -> Iterator[Finding]:
    for blocker in outcome.blockers:
        yield Finding("note", blocker.code, max(blocker.line, 1), f"{blocker.message}; {blocker.hint}")
    yield from map(_withheld, outcome.withheld)


def _rewritten(source: str, outcome: Rewritten) -> Iterator[Finding]:
    plan = outcome.plan
    dockerfile = parse_dockerfile(source)
    line = dockerfile.line_of(dockerfile.items[plan.stage_from].span.start)
    yield Finding("warning", AVAILABLE, line, gain(plan))
    for decision in plan.decisions:
        if decision.applicability < Applicability.SAFE:
            yield Finding("warning", decision.code, _line(decision), f"needs a review: {decision.summary}")
    for note in plan.notes:
        yield Finding("note", note.code, max(note.line, 1), note.message)
    yield from map(_withheld, plan.withheld)


def _withheld(decision: Decision) -> Finding:
    message = f"needs a review, only with --unsafe: {decision.summary}"
    return Finding("note", decision.code, _line(decision), message)


def _line(decision: Decision) -> int:
    lines = [evidence.line for evidence in decision.evidence if evidence.file == "Dockerfile" and evidence.line]
    return lines[0] if lines else 1
