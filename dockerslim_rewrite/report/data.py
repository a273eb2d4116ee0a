"""An outcome as JSON-ready values."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins

from dockerslim_rewrite.outcome import Outcome, Rewritten, Unchanged
from dockerslim_rewrite.planning.model import Decision

SCHEMA_VERSION = 1


def outcome_data(name: str, outcome: Outcome) -> dict[str, Any]:
    """Return `schema`, `file`, `outcome` ("rewritten", "unchanged", "refused") and what belongs to it."""
    data: dict[str, Any] = {"schema": SCHEMA_VERSION, "file": name}
    if isinstance(outcome, Rewritten):
        return {**data, "outcome": "rewritten", "text": outcome.text, "plan": outcome.plan.to_json()}
    if isinstance(outcome, Unchanged):
        return {**data, "outcome": "unchanged", **to_builtins(outcome)}
    blockers = [to_builtins(blocker) for blocker in outcome.blockers]
    withheld = [_decision_data(decision) for decision in outcome.withheld]
    return {**data, "outcome": "refused", "blockers": blockers, "withheld": withheld}


def _decision_data(decision: Decision) -> dict[str, Any]:
    levels = {"confidence": decision.confidence.name, "applicability": decision.applicability.name}
    return {**to_builtins(decision), **levels}
