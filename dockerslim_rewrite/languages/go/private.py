"""Private modules: what gives the build access to them, and stays readable in an image (G13)."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.analysis.model import Step
from dockerslim_rewrite.knowledge.go_modules import access_text, secret_name, url_with_password
from dockerslim_rewrite.languages.model import Note, Project
from dockerslim_rewrite.syntax.words import references

_SETTINGS = ("ARG", "ENV")


def access_notes(project: Project) -> Iterator[Note]:
    """Yield a note for each ARG or ENV with which modules are fetched: the image keeps its value.

    Secret and SSH mounts leave nothing behind, so nothing is said about them.
    """
    used = _used(project)
    for step in project.facts.steps:
        if step.instruction.keyword not in _SETTINGS:
            continue
        for name in _declared(step):
            if name in used or (name == "GOPROXY" and url_with_password(step.instruction.value)):
                yield _note(step, name)


def _used(project: Project) -> frozenset[str]:
    """Return the secrets that a RUN puts into git's settings, .netrc or a key file."""
    found: set[str] = set()
    for step in project.facts.steps:
        if step.instruction.keyword == "RUN" and access_text(step.instruction.value):
            names = references(step.instruction.value) & {*step.before.args, *step.before.own_env}
            found |= {name for name in names if secret_name(name)}
    return frozenset(found)


def _declared(step: Step) -> list[str]:
    words = step.instruction.value.split()
    if step.instruction.keyword == "ENV" and words and "=" not in words[0]:
        return words[:1]
    return [word.partition("=")[0] for word in words]


def _note(step: Step, what: str) -> Note:
    instruction = step.instruction
    where = "the history of the builder stage" if instruction.keyword == "ARG" else "the image, when it runs too"
    message = f"{what} gives access to private modules, and {instruction.keyword} keeps it in {where}"
    return Note("G13", instruction.line, f"{message}: use RUN --mount=type=secret, or type=ssh")
