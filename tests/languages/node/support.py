"""Runs the Node language on a Dockerfile text and a context in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dockerslim_rewrite.languages.model import AppendInstruction, Artifact, Findings, Project
from dockerslim_rewrite.languages.node.language import NodeLanguage
from dockerslim_rewrite.languages.node.study import Study, study
from tests.support import MemoryContext, project_of


def project(dockerfile: str, files: Mapping[str, object]) -> Project:
    texts = {path: text if isinstance(text, str) else json.dumps(text) for path, text in files.items()}
    context = MemoryContext(texts)
    return project_of(dockerfile, context)


def infer(dockerfile: str, files: Mapping[str, object]) -> Findings:
    return NodeLanguage().infer(project(dockerfile, files))


def read(dockerfile: str, files: Mapping[str, object]) -> Study:
    return study(project(dockerfile, files))


def artifacts(findings: Findings) -> set[str]:
    return {item.effect.path for item in findings.suggestions if isinstance(item.effect, Artifact)}


def prunes(findings: Findings) -> list[str]:
    effects = (item.effect for item in findings.suggestions if item.code == "N03")
    return [effect.text for effect in effects if isinstance(effect, AppendInstruction)]


def needs(findings: Findings, kind: type) -> list[object]:
    return [item.effect for item in findings.suggestions if isinstance(item.effect, kind)]


def codes(findings: Findings) -> set[str]:
    return {item.code for item in findings.obstacles}


def lock(*packages: tuple[str, Mapping[str, object]]) -> dict[str, object]:
    return {"lockfileVersion": 3, "packages": {f"node_modules/{name}": value for name, value in packages}}
