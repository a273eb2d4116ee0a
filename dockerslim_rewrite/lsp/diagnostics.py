"""An outcome as diagnostics: one hint for a gain, one message for each refusal, hints for what keeps an image big."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol.types import CodeDescription, Diagnostic, DiagnosticSeverity, Range

from dockerslim_rewrite.lsp.analysis import Analysis, withheld_by
from dockerslim_rewrite.lsp.positions import LineIndex
from dockerslim_rewrite.outcome import Refused, Rewritten
from dockerslim_rewrite.planning.ignores import AVAILABLE, is_ignored
from dockerslim_rewrite.planning.model import Decision, RewritePlan
from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.decisions import decision_path

SOURCE = "dockerslim"
_NAMED_PARTS = 2


def diagnose(analysis: Analysis, index: LineIndex) -> list[Diagnostic]:
    """Return the diagnostics of a file; none for an unchanged, invalid or unfinished one.

    What is wrong with the user's configuration or templates is one error; it has no code, since nobody ignores it.
    """
    outcome = analysis.outcome
    if analysis.mistake is not None:
        where = line_range(analysis, index, 1)
        return [Diagnostic(where, printable(analysis.mistake), DiagnosticSeverity.Error, source=SOURCE)]
    if not isinstance(outcome, Rewritten | Refused):
        return []
    found = list(_refused(outcome) if isinstance(outcome, Refused) else _rewritten(analysis, outcome.plan))
    found += [_withheld(analysis, decision) for decision in withheld_by(outcome)]
    return [
        Diagnostic(
            range=line_range(analysis, index, line),
            message=printable(message),
            severity=severity,
            code=code,
            code_description=_description(code),
            source=SOURCE,
        )
        for severity, code, line, message in dict.fromkeys(found)
        if not is_ignored(code, analysis.ignored)
    ]


def line_range(analysis: Analysis, index: LineIndex, line: int) -> Range:
    """Return the range of the first line of the instruction at a 1-based line, or of that line itself."""
    instruction = analysis.instruction_at(line)
    if instruction is None or line != instruction.line:
        start = _line_start(analysis.text, line)
    else:
        start = instruction.keyword_span.start
    end = analysis.text.find("\n", start)
    content = analysis.text[start : end if end >= 0 else len(analysis.text)].rstrip()
    return index.range(start, start + len(content))


def split_line(analysis: Analysis, plan: RewritePlan) -> int:
    """Return the 1-based line of the FROM whose stage is split."""
    item = analysis.dockerfile.items[plan.stage_from]
    return analysis.dockerfile.line_of(item.span.start)


_Found = tuple[DiagnosticSeverity, str, int, str]


def _rewritten(analysis: Analysis, plan: RewritePlan) -> Iterator[_Found]:
    yield DiagnosticSeverity.Hint, AVAILABLE, split_line(analysis, plan), _gain(plan)
    for note in plan.notes:
        if note.line:
            yield DiagnosticSeverity.Hint, note.code, note.line, note.message


def _gain(plan: RewritePlan) -> str:
    named = [part for part in plan.dropped if not part.startswith("/")][:_NAMED_PARTS] or [plan.builder_base]
    message = f"ships {' and '.join(named)}"
    before, after = round(plan.size.before_mb), round(plan.size.after_mb)
    size = f": about {before} MB to {after} MB" if after < before else ""
    return f"{message}{size} as a multi-stage build on {plan.runtime_base}"


def _refused(outcome: Refused) -> Iterator[_Found]:
    for blocker in outcome.blockers:
        text = f"stays single-stage: {blocker.message}; {blocker.hint}"
        yield DiagnosticSeverity.Information, blocker.code, blocker.line, text


def _withheld(analysis: Analysis, decision: Decision) -> _Found:
    lines = [evidence.line for evidence in decision.evidence if evidence.file == "Dockerfile" and evidence.line]
    line = lines[0] if lines else analysis.dockerfile.stages[-1].from_.line
    return DiagnosticSeverity.Hint, decision.code, line, f"needs a review: {decision.summary}"


def _description(code: str) -> CodeDescription | None:
    path = decision_path(code)
    return CodeDescription(path.as_uri()) if path is not None else None


def _line_start(text: str, line: int) -> int:
    start = 0
    for _ in range(line - 1):
        following = text.find("\n", start)
        if following < 0:
            break
        start = following + 1
    return start
