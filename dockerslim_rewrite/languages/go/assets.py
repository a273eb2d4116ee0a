"""The files beside the binary that it reads at run time."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dockerslim_rewrite.analysis.commands import command_effects
from dockerslim_rewrite.analysis.effects import Builds, Unknown, Writes
from dockerslim_rewrite.analysis.model import Confidence, Evidence
from dockerslim_rewrite.knowledge.go_calls import is_build_only, is_build_only_directory
from dockerslim_rewrite.knowledge.go_modules import build_drivers, go_commands, in_place_tools
from dockerslim_rewrite.languages.go.builds import BuildLog
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.go.uses import Uses
from dockerslim_rewrite.languages.model import RANK_ASSETS, Artifact, Note, Project, Suggestion

MAX_ENTRIES = 12


@dataclass(slots=True)
class Assets:
    """What is carried, and what is said about it. `whole` holds the directories that are copied whole."""

    suggestions: list[Suggestion] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Generated:
    """What RUN makes below the sources apart from Go builds. `unknown`: anything may have been made there."""

    paths: tuple[str, ...]
    unknown: Evidence | None


def read_generated(project: Project, log: BuildLog, roots: Iterable[str]) -> Generated:
    """Collect the paths below `roots` that commands write which are not go's."""
    roots = tuple(roots)
    paths: list[str] = []
    unknown: Evidence | None = None
    known = go_commands() | in_place_tools() | {"make", "gmake"}
    for command in command_effects(project.facts, project.files, project.context, ""):
        line = project.facts.steps[command.step].instruction.line
        for effect in command.effects:
            builds = isinstance(effect, Builds) and effect.program not in known
            if builds or (isinstance(effect, Unknown) and (command.step, command.command) not in log.covered):
                what = effect.program if isinstance(effect, Builds) else "a command that is not understood"
                unknown = unknown or Evidence("Dockerfile", line, f"{what} may write files")
            elif isinstance(effect, Writes):
                paths.extend(path for path in effect.paths if _below(path, roots) and path not in roots)
    return Generated(tuple(dict.fromkeys(paths)), unknown)


