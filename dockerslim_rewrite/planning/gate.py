"""What is not touched at all: files whose last stage is not ours to split."""

from __future__ import annotations

from collections.abc import Iterable

from dockerslim_rewrite.analysis.effects import Builds, CommandEffect
from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.start import Service, Start
from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.planning.model import Blocker, NoBenefit
from dockerslim_rewrite.shell.parse import is_posix_shell
from dockerslim_rewrite.syntax.model import Dockerfile

_HOLE = pattern(r"[:@/][-.:@/]|^[-.:@/]")

TOOLCHAIN_FAMILIES = frozenset({"golang", "node", "python"})


def gate_stages(dockerfile: Dockerfile) -> NoBenefit | None:
    """Leave a file alone whose last stage continues an earlier one."""
    last = dockerfile.stages[-1]
    earlier = {(stage.name or "").lower() for stage in dockerfile.stages[:-1]} - {""}
    if last.base.lower() in earlier:
        return NoBenefit(last.from_.line, f"multi-stage already: the last stage continues {last.base}", "D16")
    return None


def gate_facts(dockerfile: Dockerfile, facts: StageFacts) -> NoBenefit | tuple[Blocker, ...]:
    """Return why the stage is left alone (nothing to gain) or refused; an empty tuple lets it pass."""
    line = facts.stage.from_.line
    base = facts.base
    if base is not None and base.family == "windows":
        return (Blocker("D11", line, f"{facts.base_text} is a Windows image", "only Linux images are rewritten"),)
    if base is None and is_unknown(facts.stage.base, facts.base_text):
        hint = "give the ARG before FROM a default"
        return (Blocker("D20", line, f"the base image {facts.stage.base} is not known before the build", hint),)
    if base is None or base.family not in TOOLCHAIN_FAMILIES:
        if len(dockerfile.stages) > 1:
            return NoBenefit(line, f"multi-stage already, and the last stage is {facts.base_text}", "D16")
        return NoBenefit(line, f"{facts.base_text} is not a known Go, Node or Python image", "D20")
    if facts.problems:
        wrong, reason = facts.problems[0]
        message = f"what this stands for cannot be worked out: {reason}"
        return (Blocker("D06", wrong, message, "BuildKit most likely stops here, too: correct the line"),)
    for step in facts.steps:
        if step.instruction.keyword == "SHELL" and not is_posix_shell(step.instruction.exec_form):
            message = f"SHELL {step.instruction.value}: its commands are not read here"
            return (Blocker("D11", step.instruction.line, message, "use a POSIX shell"),)
        if step.instruction.keyword == "ONBUILD":
            message = "ONBUILD is for images built on this one: they need the toolchain"
            return (Blocker("D11", step.instruction.line, message, "keep this file as it is"),)
    return _shell_below(facts)


def starts_nothing(facts: StageFacts) -> bool:
    """Tell whether neither the author nor the base's triggers say what a container starts."""
    commands = (facts.contract.entrypoint, facts.contract.cmd)
    triggers = facts.base is not None and facts.base.onbuild
    return not triggers and all(command is None or command.step is None for command in commands)


def start_of_services(facts: StageFacts, services: Iterable[Service]) -> Start | tuple[Blocker, ...]:
    """Return what compose starts in an image that says nothing itself, or why that is not enough.

    A Python image keeps its application, packages and interpreter whole, so any other command works as before, too.
    """
    known = [service for service in services if not service.start.unknown and service.start.main is not None]
    if known and facts.base is not None and facts.base.family == "python":
        return known[0].start
    message = "no CMD and no ENTRYPOINT: a container starts a shell or the language's prompt"
    hint = f", as in {known[0].evidence}" if known else ""
    return (Blocker("D17", facts.stage.from_.line, message, f"add the CMD that starts the program{hint}"),)


def _shell_below(facts: StageFacts) -> tuple[Blocker, ...]:
    """A command in shell form takes the SHELL above it; one further below is for the health check alone."""
    commands = (command for command in (facts.contract.entrypoint, facts.contract.cmd) if command and command.shell)
    steps = (facts.steps[command.step] for command in commands if command.step is not None)
    return tuple(
        Blocker(
            "D11",
            step.instruction.line,
            f"SHELL is set anew below {step.instruction.keyword} in shell form",
            f"put SHELL above {step.instruction.keyword}",
        )
        for step in steps
        if step.before.shell != facts.contract.shell
    )


def is_unknown(written: str, expanded: str) -> bool:
    """Tell whether a base is known only when its build arguments are: a variable without a value left a hole."""
    return "$" in written and (not expanded or expanded.endswith((":", "@", "/")) or _HOLE.search(expanded) is not None)


def gate_last_stage(dockerfile: Dockerfile, facts: StageFacts, effects: tuple[CommandEffect, ...]) -> NoBenefit | None:
    """Leave a multi-stage file alone whose last stage builds nothing, or takes everything from earlier stages."""
    if len(dockerfile.stages) == 1:
        return None
    builds = any(isinstance(effect, Builds) for command in effects for effect in command.effects)
    own = any(step.copy is not None and step.copy.from_ is None for step in facts.steps)
    if builds and own:
        return None
    reason = "multi-stage already, and the last stage only takes what earlier ones built"
    return NoBenefit(facts.stage.from_.line, reason, "D16")
