"""Small helpers that several tests share."""

from __future__ import annotations

import os
import posixpath
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from dockerslim_rewrite.analysis.commands import command_effects
from dockerslim_rewrite.analysis.effects import CommandEffect
from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.replay import replay_stage
from dockerslim_rewrite.analysis.start import resolve_healthcheck, resolve_start
from dockerslim_rewrite.context.ignore import IgnoreRules
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.syntax.parser import parse_dockerfile

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"


def copy_project(fixture: Path, target: Path) -> Path:
    """Copy a fixture without its case files, which no project has: with one, every COPY . would carry it."""
    ignored = shutil.ignore_patterns("case.toml", "expect.toml")
    return Path(shutil.copytree(fixture, target, symlinks=True, ignore=ignored))


class MemoryContext:
    """A build context in memory: file texts by path; `executable` names those with an execute bit."""

    known = True

    def __init__(self, files: Mapping[str, str], executable: frozenset[str] = frozenset()) -> None:
        self._files = dict(files)
        self._executable = executable
        self._ignore = IgnoreRules(self._files.get(".dockerignore", ""))

    def is_file(self, path: str) -> bool:
        return path.strip("/") in self._files

    def is_dir(self, path: str) -> bool:
        path = path.strip("/")
        return not path or any(name.startswith(f"{path}/") for name in self._files)

    def excludes(self, path: str) -> bool:
        return self._ignore.excludes(path)

    def is_executable(self, path: str) -> bool:
        return path in self._executable

    def link_target(self, path: str) -> str | None:
        return None

    def read_text(self, path: str) -> str | None:
        return self._files.get(path.strip("/"))

    def list_dir(self, path: str) -> tuple[str, ...]:
        prefix = f"{path.strip('/')}/" if path.strip("/") else ""
        names = {name[len(prefix) :].split("/")[0] for name in self._files if name.startswith(prefix)}
        return tuple(sorted(names))

    def walk(self, path: str = "") -> Iterator[str]:
        prefix = f"{path.strip('/')}/" if path.strip("/") else ""
        skipped = {"node_modules", ".git"}
        for name in sorted(self._files):
            if name.startswith(prefix) and not skipped & set(posixpath.dirname(name[len(prefix) :]).split("/")):
                yield name


def plain_environment() -> dict[str, str]:
    """Return the environment without that of `make coverage`: a command that is measured loads and opens more."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}


def replay(text: str) -> StageFacts:
    """Replay the last stage of a Dockerfile text."""
    dockerfile = parse_dockerfile(text)
    assert not dockerfile.problems
    return replay_stage(dockerfile, dockerfile.stages[-1])


def project_of(dockerfile: str, context: Context) -> Project:
    """Return what a language looks at."""
    facts = replay(dockerfile)
    files = ImageFiles(facts, context)
    effects = command_effects(facts, files, context, dockerfile)
    start, health = resolve_start(facts, files, context), resolve_healthcheck(facts, files, context)
    return Project(facts, context, files, effects, start, health)


def effects_of(text: str, context: Context | None = None) -> tuple[CommandEffect, ...]:
    """Return the effects of all RUN commands of a Dockerfile text."""
    return project_of(text, context or MemoryContext({})).effects
