"""What RUN makes below the source directories apart from Go builds."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.analysis.effects import Builds, Effect, Removes, Unknown, Writes
from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.knowledge.go_modules import go_commands, in_place_tools
from dockerslim_rewrite.languages.go.builds import BuildLog
from dockerslim_rewrite.languages.go.moves import origins
from dockerslim_rewrite.languages.model import Project

DRIVERS = frozenset({"make", "gmake"})


class Made(Struct, frozen=True):
    """A path that a command makes. `is_directory`: an empty directory, made for what the program will put there."""

    path: str
    is_directory: bool
    evidence: Evidence


class Generated(Struct, frozen=True):
    """Everything that RUN makes. `unknown`: anything may have been made there."""

    made: tuple[Made, ...]
    unknown: Evidence | None

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths alone."""
        return tuple(item.path for item in self.made)

    def holds(self, path: str) -> bool:
        """Tell whether a path is made, or may lie in what is unpacked or copied."""
        return any(path == item.path or (below(path, (item.path,)) and not item.is_directory) for item in self.made)

    def directories(self, log: BuildLog, stands: Callable[[str], bool]) -> tuple[Made, ...]:
        """Return the directories that are made for data, the outermost ones: no build writes into them.

        `stands` tells whether a directory is there without them.
        """
        outputs = {output.path or output.directory for build in log.builds for output in build.outputs}
        outputs |= {move.new for move in log.moves if outputs & set(origins(move.new, tuple(log.moves)))}
        found: dict[str, Made] = {}
        for item in self.made:
            path = item.path
            while not stands(outer := posixpath.dirname(path)) and not _holds(outer, outputs):
                path = outer
            if item.is_directory and not stands(path) and not _holds(path, outputs):
                found.setdefault(path, replace(item, path=path))
        return tuple(found.values())


def read_generated(project: Project, log: BuildLog, roots: Iterable[str]) -> Generated:
    """Collect the paths below `roots` that commands write which are not go's."""
    roots = tuple(roots)
    made: dict[str, Made] = {}
    unknown: Evidence | None = None
    for command in project.effects:
        instruction = project.facts.steps[command.step].instruction
        evidence = Evidence("Dockerfile", instruction.line, f"{instruction.keyword} {instruction.value}"[:80])
        for effect in command.effects:
            if isinstance(effect, Writes):
                is_directory = effect.what == "dir"
                inside = (path for path in effect.paths if below(path, roots) and path not in roots)
                made.update((path, Made(path, is_directory, evidence)) for path in inside)
            elif isinstance(effect, Removes):
                made = {path: item for path, item in made.items() if not below(path, effect.paths)}
            elif unknown is None and (what := _unknown(effect, (command.step, command.command) in log.covered)):
                unknown = Evidence("Dockerfile", instruction.line, f"{what} may write files")
    return Generated(tuple(made.values()), unknown)


def _holds(directory: str, files: Iterable[str]) -> bool:
    return any(below(file, (directory,)) for file in files)


def _unknown(effect: Effect, covered: bool) -> str:
    """Return what may have written anything, "" when the effect does not."""
    if isinstance(effect, Builds) and effect.program not in go_commands() | in_place_tools() | DRIVERS:
        return effect.program
    return "a command that is not understood" if isinstance(effect, Unknown) and not covered else ""