class AssetFinder:
    """Chooses what to carry from the source directories.

    `roots` are the image directories that hold the program's sources and what was copied with them; `cwd` is where the
    program runs.
    """

    def __init__(self, project: Project, tree: Tree, roots: tuple[str, ...], cwd: str, generated: Generated) -> None:
        self._project = project
        self._tree = tree
        self._roots = roots
        self._cwd = cwd
        self._generated = generated
        self._line = project.facts.stage.from_.line
        self.assets = Assets()

    def choose(self, uses: Uses | None, doubts: Iterable[Evidence], named: Iterable[tuple[str, Evidence]]) -> Assets:
        """Choose. `uses` is None when the sources cannot be read; `named` are paths of environment and arguments."""
        if not self._tree.known or uses is None:
            self._whole(Evidence("Dockerfile", self._line, "the sources cannot be read"))
            return self.assets
        every = [*uses.doubts, *doubts]
        for path, evidence in (*uses.files, *named, *uses.literals, *self._copied_by_name()):
            every.extend(self._read(path, evidence))
        if every:
            self._content(every[0])
        return self.assets

    def _copied_by_name(self) -> Iterator[tuple[str, Evidence]]:
        """Yield what the author copies by name though no Go build reads it: it is copied for the program."""
        for tree in self._project.files.trees:
            name = posixpath.basename(tree.context_path)
            build_only = is_build_only_directory(name) if tree.is_dir else is_build_only(name)
            if not tree.context_path or build_only or not _below(tree.image_path, self._roots):
                continue
            if tree.is_dir and (tree.image_path in self._roots or not self._has_assets(tree.image_path)):
                continue
            instruction = self._project.facts.steps[tree.step].instruction
            yield (
                tree.image_path,
                Evidence("Dockerfile", instruction.line, f"{instruction.keyword} {instruction.value}"),
            )

    def _has_assets(self, directory: str) -> bool:
        """Tell whether a directory holds files, and none of them is Go source."""
        names = [posixpath.basename(file) for file in self._tree.walk(directory)]
        return any(not is_build_only(name) for name in names) and not any(name.endswith(".go") for name in names)

    def _read(self, path: str, evidence: Evidence) -> Iterator[Evidence]:
        """Carry one path that the program reads; yield the evidence when only more than that is sure."""
        if not _below(path, self._roots) and not any(_below(root, (path,)) for root in self._roots):
            return  # outside the sources: the planner's system layer carries what was put there
        if any(_below(root, (path,)) for root in self._roots) or self._holds_sources(path):
            yield evidence
        elif self._tree.is_file(path) or self._tree.is_dir(path):
            self._carry(path, evidence, Confidence.HIGH)
        elif made := [one for one in self._generated.paths if _below(path, (one,)) or _below(one, (path,))]:
            for one in made:
                self._carry(one, evidence, Confidence.MEDIUM)
        elif self._generated.unknown is not None:
            yield self._generated.unknown

    def _holds_sources(self, path: str) -> bool:
        return bool(self._tree.go_files(path)) or self._tree.is_file(posixpath.join(path, "go.mod"))

    def _carry(self, path: str, evidence: Evidence, confidence: Confidence) -> None:
        is_dir = not self._tree.is_file(path) and (self._tree.is_dir(path) or "." not in posixpath.basename(path))
        artifact = Artifact(path, is_dir, RANK_ASSETS, "the program reads it")
        code = "G17" if "docs" in path.split("/") or "dist" in path.split("/") else "G06"
        self.assets.suggestions.append(
            Suggestion(code, f"{path}: the program reads it", artifact, (evidence,), confidence)
        )

    def _content(self, doubt: Evidence) -> None:
        """Carry everything but what is provably of use to the build only."""
        if self._generated.unknown is not None:
            self._whole(self._generated.unknown)
            return
        entries = [entry for root in self._roots for entry in self._entries(root)]
        entries += [path for path in self._generated.paths if not path.endswith(".go")]
        entries = list(dict.fromkeys(entries))
        if len(entries) > MAX_ENTRIES:
            self._whole(doubt)
            return
        for path in entries:
            is_dir = not self._tree.is_file(path)
            artifact = Artifact(path, is_dir, RANK_ASSETS, "kept on doubt")
            self.assets.suggestions.append(
                Suggestion("G06", f"{path}: kept on doubt", artifact, (doubt,), Confidence.LOW)
            )
        if entries:
            message = f"files that are not sources are kept: not every file that is read can be told ({doubt})"
            self.assets.notes.append(Note("G06", self._line, message))

    def _entries(self, directory: str) -> Iterator[str]:
        for name in sorted(self._tree.names(directory)):
            path = posixpath.join(directory, name)
            if self._tree.is_file(path):
                if not is_build_only(name):
                    yield path
            elif not is_build_only_directory(name) and any(
                not is_build_only(posixpath.basename(file)) for file in self._tree.walk(path)
            ):
                yield path

    def _whole(self, evidence: Evidence) -> None:
        """Carry the source directories as they are: large, and right."""
        for root in self._roots:
            if root == "/":
                continue
            self.assets.whole.append(root)
            artifact = Artifact(root, True, RANK_ASSETS, "kept on doubt")
            self.assets.suggestions.append(
                Suggestion("G06", f"{root}: kept whole, sources included", artifact, (evidence,), Confidence.LOW)
            )
            gain = "" if self._tree.known else "; with the build context (--context) only what is read would be kept"
            message = f"{root} is copied whole, sources included ({evidence}){gain}"
            self.assets.notes.append(Note("G06", self._line, message))


def _below(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)


def driver_doubts(log: BuildLog) -> list[Evidence]:
    """Return the evidence of build drivers (mage, goreleaser): what they wrote is not known."""
    return [item for item in log.unknown if any(word in build_drivers() for word in item.text.split())]
