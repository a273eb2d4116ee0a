"""Runs the Python language on a Dockerfile text and a context in memory."""

from __future__ import annotations

from collections.abc import Mapping

from dockerslim_rewrite.languages.model import (
    AppendInstruction,
    Artifact,
    Findings,
    NeedLibrary,
    NeedProgram,
    Project,
    SetEnv,
)
from dockerslim_rewrite.languages.python.language import PythonLanguage
from dockerslim_rewrite.outcome import Outcome
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext, project_of


def project(dockerfile: str, files: Mapping[str, str] | None = None) -> Project:
    context = MemoryContext(files or {})
    return project_of(dockerfile, context)


def infer(dockerfile: str, files: Mapping[str, str] | None = None) -> Findings:
    return PythonLanguage().infer(project(dockerfile, files))


def run(dockerfile: str, files: Mapping[str, str] | None = None) -> Outcome:
    return rewrite(dockerfile, MemoryContext(files or {}))


def artifacts(findings: Findings) -> set[str]:
    return {
        item.effect.path for item in findings.suggestions if isinstance(item.effect, Artifact) and item.effect.is_dir
    }


def additions(findings: Findings) -> list[str]:
    return [item.effect.text for item in findings.suggestions if isinstance(item.effect, AppendInstruction)]


def variables(findings: Findings) -> dict[str, str]:
    effects = (item.effect for item in findings.suggestions)
    return {effect.name: effect.value for effect in effects if isinstance(effect, SetEnv)}


def libraries(findings: Findings) -> set[str]:
    return {item.effect.package for item in findings.suggestions if isinstance(item.effect, NeedLibrary)}


def programs(findings: Findings) -> set[str]:
    return {item.effect.name for item in findings.suggestions if isinstance(item.effect, NeedProgram)}


def codes(findings: Findings) -> set[str]:
    return {item.code for item in findings.obstacles}
