"""The decisions of a plan, in words with evidence."""

from __future__ import annotations

from collections.abc import Iterable

from dockerslim_rewrite.analysis.model import Applicability, Confidence, Evidence
from dockerslim_rewrite.languages.model import Suggestion
from dockerslim_rewrite.planning import lines
from dockerslim_rewrite.planning.inherited import inherited_changes
from dockerslim_rewrite.planning.layout import NONROOT, Chosen, Layout, adds_user
from dockerslim_rewrite.planning.model import Decision


def decision_of(item: Suggestion) -> Decision:
    """Return the decision that a suggestion stands for."""
    return Decision(
        item.code, item.summary, tuple(dict.fromkeys(item.evidence)), item.confidence, item.applicability, item.changes
    )


def record_decisions(chosen: Chosen, layout: Layout) -> tuple[Decision, ...]:
    """Return every decision of the plan, each once."""
    found = [chosen.pin.decision] if chosen.pin is not None else []
    found += [decision_of(item) for item in chosen.applied]
    found += [_safe(item.code, item.summary, item.evidence) for item in lines.without_covered(chosen.wanted)]
    for install in chosen.fit.installs:
        requirement = install.requirement
        found.append(_safe(requirement.code, f"install {install.package}: {requirement.summary}", requirement.evidence))
    found += _start_decisions(chosen, layout)
    same = chosen.fit.option.style == "same"
    found += inherited_changes(chosen.facts, chosen.fit.image, chosen.applied, layout.inherited, same=same)
    return tuple({(entry.code, entry.summary): entry for entry in reversed(found)}.values())[::-1]


def _start_decisions(chosen: Chosen, layout: Layout) -> Iterable[Decision]:
    if layout.start is not None and chosen.fit.option.start is not None:
        evidence = Evidence("knowledge/images.toml", 0, f"{chosen.fit.option.image} has an ENTRYPOINT of its own")
        summary = "ENTRYPOINT and CMD are adapted to the base: the same command runs"
        yield _safe("N18", summary, (evidence,), ("entrypoint", "cmd"))
    if adds_user(chosen):
        evidence = Evidence("Dockerfile", chosen.facts.stage.from_.line, "runs as root; --nonroot was given")
        yield Decision("D04", f"run as {NONROOT}", (evidence,), Confidence.HIGH, Applicability.UNSAFE, ("user",))


def _safe(code: str, summary: str, evidence: tuple[Evidence, ...], changes: tuple[str, ...] = ()) -> Decision:
    return Decision(code, summary, tuple(dict.fromkeys(evidence)), Confidence.HIGH, Applicability.SAFE, changes)
