"""What the container inherited from the old base and does not from the new one."""

from __future__ import annotations

from collections.abc import Iterable

from dockerslim_rewrite.analysis.model import Applicability, Confidence, Evidence, StageFacts
from dockerslim_rewrite.analysis.replay import DEFAULT_PATH
from dockerslim_rewrite.knowledge.model import BaseImage
from dockerslim_rewrite.languages.model import SetEnv, Suggestion
from dockerslim_rewrite.planning.model import Blocker, Decision, RuntimeLine


def inherited_lines(facts: StageFacts, image: BaseImage | None, names: Iterable[str]) -> list[RuntimeLine]:
    """Set variables of the old base that the author's lines expand, where the new base does not set them the same."""
    old = facts.base.env if facts.base is not None else {}
    new = image.env if image is not None else {}
    return [
        RuntimeLine("arguments", f"ENV {name}={old[name]}", "D06")
        for name in names
        if old[name] and old[name] != new.get(name)
    ]


def inherited_changes(
    facts: StageFacts, image: BaseImage | None, applied: Iterable[Suggestion], kept: Iterable[str], *, same: bool
) -> list[Decision]:
    """Return the decisions that name each inherited variable that differs in the runtime stage; `kept` are set anew."""
    base = facts.base
    if same or base is None or image is None:
        return []
    own = {*facts.contract.env} - {*base.env} | {*kept}
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
    if "PATH" not in kept and base.env.get("PATH", DEFAULT_PATH) != image.env.get("PATH", DEFAULT_PATH):
        decisions.append(_decision("PATH starts from the new base's", evidence, ("env:PATH",)))
    return decisions


def unknown_values(facts: StageFacts, image: BaseImage | None, names: Iterable[str]) -> tuple[Blocker, ...]:
    """Return why lines that expand variables of the old base cannot be repeated: a value is not known here, and the new
    base does not set it either (a tag of the same version does)."""
    base = facts.base.env if facts.base is not None else {}
    new = image.env if image is not None else {}
    hint = "write the value itself"
    return tuple(
        Blocker("D06", _first_line(facts, name), f"the value of ${name} is {facts.base_text}'s, and not known", hint)
        for name in names
        if not base[name] and new.get(name) != base[name]
    )


def _first_line(facts: StageFacts, name: str) -> int:
    lines = (step.instruction.line for step in facts.steps if name in step.instruction.value)
    return next(lines, facts.stage.from_.line)


def _decision(summary: str, evidence: tuple[Evidence, ...], changes: tuple[str, ...]) -> Decision:
    return Decision("D06", summary, evidence, Confidence.HIGH, Applicability.SAFE, changes)
