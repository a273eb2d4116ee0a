"""Of what is to be copied, what commands remove, and what they may remove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockerslim_rewrite.analysis.effects import MayRemove
from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.removals import Standing, Writers, covers, removal_patterns, standing_of
from dockerslim_rewrite.languages.model import Project, Suggestion, make_directory
from dockerslim_rewrite.planning.artifacts import Wanted


class Standings:
    """Whether what is wanted is in the image at the end of the stage. Few commands remove anything: only for what they
    name is the whole stage looked at. `writers` are the commands that languages understand."""

    def __init__(self, project: Project, writers: Writers) -> None:
        effects = [effect for command in project.effects for effect in command.effects]
        doubtful = (pattern for effect in effects if isinstance(effect, MayRemove) for pattern in effect.paths)
        self._project = project
        self.writers = writers
        self._found: dict[str, Standing] = {}
        self._patterns = removal_patterns(project.effects).union(doubtful)

    def is_gone(self, path: str) -> bool:
        """Tell whether a later command removes a path."""
        return self._of(path).state == "gone"

    def made_sure(self, wanted: Iterable[Wanted]) -> Iterator[Suggestion]:
        """Make the directories in the builder that may not be there, after the last command that decides about them."""
        for item in wanted:
            standing = self._of(item.artifact.path)
            if item.artifact.is_dir and standing.state in ("removed", "unclear"):
                path = item.artifact.path
                summary = f"{path} exists in any case: a command removes it, or may do so"
                make = make_directory(path, standing.step)
                yield Suggestion("D09", summary, make, (self._evidence(standing),))

    def problems(self, wanted: Iterable[Wanted]) -> Iterator[tuple[int, str]]:
        """Yield the line for each file of which nobody can say whether it is there: COPY would fail, or leave it out.
        One that is made again is there: its maker is the evidence for it."""
        for item in wanted:
            standing = self._of(item.artifact.path)
            if not item.artifact.is_dir and standing.state == "unclear":
                message = f"whether {item.artifact.path} is removed is not known before the build"
                yield self._evidence(standing).line, message

    def _of(self, path: str) -> Standing:
        if not covers(self._patterns, path):
            return Standing("there")
        if path not in self._found:
            self._found[path] = standing_of(path, self._project.facts, self._project.effects, self.writers)
        return self._found[path]

    def _evidence(self, standing: Standing) -> Evidence:
        instruction = self._project.facts.steps[standing.step].instruction
        return Evidence("Dockerfile", instruction.line, f"{instruction.keyword} {instruction.value}"[:100])
