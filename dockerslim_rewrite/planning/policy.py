"""What a user promotes, demotes or does not want to hear about: `safe`, `review` and `ignore`, by code."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import Applicability
from dockerslim_rewrite.languages.model import Suggestion
from dockerslim_rewrite.planning.ignores import is_ignored
from dockerslim_rewrite.planning.model import Decision, Options, RewritePlan


def split_suggestions(
    every: Iterable[Suggestion], options: Options, ignored: frozenset[str]
) -> tuple[tuple[Suggestion, ...], tuple[Suggestion, ...]]:
    """Split suggestions into those that are applied and those that wait for --unsafe. Promoted ones become SAFE."""
    safe = _codes(options.safe)
    applied, withheld = [], []
    for item in every:
        if item.applicability is Applicability.SAFE:
            applied.append(item)
        elif is_ignored(item.code, ignored) or item.applicability is Applicability.DISPLAY_ONLY:
            withheld.append(item)
        elif item.code.lower() in safe:
            applied.append(replace(item, applicability=Applicability.SAFE))
        else:
            (applied if options.unsafe else withheld).append(item)
    return tuple(applied), tuple(withheld)


def without_ignored(plan: RewritePlan, options: Options, ignored: frozenset[str]) -> RewritePlan:
    """Return the plan with demoted decisions marked for review, and without notes that nobody wants to read."""
    if not ignored and not options.review:
        return plan
    review = _codes(options.review)
    return replace(
        plan,
        decisions=tuple(
            replace(item, applicability=Applicability.UNSAFE) if item.code.lower() in review else item
            for item in plan.decisions
        ),
        withheld=tuple(item for item in plan.withheld if not is_ignored(item.code, ignored)),
        notes=tuple(item for item in plan.notes if not is_ignored(item.code, ignored)),
    )


def demoted(plan: RewritePlan, options: Options) -> tuple[Decision, ...]:
    """Return the decisions that the user wants to review before they are taken."""
    review = _codes(options.review)
    return () if options.unsafe else tuple(item for item in plan.decisions if item.code.lower() in review)


def _codes(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(code.strip().lower() for code in codes)
