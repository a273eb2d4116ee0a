"""Why a Python stage cannot be rewritten."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerslim_rewrite.knowledge.python_packages import names
from dockerslim_rewrite.languages.model import Obstacle, Project
from dockerslim_rewrite.languages.obstacles import installs_at_start, no_program, start_line, unread_triggers
from dockerslim_rewrite.languages.python.build import BuildFacts
from dockerslim_rewrite.languages.python.commands import is_python
from dockerslim_rewrite.languages.python.launch import Launch
from dockerslim_rewrite.languages.python.layout import lost_tree


def find_obstacles(project: Project, build: BuildFacts, launch: Launch, roots: tuple[str, ...]) -> tuple[Obstacle, ...]:
    """Return every reason that forbids a rewrite."""
    return (
        *unread_triggers(project),
        *installs_at_start(project, launch.installs),
        *_idle(project, launch),
        *_system_python(project),
        *_conda(build),
        *_unknown(build),
        *_at_root(build),
        *_browsers(build),
        *_lost(project, roots),
    )


def _idle(project: Project, launch: Launch) -> Iterator[Obstacle]:
    for evidence in launch.idle[:1]:
        message = f"the container starts a prompt or waits ({evidence.text}): the toolchain is the product"
        main = project.start.main
        yield no_program(project, evidence, main.argv if main is not None else (), message)
    for evidence in launch.development[:1]:
        message = f"a notebook, a test runner or an installer starts ({evidence.text}): the toolchain is the product"
        yield Obstacle("D17", start_line(project, evidence), message, "keep this file for development")


def _system_python(project: Project) -> Iterator[Obstacle]:
    """The distribution's Python beside the image's own: its packages lie where nothing here looks."""
    for process in project.start.processes:
        program = process.argv[0] or ""
        if is_python(program) and program.startswith("/usr/bin/"):
            message = f"the distribution's Python starts ({process.evidence.text}), not the image's own"
            yield Obstacle("P01", start_line(project, process.evidence), message, "start python by its bare name")
            return


def _conda(build: BuildFacts) -> Iterator[Obstacle]:
    for evidence in build.conda[:1]:
        message = f"conda brings a Python and libraries of its own ({evidence.text})"
        yield Obstacle("P04", evidence.line, message, "install with pip, or keep this file as it is")


def _unknown(build: BuildFacts) -> Iterator[Obstacle]:
    for evidence in build.unknown[:1]:
        message = f"where this installs to is not known: {evidence.text}"
        yield Obstacle(
            "P04", evidence.line, message, "install into Python's own environment, or keep this file as it is"
        )


def _at_root(build: BuildFacts) -> Iterator[Obstacle]:
    for install in build.installs:
        if install.site == "/":
            message = f"what this puts beside the directories of the base is not known: {install.evidence.text}"
            yield Obstacle("P04", install.evidence.line, message, "install into a directory of the packages' own")
            return


def _browsers(build: BuildFacts) -> Iterator[Obstacle]:
    for run in build.runs:
        words = [word for word in run.words if word != "-m"]
        if words and posixpath.basename(words[0]) in names("browsers", "programs"):
            message = "a browser is downloaded, which needs libraries of the base that are not known here"
            yield Obstacle("P07", run.evidence.line, f"{message} ({run.evidence.text})", "keep this file as it is")
            return


def _lost(project: Project, roots: tuple[str, ...]) -> Iterator[Obstacle]:
    step = lost_tree(project, roots)
    if step >= 0:
        line = project.facts.steps[step].instruction.line
        yield Obstacle(
            "P05", line, "the application lies in a directory of the base and its files are not known", "use a WORKDIR"
        )
