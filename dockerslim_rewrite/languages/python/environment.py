"""How the installed distributions reach the runtime stage: in a virtual environment, or in Python's own prefix."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import Builds, CommandEffect, InstallsPackages, Writes
from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.knowledge.python_packages import environment_path, names
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.languages.python.build import SYSTEM, SYSTEM_PROGRAMS, BuildFacts, Install
from dockerslim_rewrite.languages.python.commands import is_python
from dockerslim_rewrite.patterns import pattern

MAX_FILES = 2_000
MAX_CHARACTERS = 200_000
# a path in text has no grammar: what stands behind Python's prefix is enough
_PREFIX_PATH = pattern(r"/usr/local/(?:bin/([\w.+-]+)|lib/(python[\d.]*))")
# a login shell reads /etc/profile, which sets PATH anew: `bash -lc TEXT`, `["bash", "-l"]`, `#!/bin/bash -l`
_LOGIN_SHELL = pattern(
    r"""(?<![\w.-])(?:ba|da|a|k|z)?sh["',\s]+(?:-\w+["',\s]+(?:pipefail["',\s]+)?)*(?:-[a-z]*l[a-z]*|--login)(?![\w-])"""
)
_SITE = pattern(r"(?:site|dist)-packages")
_TEXT_SUFFIXES = (
    ".py",
    ".sh",
    ".ini",
    ".cfg",
    ".conf",
    ".toml",
    ".yaml",
    ".yml",
    ".service",
    ".cron",
    ".txt",
    ".json",
    "",
)
_NOT_READ = ("readme", "license", "changelog", "dockerfile", "makefile", "jenkinsfile")


class Environment(Struct, frozen=True):
    """Where Python's own distributions go.

    `treatment`: a new virtual environment takes them; the prefix is carried as a whole; nothing of it is needed.
    `path` is what the runtime gets, "" for none; `why` says why it is not a virtual environment.
    """

    treatment: Literal["environment", "prefix", "none"]
    path: str
    why: Evidence | None


def choose_environment(
    project: Project, build: BuildFacts, effects: tuple[CommandEffect, ...], used: frozenset[str]
) -> Environment:
    """Choose how Python's own site-packages are carried. `used` are the names of programs that start."""
    base = project.facts.base
    brought = base.programs if base is not None else frozenset()
    needed = [item for item in build.installs if item.site == SYSTEM]
    if all(name in brought or is_python(name) for name in used):  # another program may be a tool's: pip-compile
        needed = [item for item in needed if not _only_tools(item, used)]
    reason = next(_needs_prefix(effects, build), None)
    if not needed and reason is None:
        return Environment("none", "", None)
    reason = reason or next(_forbids_environment(project, build, effects), None)
    if reason is not None:
        return Environment("prefix", SYSTEM, reason)
    return Environment("environment", environment_path(), None)


def _only_tools(install: Install, used: frozenset[str]) -> bool:
    """Tell whether an install brings nothing but package managers that the start command does not use."""
    if install.command.tool not in ("pip", "uv pip") or not install.complete or not install.asked:
        return False
    asked = {item.name.split("[", 1)[0] for item in install.asked}
    return asked <= names("tools", "packages") and not asked & used


def _line(project: Project, step: int, text: str) -> Evidence:
    return Evidence(
        "Dockerfile", project.facts.steps[step].instruction.line if step >= 0 else project.facts.stage.from_.line, text
    )


def _needs_prefix(effects: Iterable[CommandEffect], build: BuildFacts) -> Iterator[Evidence]:
    """Yield what a build tool may have installed beside Python's distributions: `make install`."""
    for command in effects:
        if (command.step, command.command) in build.covered:
            continue
        for effect in command.effects:
            if isinstance(effect, Builds) and effect.installs:
                yield Evidence("Dockerfile", command.line, f"`{command.text[:80]}` installs below {SYSTEM}")
            elif isinstance(effect, Writes) and effect.what == "tree" and any(map(_in_prefix, effect.paths)):
                yield Evidence("Dockerfile", command.line, f"`{command.text[:80]}` writes below {SYSTEM}")


def _in_prefix(path: str) -> bool:
    return path == SYSTEM or path.startswith(SYSTEM + "/")


