"""The report on stderr: what was decided and why, in plain lines."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.analysis.model import Applicability
from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten, Unchanged
from dockerslim_rewrite.planning.model import Decision, RewritePlan
from dockerslim_rewrite.report.clean import printable


def report_text(name: str, outcome: Outcome) -> str:
    """Return the report for one file, lines ended by LF, safe for a terminal."""
    if isinstance(outcome, Rewritten):
        lines = _rewritten(name, outcome.plan)
    elif isinstance(outcome, Unchanged):
        lines = iter([f"{name}:{outcome.line}: unchanged [{outcome.code}] {outcome.reason}"])
    else:
        lines = _refused(name, outcome)
    return "".join(f"{printable(line)}\n" for line in lines)


def _refused(name: str, outcome: Refused) -> Iterator[str]:
    for blocker in outcome.blockers:
        yield f"{name}:{blocker.line}: refused [{blocker.code}] {blocker.message}"
        yield f"  {blocker.hint} (dockerslim-rewrite explain {blocker.code})"


def _rewritten(name: str, plan: RewritePlan) -> Iterator[str]:
    yield f"{name}: {plan.builder_base} -> {plan.runtime_base}"
    yield f"  base images, estimated: {plan.size.before_mb:.0f} MB before, {plan.size.after_mb:.0f} MB after"
    if plan.why_base:
        yield f"  why this base: {plan.why_base}"
    yield from _group("decisions", [_decision(entry) for entry in plan.decisions])
    yield from _group("left in the builder", list(plan.dropped))
    yield from _group("to know", [f"[{note.code}] {_at(note.line)}{note.message}" for note in plan.notes])
    if plan.withheld:
        yield from _group("needs review, only with --unsafe", [_decision(entry) for entry in plan.withheld])


def _at(line: int) -> str:
    return f"line {line}: " if line else ""


def _decision(entry: Decision) -> str:
    review = " (needs review)" if entry.applicability is Applicability.UNSAFE else ""
    because = "; ".join(str(evidence) for evidence in entry.evidence[:2])
    more = f"; and {len(entry.evidence) - 2} more" if len(entry.evidence) > 2 else ""
    return f"[{entry.code}] {entry.summary}{review} <- {because}{more}"


def _group(title: str, entries: list[str]) -> Iterator[str]:
    if entries:
        yield f"  {title}:"
        yield from (f"    {entry}" for entry in dict.fromkeys(entries))
