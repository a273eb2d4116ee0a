"""The files beside the binary that it reads at run time."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Confidence, Evidence
from dockerslim_rewrite.analysis.paths import below, strictly_below
from dockerslim_rewrite.knowledge.go_calls import is_build_only, is_build_only_directory
from dockerslim_rewrite.knowledge.go_modules import build_drivers
from dockerslim_rewrite.languages.go.builds import BuildLog
from dockerslim_rewrite.languages.go.generated import Made, read_generated
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.go.uses import Uses
from dockerslim_rewrite.languages.model import RANK_ASSETS, Artifact, MakeDirectory, Note, Project, Suggestion
from dockerslim_rewrite.patterns import pattern

MAX_ENTRIES = 12
_MAKES = "the program makes files there"
_DATA_FILE = pattern(r"[\w-]+\.[A-Za-z]\w{0,7}")


class Assets(Struct):
    """What is carried, and what is said about it. `whole` holds the directories that are copied whole."""

    suggestions: list[Suggestion] = []
    notes: list[Note] = []
    whole: list[str] = []


class AssetFinder:
    """Chooses what to carry from the source directories.

    `roots` are the image directories that hold the program's sources and what was copied with them; `cwd` is where the
    program runs.
    """

    def __init__(self, project: Project, tree: Tree, log: BuildLog, roots: tuple[str, ...], cwd: str) -> None:
        self._project = project
        self._tree = tree
        self._roots = roots
        self._cwd = cwd
        self._generated = read_generated(project, log, roots)
        outputs = (output for build in log.builds for output in build.outputs if output.kind != "exe")
        self._libraries = [output.path for output in outputs if output.path is not None]
        self._kept = self._generated.directories(log, self._stands)
        self._carried: set[str] = set()
        self._empty: set[str] = set()
        self._line = project.facts.stage.from_.line
        self.assets = Assets()

    def choose(self, uses: Uses | None, doubts: Iterable[Evidence], named: Iterable[tuple[str, Evidence]]) -> Assets:
        """Choose. `uses` is None when the sources cannot be read; `named` are paths of environment and arguments."""
        if not self._tree.known or uses is None:
            self._whole(Evidence("Dockerfile", self._line, "the sources cannot be read"))
            self._unread()
            return self.assets
        for made in self._kept:
            self._directory(made)
        every = [*uses.doubts, *doubts]
        for path, evidence in (*uses.files, *named, *uses.literals, *self._copied_by_name()):
            every.extend(self._read(path, evidence))
        for path, evidence in uses.places:
            self._place(path, evidence)
        if every:
            self._content(every[0])
        return self.assets

    def is_known(self, path: str) -> bool:
        """Tell whether a path is worth carrying when the program names it: a file that is no source stands there, a
        directory without sources, or something that RUN makes; or it may be a file that the program makes in a
        directory of the project."""
        name, folder = posixpath.basename(path), posixpath.dirname(path)
        if self._tree.is_file(path):
            return not is_build_only(name)
        if self._tree.is_dir(path):
            return not any(entry.endswith(".go") for entry in self._tree.names(path))
        if self._generated.holds(path):
            return True
        return bool(_DATA_FILE.fullmatch(name)) and not is_build_only(name) and self._is_inside(folder)

    def _stands(self, directory: str) -> bool:
        """Tell whether a directory is there in any case: of the project, or one of those that hold it."""
        return self._tree.is_dir(directory) or any(below(root, (directory,)) for root in self._roots)

    def _is_inside(self, directory: str) -> bool:
        """Tell whether the project has this directory, below those that are there in any case."""
        return any(strictly_below(directory, root) for root in self._roots) and self._tree.is_dir(directory)

    def _directory(self, made: Made) -> None:
        """Carry a directory that RUN makes for the program's data."""
        self._carried.add(made.path)
        artifact = Artifact(made.path, True, RANK_ASSETS, "made for the program's data")
        summary = f"{made.path}: line {made.evidence.line} makes it for the program's data"
        self.assets.suggestions.append(Suggestion("D07", summary, artifact, (made.evidence,)))

    def _place(self, directory: str, evidence: Evidence) -> None:
        """See to a directory in which the program makes files: of the sources only its name is needed."""
        if not self._is_inside(directory) or below(directory, self._carried) or directory in self._empty:
            return
        if not self._tree.has_file(directory, (".go",)):
            self._carry(directory, evidence, Confidence.HIGH, _MAKES)
            return
        self._empty.add(directory)
        effect = MakeDirectory(directory)
        self.assets.suggestions.append(Suggestion("G06", f"{directory}: {_MAKES}", effect, (evidence,)))

    def _copied_by_name(self) -> Iterator[tuple[str, Evidence]]:
        """Yield what the author copies by name though no Go build reads it: it is copied for the program."""
        for tree in self._project.files.trees:
            name = posixpath.basename(tree.context_path)
            build_only = is_build_only_directory(name) if tree.is_dir else is_build_only(name)
            if not tree.context_path or build_only or not below(tree.image_path, self._roots):
                continue
            unseen = self._project.files.is_unseen(tree.context_path)
            known = tree.is_dir and not unseen and not self._has_assets(tree.image_path)
            if known or (tree.is_dir and tree.image_path in self._roots):
                continue
            instruction = self._project.facts.steps[tree.step].instruction
            evidence = Evidence("Dockerfile", instruction.line, f"{instruction.keyword} {instruction.value}")
            if self._tree.is_file(tree.image_path) or self._tree.is_dir(tree.image_path):
                yield tree.image_path, evidence
            else:  # made before the build, and kept out of the repository
                self._carry(tree.image_path, evidence, Confidence.MEDIUM, "copied by name")

    def _has_assets(self, directory: str) -> bool:
        """Tell whether a directory holds files, and none of them is Go source."""
        names = [posixpath.basename(file) for file in self._tree.walk(directory)]
        return any(not is_build_only(name) for name in names) and not any(name.endswith(".go") for name in names)

    def _read(self, path: str, evidence: Evidence) -> Iterator[Evidence]:
        """Carry one path that the program reads; yield the evidence when only more than that is sure."""
        libraries = [one for one in self._libraries if below(one, (path,))]
        for one in libraries:
            self._carry(one, evidence, Confidence.HIGH)
        if path in libraries:
            return
        if not below(path, self._roots) and not any(below(root, (path,)) for root in self._roots):
            return  # outside the sources: the planner's system layer carries what was put there
        if self._is_data_alone(path):
            self._carry(path, evidence, Confidence.HIGH)
        elif any(below(root, (path,)) for root in self._roots) or self._holds_sources(path):
            yield evidence
        elif self._tree.is_file(path) or self._tree.is_dir(path):
            self._carry(path, evidence, Confidence.HIGH)
        elif made := [one for one in self._generated.paths if below(path, (one,)) or below(one, (path,))]:
            for one in made:
                self._carry(one, evidence, Confidence.MEDIUM)
        elif self._generated.unknown is not None:
            yield self._generated.unknown
        else:
            self._place(posixpath.dirname(path), evidence)

    def _is_data_alone(self, path: str) -> bool:
        """Tell whether one of the roots holds no source: it is copied as it is, for its names may be others in the next
        build (`index-1f3a.js`)."""
        place = self._project.facts.contract.workdir
        return path in self._roots and not below(place, (path,)) and not self._tree.has_file(path, (".go", "go.mod"))

    def _holds_sources(self, path: str) -> bool:
        return bool(self._tree.go_files(path)) or self._tree.is_file(posixpath.join(path, "go.mod"))

    def _carry(self, path: str, evidence: Evidence, confidence: Confidence, why: str = "the program reads it") -> None:
        if below(path, self._carried):
            return
        self._carried.add(path)
        is_file = self._tree.is_file(path) or path in self._libraries
        is_dir = not is_file and (self._tree.is_dir(path) or "." not in posixpath.basename(path))
        artifact = Artifact(path, is_dir, RANK_ASSETS, why)
        code = "G17" if "docs" in path.split("/") or "dist" in path.split("/") else "G06"
        self.assets.suggestions.append(Suggestion(code, f"{path}: {why}", artifact, (evidence,), confidence))

    def _content(self, doubt: Evidence) -> None:
        """Carry everything but what is provably of use to the build only."""
        if self._generated.unknown is not None:
            self._whole(self._generated.unknown)
            return
        entries = [
            entry for root in self._roots for entry in ((root,) if self._is_data_alone(root) else self._entries(root))
        ]
        entries += [path for path in self._generated.paths if not path.endswith(".go")]
        entries += self._libraries
        entries = [path for path in dict.fromkeys(entries) if not below(path, self._carried)]
        if len(entries) > MAX_ENTRIES:
            self._whole(doubt)
            return
        for path in entries:
            is_dir = not self._tree.is_file(path) and path not in self._libraries
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

    def _unread(self) -> None:
        """Say what only the sources can tell about the program, and what reading them would gain."""
        gain = (
            "" if self._tree.known else "; with the build context (--context) that is known, and a smaller base may do"
        )
        message = "the sources cannot be read: a program that they start must be in the runtime stage, as a package"
        self.assets.notes.append(Note("G11", self._line, message + gain))

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


def driver_doubts(log: BuildLog) -> list[Evidence]:
    """Return the evidence of build drivers (mage, goreleaser): what they wrote is not known."""
    return [item for item in log.unknown if any(word in build_drivers() for word in item.text.split())]
