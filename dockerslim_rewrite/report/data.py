"""An outcome as JSON-ready values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dockerslim_rewrite.outcome import Outcome, Rewritten, Unchanged

SCHEMA_VERSION = 1


def outcome_data(name: str, outcome: Outcome) -> dict[str, Any]:
    """Return `schema`, `file`, `outcome` ("rewritten", "unchanged", "refused") and what belongs to it."""
    data: dict[str, Any] = {"schema": SCHEMA_VERSION, "file": name}
    if isinstance(outcome, Rewritten):
        return {**data, "outcome": "rewritten", "text": outcome.text, "plan": outcome.plan.to_json()}
    if isinstance(outcome, Unchanged):
        return {**data, "outcome": "unchanged", **asdict(outcome)}
    return {**data, "outcome": "refused", "blockers": [asdict(blocker) for blocker in outcome.blockers]}
