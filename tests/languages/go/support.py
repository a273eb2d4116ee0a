"""Runs the Go language on a Dockerfile text and a context in memory."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dockerslim_rewrite.context.local import NoContext
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.languages.go.builds import BuildLog, BuildReader
from dockerslim_rewrite.languages.go.language import GoLanguage
from dockerslim_rewrite.languages.go.outputs import Outputs
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.model import Artifact, Findings, InsertText, NeedLibc, NeedProgram, Project
from tests.support import MemoryContext, project_of

MOD = "module example.com/acme/parcel\n\ngo 1.22\n"
MAIN = "package main\n\nfunc main() {}\n"
HEAD = "FROM golang:1.24-bookworm\nWORKDIR /work\nCOPY . .\n"


def project(dockerfile: str, files: Mapping[str, str] | None) -> Project:
    context: Context = NoContext() if files is None else MemoryContext(files)
    return project_of(dockerfile, context)


def infer(dockerfile: str, files: Mapping[str, str] | None) -> Findings:
    return GoLanguage().infer(project(dockerfile, files))


def builds(dockerfile: str, files: Mapping[str, str] | None) -> BuildLog:
    item = project(dockerfile, files)
    tree = Tree(item)
    base = item.facts.base
    outputs = Outputs(tree, item.files.is_directory, base.version if base is not None else "")
    return BuildReader(item, tree, outputs).read()


def written(dockerfile: str, files: Mapping[str, str] | None) -> list[str | None]:
    return [output.path for build in builds(dockerfile, files).builds for output in build.outputs]


def artifacts(findings: Findings) -> set[str]:
    return {item.effect.path for item in findings.suggestions if isinstance(item.effect, Artifact)}


def needs(findings: Findings, kind: type) -> list[object]:
    return [item.effect for item in findings.suggestions if isinstance(item.effect, kind)]


def inserted(findings: Findings) -> list[str]:
    return [item.effect.text for item in findings.suggestions if isinstance(item.effect, InsertText)]


def libcs(findings: Findings) -> set[str]:
    return {item.effect.libc for item in findings.suggestions if isinstance(item.effect, NeedLibc)}


def programs(findings: Findings) -> set[str]:
    return {item.effect.name for item in findings.suggestions if isinstance(item.effect, NeedProgram)}


def refusals(findings: Findings) -> set[str]:
    return {item.code for item in findings.obstacles}


no_cache = pytest.fixture(autouse=True)(lambda monkeypatch, tmp_path: monkeypatch.setenv("GOMODCACHE", str(tmp_path)))
