"""ONBUILD triggers of a base."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.languages.model import Obstacle, Project


def unread_triggers(project: Project) -> Iterator[Obstacle]:
    """Refuse a base whose triggers bring files and packages that the language does not follow (D11)."""
    base = project.facts.base
    triggers = base.onbuild if base is not None else ()
    for trigger in [text for text in triggers if text.startswith(("ADD", "COPY", "RUN"))][:1]:
        message = f"{project.facts.base_text} runs `{trigger}` before anything else: what it brings is not read here"
        hint = "start from the image without onbuild, and write its steps into this file"
        yield Obstacle("D11", project.facts.stage.from_.line, message, hint)
