"""What the container inherited from the old base and does not from the new one."""

from __future__ import annotations

from collections.abc import Iterable

from dockerslim_rewrite.analysis.model import Applicability, Confidence, Evidence, StageFacts
from dockerslim_rewrite.analysis.replay import DEFAULT_PATH
from dockerslim_rewrite.knowledge.model import BaseImage
from dockerslim_rewrite.languages.model import SetEnv, Suggestion
from dockerslim_rewrite.planning.model import Decision


def inherited_changes(
    facts: StageFacts, image: BaseImage | None, applied: Iterable[Suggestion], *, same: bool
) -> list[Decision]:
    """Return the decisions that name each inherited variable that differs in the runtime stage."""
    base = facts.base
    if same or base is None or image is None:
        return []
    own = set(facts.contract.env) - set(base.env)
    own |= {name for step in facts.steps for name in step.before.own_env}
    own |= {item.effect.name for item in applied if isinstance(item.effect, SetEnv)}
    evidence = (Evidence("knowledge/images.toml", 0, f"{base.ref.text} against {image.ref.text}"),)
    lost = sorted(name for name in base.env if name not in image.env and name not in own and name != "PATH")
    other = sorted(
        name for name in image.env if name not in own and name != "PATH" and base.env.get(name) != image.env[name]
    )
    decisions = []
    if lost:
        summary = f"not set at run time: {', '.join(lost)} (the old base's own)"
        decisions.append(_decision(summary, evidence, tuple(f"env:{name}" for name in lost)))
    if other:
        summary = f"set by the new base: {', '.join(other)}"
        decisions.append(_decision(summary, evidence, tuple(f"env:{name}" for name in other)))
    if base.env.get("PATH", DEFAULT_PATH) != image.env.get("PATH", DEFAULT_PATH):
        decisions.append(_decision("PATH starts from the new base's", evidence, ("env:PATH",)))
    return decisions


def _decision(summary: str, evidence: tuple[Evidence, ...], changes: tuple[str, ...]) -> Decision:
    return Decision("D06", summary, evidence, Confidence.HIGH, Applicability.SAFE, changes)
