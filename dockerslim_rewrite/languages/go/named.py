"""What is read beside the binaries when a container starts: paths that commands name, and programs of somebody else."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from dockerslim_rewrite.analysis.filesystem import COMMANDS
from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.paths import absolute
from dockerslim_rewrite.knowledge.go_calls import is_build_only
from dockerslim_rewrite.knowledge.packages import package_for_program
from dockerslim_rewrite.knowledge.tools import tool
from dockerslim_rewrite.languages.go.binary import Binary
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.mentions import mentioned_words
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.shell.builtins import is_builtin


def named_paths(project: Project, tree: Tree, cwd: str) -> Iterator[tuple[str, Evidence]]:
    """Yield the paths that commands of the start, the health check and services, their scripts, and the author's ENV
    name, where a copied file or directory stands there."""
    for word, place, evidence in (*_arguments(project), *((value, cwd, found) for value, found in _settings(project))):
        for text in (word, word.rpartition("=")[2]):
            path = absolute(text.removeprefix("file://"), place)
            if text and text not in (".", "/") and (tree.is_file(path) or tree.is_dir(path)):
                yield path, evidence
    scripts = {script for flow in project.flows for script in flow.scripts}
    for word, evidence in mentioned_words(project):
        path = absolute(word, cwd)
        if word.strip("./") and path not in scripts and _is_data(path, tree):
            yield path, evidence


def foreign_programs(project: Project, binaries: Iterable[Binary]) -> Iterator[Evidence]:
    """Yield the commands that start a program of which nothing is known, not even which files it reads: migration tools
    and the like, that a RUN has fetched."""
    own = {binary.process.argv[0] for binary in binaries} | {posixpath.basename(binary.path) for binary in binaries}
    for process in project.processes:
        program = process.argv[0] or ""
        name = posixpath.basename(program)
        if program not in own and name not in own and not _is_of_the_system(name, project):
            yield process.evidence


def _is_of_the_system(name: str, project: Project) -> bool:
    base = project.facts.base
    if is_builtin(name) or name in COMMANDS or (base is not None and name in base.programs):
        return True
    listed = tool(name)
    distro = "alpine" if base is not None and base.distro == "alpine" else "debian"
    return (listed is not None and listed.kind != "build") or package_for_program(name, distro) is not None


def _arguments(project: Project) -> Iterator[tuple[str, str, Evidence]]:
    for process in project.processes:
        for word in (*process.argv[1:], *(value for _, value in process.env)):
            if word:
                yield word, process.cwd, process.evidence


def _settings(project: Project) -> Iterator[tuple[str, Evidence]]:
    base = project.facts.base.env if project.facts.base is not None else {}
    own = {name: value for name, value in project.facts.contract.env.items() if base.get(name) != value}
    for step in project.facts.steps:
        if step.instruction.keyword == "ENV":
            evidence = Evidence("Dockerfile", step.instruction.line, f"ENV {step.instruction.value}"[:80])
            yield from ((value, evidence) for name, value in own.items() if name != "PATH")


def _is_data(path: str, tree: Tree) -> bool:
    """Tell whether a file that is no source stands there, or a directory without sources."""
    if tree.is_file(path):
        return not is_build_only(posixpath.basename(path))
    return tree.is_dir(path) and not tree.has_file(path, (".go",))