def _forbids_environment(project: Project, build: BuildFacts, effects: tuple[CommandEffect, ...]) -> Iterator[Evidence]:
    """Yield every reason why what runs would not find a virtual environment through PATH."""
    base = project.facts.base
    if base is None or base.family != "python" or base.major == 2:
        yield _line(project, -1, "this Python has no venv module")
    for install in build.installs:
        if posixpath.dirname(install.command.program) in SYSTEM_PROGRAMS[1:]:
            yield install.evidence
        options = install.command.options
        stated = any(option.startswith(("--prefix=", "--home=")) for option in options)
        foreign = install.user not in ("", "root", "0") or options & {"--user"}
        if install.site == SYSTEM and (foreign or stated):
            yield install.evidence
    yield from _settings(project)
    yield from _resets_path(project, effects)
    made = {path for command in effects for item in command.effects if isinstance(item, Writes) for path in item.paths}
    for step in project.facts.steps:
        instruction = step.instruction
        for text in (instruction.value, *(document.content for document in instruction.heredocs)):
            if found := _names_prefix(project, text, made) or _SITE.search(text):
                what = found if isinstance(found, str) else found[0]
                yield Evidence("Dockerfile", instruction.line, f"{instruction.keyword} names {what}")
            if login := _LOGIN_SHELL.search(text):
                yield Evidence("Dockerfile", instruction.line, _resets(login))
    yield from _files(project, made)


def _resets_path(project: Project, effects: tuple[CommandEffect, ...]) -> Iterator[Evidence]:
    """Yield programs that start others with a PATH of their own, and compose's commands for a login shell."""
    for process in project.start.processes:
        if posixpath.basename(process.argv[0] or "") in names("environment", "resets_path"):
            yield process.evidence
    for service in project.services:
        if found := _LOGIN_SHELL.search(service.evidence.text):
            yield Evidence(service.evidence.file, service.evidence.line, _resets(found))
    for command in effects:
        for effect in command.effects:
            packages = set(effect.packages) if isinstance(effect, InstallsPackages) else set()
            for name in sorted(names("environment", "resets_path_packages") & packages):
                yield Evidence("Dockerfile", command.line, f"{name} starts programs with a PATH of its own")


def _resets(login: re.Match[str]) -> str:
    words = " ".join(re.findall(r"[\w-]+", login[0]))
    return f"`{words}` is a login shell, which sets PATH anew"


def _settings(project: Project) -> Iterator[Evidence]:
    """Yield ENV and ARG that send installs elsewhere, or set PATH without what it was."""
    for step in project.facts.steps:
        instruction = step.instruction
        if instruction.keyword not in ("ENV", "ARG"):
            continue
        before = set(step.before.own_env)
        words = instruction.value.replace("=", " ").split()
        if any(name in words for name in names("environment", "variables") - before):
            yield Evidence("Dockerfile", instruction.line, f"{instruction.keyword} {instruction.value[:80]}")
        elif "PATH" in words and _hides_environment(instruction.value):
            yield Evidence("Dockerfile", instruction.line, "PATH is set so that Python's own directory comes first")


def _hides_environment(value: str) -> bool:
    """Tell whether a new PATH does not begin with the old one, or with the author's own directories and then it."""
    before, mark, _ = value.partition("$")
    return not mark or any(f"{place}:" in before for place in SYSTEM_PROGRAMS)


def _names_prefix(project: Project, text: str, made: set[str]) -> str:
    """Return the path in Python's prefix that a text names, "" when there is none, or the author put it there."""
    for match in _PREFIX_PATH.finditer(text) if "/usr/local" in text else ():
        path = f"{SYSTEM}/bin/{match[1]}"
        if match[2] or (path not in made and project.files.to_context(path) is None and not _copied(project, path)):
            return match[0]
    return ""


def _copied(project: Project, path: str) -> bool:
    """Tell whether a COPY or ADD names a path as its target (from another stage, or from a URL)."""
    return any(
        step.copy is not None and step.copy.dest in (path, posixpath.dirname(path)) for step in project.facts.steps
    )


def _files(project: Project, made: set[str]) -> Iterator[Evidence]:
    """Yield copied files that name a program of Python's prefix or a login shell: supervisor tables, shebangs."""
    context = project.context
    seen = 0
    for tree in project.files.trees:
        for path in context.walk(tree.context_path) if tree.is_dir else (tree.context_path,):
            name = posixpath.basename(path).lower()
            hidden = any(part.startswith(".") for part in path.split("/"))
            if (
                hidden
                or posixpath.splitext(name)[1] not in _TEXT_SUFFIXES
                or name.startswith(_NOT_READ)
                or seen > MAX_FILES
            ):
                continue
            seen += 1
            text = context.read_text(path)
            if text is None or len(text) > MAX_CHARACTERS:
                continue
            if found := _names_prefix(project, text, made):
                yield Evidence(path, text.count("\n", 0, text.find(found)) + 1, f"names {found}")
            if login := _LOGIN_SHELL.search(text):
                yield Evidence(path, text.count("\n", 0, login.start()) + 1, _resets(login))
