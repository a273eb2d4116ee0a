"""Obstacles that several languages meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.languages.model import Obstacle, Project


def shown_line(project: Project, evidence: Evidence) -> int:
    """Return the Dockerfile's line of evidence; that of FROM for evidence of another file."""
    return evidence.line if evidence.file == "Dockerfile" else project.facts.stage.from_.line


def start_line(project: Project, evidence: Evidence) -> int:
    """Return the Dockerfile's line of evidence; that of the start command for evidence of another file."""
    if evidence.file == "Dockerfile":
        return evidence.line
    contract = project.facts.contract
    first = contract.own_entrypoint or contract.cmd
    if first is None or first.step is None:
        return project.facts.stage.from_.line
    return project.facts.steps[first.step].instruction.line


def unread_triggers(project: Project) -> Iterator[Obstacle]:
    """Refuse a base whose triggers bring files and packages that the language does not follow (D11)."""
    base = project.facts.base
    triggers = base.onbuild if base is not None else ()
    for trigger in [text for text in triggers if text.startswith(("ADD", "COPY", "RUN"))][:1]:
        message = f"{project.facts.base_text} runs `{trigger}` before anything else: what it brings is not read here"
        hint = "start from the image without onbuild, and write its steps into this file"
        yield Obstacle("D11", project.facts.stage.from_.line, message, hint)


def installs_at_start(project: Project, installs: Iterable[Evidence]) -> Iterator[Obstacle]:
    """Refuse a container that installs packages when it starts: that may take compilers and headers (D17)."""
    for evidence in tuple(installs)[:1]:
        message = f"the container installs packages when it starts ({evidence}): the toolchain is needed at run time"
        yield Obstacle("D17", shown_line(project, evidence), message, "install them in a RUN")


def no_program(project: Project, evidence: Evidence, argv: Sequence[str | None], message: str) -> Obstacle:
    """Refuse a start command that names no program: a prompt (D17), or a shell with a text that is not known (D02)."""
    line = start_line(project, evidence)
    if None in argv:
        message = f"what the start command runs cannot be followed: {evidence}"
        return Obstacle("D02", line, message, "start the program by name")
    return Obstacle("D17", line, message, "name the program in CMD, or keep this file as it is")
