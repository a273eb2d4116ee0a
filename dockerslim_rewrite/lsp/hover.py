"""What happens to an instruction: at build time, at run time, why, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.lsp.analysis import Analysis
from dockerslim_rewrite.outcome import Refused, Rewritten, Unchanged
from dockerslim_rewrite.planning.ignores import is_ignored
from dockerslim_rewrite.planning.model import Carry, Decision, Edit, RewritePlan
from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.syntax.model import Instruction

_SHOWN_EVIDENCE = 3
_SHOWN_DECISIONS = 8
_MARKDOWN = frozenset("\\`*_[]<>|~&")


def describe(analysis: Analysis, instruction: Instruction, *, markdown: bool) -> str | None:
    """Return the text of the hover on an instruction, or None when there is nothing to say."""
    outcome = analysis.outcome
    write = _Markdown() if markdown else _Plain()
    if isinstance(outcome, Rewritten):
        return "\n\n".join(_rewritten(analysis, outcome.plan, instruction, write))
    if isinstance(outcome, Refused):
        return "\n\n".join(_refused(analysis, outcome, instruction, write)) or None
    if isinstance(outcome, Unchanged) and instruction.line <= outcome.line <= instruction.end_line:
        return write.strong("Unchanged") + write.text(f" [{outcome.code}] {outcome.reason}")
    return None


class _Plain:
    def text(self, text: str) -> str:
        return printable(text)

    def strong(self, text: str) -> str:
        return self.text(text)


class _Markdown(_Plain):
    def text(self, text: str) -> str:
        """Escape every character with a meaning, so that text from files is shown as it is."""
        return "".join(f"\\{char}" if char in _MARKDOWN else char for char in printable(text).replace("\n", " "))

    def strong(self, text: str) -> str:
        return f"**{self.text(text)}**"


def _rewritten(analysis: Analysis, plan: RewritePlan, instruction: Instruction, write: _Plain) -> Iterator[str]:
    title, sentence = _fate(analysis, plan, instruction)
    yield write.strong(title) + write.text(f": {sentence}")
    if analysis.dockerfile.items[plan.stage_from] is instruction and plan.why_base:
        yield write.text(f"Why {plan.runtime_base}: {plan.why_base}")
    lines = range(instruction.line, instruction.end_line + 1)
    about = [entry for entry in plan.decisions if _concerns(entry, lines)]
    review = [entry for entry in plan.withheld if _concerns(entry, lines)]
    shown = [_decision(entry, write) for entry in about[:_SHOWN_DECISIONS]]
    shown += [_decision(entry, write, " (withheld: needs a review)") for entry in review]
    if len(about) > _SHOWN_DECISIONS:
        shown.append(write.text(f"and {len(about) - _SHOWN_DECISIONS} more"))
    shown += [write.text(f"[{note.code}] {note.message}") for note in plan.notes if note.line in lines]
    if shown:
        yield "\n".join(f"- {entry}" for entry in shown)


def _fate(analysis: Analysis, plan: RewritePlan, instruction: Instruction) -> tuple[str, str]:
    index = next(at for at, item in enumerate(analysis.dockerfile.items) if item is instruction)
    if index == plan.stage_from:
        return "Build stage", f"builds on {plan.builder_base}; the image is made from {plan.runtime_base}"
    if index < plan.stage_from:
        return "Before the stage that is split", "stays as it is"
    built = any(isinstance(item, Carry | Edit) and item.index == index for item in plan.builder)
    runs = any(line.source == index for line in plan.runtime)
    if built and runs:
        return "Build and run time", "it is in both stages"
    if runs:
        return "Run time", "it moves to the runtime stage"
    if not built:
        return "Run time", "the runtime stage has it in another form"
    return "Build time", "it stays in the builder; only what the program needs is copied out"


def _concerns(decision: Decision, lines: range) -> bool:
    return any(entry.file == "Dockerfile" and entry.line in lines for entry in decision.evidence)


def _decision(decision: Decision, write: _Plain, suffix: str = "") -> str:
    because = "; ".join(str(entry) for entry in decision.evidence[:_SHOWN_EVIDENCE])
    more = len(decision.evidence) - _SHOWN_EVIDENCE
    because += f"; and {more} more" if more > 0 else ""
    confidence = decision.confidence.name.lower()
    return write.text(f"[{decision.code}] {decision.summary}{suffix}. Confidence: {confidence}. Evidence: {because}")


def _refused(analysis: Analysis, outcome: Refused, instruction: Instruction, write: _Plain) -> Iterator[str]:
    for blocker in outcome.blockers:
        if instruction.line <= blocker.line <= instruction.end_line and not is_ignored(blocker.code, analysis.ignored):
            sentence = f" [{blocker.code}] {blocker.message}. To do: {blocker.hint}"
            yield write.strong("Stays single-stage") + write.text(sentence)
