"""Which build made the binary that a process starts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.paths import absolute
from dockerslim_rewrite.analysis.start import SHELLS, Process, Service
from dockerslim_rewrite.languages.go.available import Available
from dockerslim_rewrite.languages.go.builds import Build, BuildLog
from dockerslim_rewrite.languages.go.moves import origins
from dockerslim_rewrite.languages.go.outputs import Output
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.model import Project


class Binary(Struct, frozen=True):
    """A started binary at its absolute image path. `build` and `output` are None when nothing that is known made it."""

    path: str
    process: Process
    build: Build | None = None
    output: Output | None = None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return who starts it and what made it."""
        return (self.process.evidence, self.build.evidence) if self.build is not None else (self.process.evidence,)


def find_binary(process: Process, project: Project, log: BuildLog, tree: Tree) -> Binary | None:
    """Return the binary that a process starts, or None for a bare name that nothing in the stage makes."""
    name = process.argv[0] or ""
    if "/" in name:
        path = absolute(name, process.cwd)
        unknown = Binary(path, process) if path != "/" else None
        return _match(path, process, log) or _match(path, process, log, loose=True) or unknown
    paths = [posixpath.join(place, name) for place in project.facts.contract.env.get("PATH", "").split(":") if place]
    for path in paths:
        found = _match(path, process, log)
        if found is not None:
            return found
        if tree.is_file(path) or any(move.new == path for move in log.moves):
            return Binary(path, process)
    loose = (_match(path, process, log, loose=True) for path in paths)
    guess = next((found for found in loose if found is not None), None)
    # a build whose names are not known may have made it only when neither the base nor a package brings that program
    return guess if guess is not None and not Available(project).in_system(name) else None


def binaries_of_scripts(shell: Process, project: Project, log: BuildLog, tree: Tree) -> Iterator[Binary]:
    """Yield the binaries that start scripts name in a text which a shell runs: `sh -c "/opt/app $*"`."""
    texts = [tree.read(path) or "" for path in project.start.scripts]
    for build in log.builds if shell.argv[0] in SHELLS else ():
        for output in build.outputs:
            if output.path and any(_names(text, output.path) for text in texts):
                yield Binary(output.path, replace(shell, argv=(output.path,)), build, output)


def binaries_of_service(service: Service, project: Project, log: BuildLog, tree: Tree) -> tuple[Binary, ...]:
    """Return the binaries that a compose service runs, when all that it runs is built here."""
    found = [find_binary(process, project, log, tree) for process in service.start.processes]
    built = tuple(binary for binary in found if binary is not None and binary.build is not None)
    return built if len(built) == len(found) and not service.start.unknown else ()


def _names(text: str, path: str) -> bool:
    """Tell whether a script holds a path as a word of its own."""
    return re.search(rf"(?<![\w./-]){re.escape(path)}(?![\w./-])", text) is not None


def _match(path: str, process: Process, log: BuildLog, *, loose: bool = False) -> Binary | None:
    """Return the last build that wrote a path; `loose`: one that wrote files of unknown names into its directory."""
    for origin in origins(path, tuple(log.moves)):
        for build in reversed(log.builds):
            for output in build.outputs:
                unnamed = output.path is None and output.directory == posixpath.dirname(origin)
                if unnamed if loose else output.path == origin:
                    return Binary(path, process, build, output)
    return None
