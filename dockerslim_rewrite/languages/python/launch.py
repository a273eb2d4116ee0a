"""The start command's processes as Python sees them: modules, console scripts, managers, idle shells."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.start import Process, Service, Start
from dockerslim_rewrite.knowledge.python_packages import names
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.languages.python.commands import PythonCommand, is_python, read_command


class Launch(Struct):
    """What starts. `programs` are the names of programs that are no Python, without a slash; `modules` those of `-m`;
    `managers` package managers that start something; `idle` and `development` say why there is no service; `reloads`
    where a development server runs, which works without the toolchain; `installs` where packages are installed;
    `services` are those of compose that run the image with commands of their own, which are among the rest."""

    programs: dict[str, Evidence] = {}
    modules: dict[str, Evidence] = {}
    managers: dict[str, Evidence] = {}
    idle: list[Evidence] = []
    development: list[Evidence] = []
    reloads: list[Evidence] = []
    installs: list[Evidence] = []
    services: list[Service] = []


def read_launch(project: Project) -> Launch:
    """Follow every process of the start command and of the health check."""
    launch = Launch()
    _take(launch, project.start, project.start.main)
    if project.health is not None:
        _take(launch, project.health, None)
    for service in project.services:
        trial = Launch()
        _take(trial, service.start, None)
        if not (trial.installs or trial.reloads or trial.managers or service.start.unknown):
            _take(launch, service.start, None)
            launch.services.append(service)
    return launch


def _take(launch: Launch, flow: Start, main: Process | None) -> None:
    for process in flow.processes:
        words = tuple(word or "" for word in process.argv)
        followed = process.evidence not in flow.unknown  # a shell with a script that cannot be read is no prompt
        _process(launch, words, process.evidence, is_main=process is main and followed)


def _process(launch: Launch, words: tuple[str, ...], evidence: Evidence, *, is_main: bool) -> None:
    name = posixpath.basename(words[0]) if words else ""
    command = read_command(words)
    if any(word in names("development", "reloads") for word in words[1:]):
        launch.reloads.append(evidence)
    if command is not None and command.kind == "install":
        launch.installs.append(evidence)
    if command is not None and command.kind == "run":
        _run(launch, command, evidence, is_main=is_main)
        return
    if is_main and (name in names("development", "idle") or (is_python(name) and len(words) == 1)):
        launch.idle.append(evidence)
    if is_main and name in names("development", "programs"):
        launch.development.append(evidence)
    if name and not is_python(name):
        launch.programs.setdefault(words[0], evidence)


def _run(launch: Launch, command: PythonCommand, evidence: Evidence, *, is_main: bool) -> None:
    words = command.operands
    if command.tool != "python":
        launch.managers.setdefault(command.tool, evidence)
        launch.programs.setdefault(command.program, evidence)
        if words:
            _process(launch, words, evidence, is_main=is_main)
    elif words[:1] == ("-m",) and len(words) > 1:
        launch.modules.setdefault(words[1].split(".", 1)[0], evidence)
        if is_main and words[1] in names("development", "modules"):
            launch.development.append(evidence)
    elif is_main and not words:
        launch.idle.append(evidence)
