"""What the author changes of the files of OS packages: the runtime stage installs them anew, as they come."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import Attributes, CommandEffect, InstallsPackages, MayRemove, Removes, Writes
from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.paths import below, is_glob, upwards
from dockerslim_rewrite.knowledge.packages import os_package
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.model import Artifact, Project, RunInRuntime, Suggestion, libc_of
from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.planning.artifacts import RANK_SYSTEM, Wanted
from dockerslim_rewrite.planning.needs import PackagePlan, Requirement

_SPECIAL = pattern(r"[^\w./*?\[\]@%+:,-]")


class Changes(Struct):
    """What is done again in the runtime stage, which files are copied over those of the packages, and the lines of
    which nobody knows what they do to them."""

    again: list[Suggestion] = []
    wanted: list[Wanted] = []
    problems: list[tuple[int, str]] = []

    def needs(self, project: Project) -> Iterator[Requirement]:
        """Yield the distribution that the files are of."""
        base = project.facts.base
        evidence = [*(item.evidence for item in self.again), *(item.evidence for item in self.wanted)]
        if evidence and base is not None:
            summary = f"files of packages are changed as they are on {base.distro}"
            yield Requirement(libc_of(base), "D09", summary, evidence[0])


def changed_files(project: Project, packages: PackagePlan, carried: Iterable[Wanted]) -> Changes:
    """Repeat what commands do to the files of packages that the runtime stage installs. What is carried keeps its owner
    and mode."""
    collector = _Collector(project, packages, tuple(item.artifact.path for item in carried))
    for command in project.effects:
        collector.command(command)
    return collector.changes


class _Collector:
    def __init__(self, project: Project, packages: PackagePlan, carried: tuple[str, ...]) -> None:
        base = project.facts.base
        found = [os_package(name, base.distro if base is not None else "") for name in packages.names]
        self._packages = packages.names
        self._words = {word for known in found if known is not None for word in (known.name, *known.provides)}
        self._carried = carried
        self._own: set[str] = set()
        self._installed = False
        self.changes = Changes()

    def command(self, command: CommandEffect) -> None:
        evidence = Evidence("Dockerfile", command.line, command.text[:100])
        for effect in command.effects:
            if isinstance(effect, InstallsPackages):
                self._installed |= not self._packages.isdisjoint(effect.packages)
            elif isinstance(effect, Writes):
                self._own.update(effect.paths)
            elif not self._installed:
                continue
            elif isinstance(effect, Removes):
                self._removed([path for path in effect.paths if self._is_gone(path)], evidence)
            elif isinstance(effect, MayRemove):
                for path in filter(self._is_gone, effect.paths):
                    message = f"whether {path} is removed is not known before the build"
                    self.changes.problems.append((command.line, message))
            elif isinstance(effect, Attributes):
                self._attributes(effect, evidence)

    def _removed(self, paths: list[str], evidence: Evidence) -> None:
        if paths:
            summary = f"{', '.join(paths)} of a package that is installed anew: removed there, too"
            again = RunInRuntime(f"rm -rf {' '.join(map(_quoted, paths))}", early=True)
            self.changes.again.append(Suggestion("D09", summary, again, (evidence,)))

    def _attributes(self, effect: Attributes, evidence: Evidence) -> None:
        again = []
        for path in effect.paths:
            if not self._is_packaged(path) or below(path, self._carried):
                continue
            if effect.capabilities or (posixpath.dirname(path) in system_paths("programs") and not is_glob(path)):
                what = "its owner, mode or capabilities are not those of the package"
                artifact = Artifact(path, False, RANK_SYSTEM, what)
                self.changes.wanted.append(Wanted(artifact, "D09", f"{path}: {what}", (evidence,)))
            else:
                again.append(path)
        if again:
            summary = f"{', '.join(again)} of a package that is installed anew: owner and mode are set there, too"
            command = RunInRuntime(" && ".join(self._set(again, effect)))
            self.changes.again.append(Suggestion("D09", summary, command, (evidence,)))

    def _set(self, paths: list[str], effect: Attributes) -> Iterator[str]:
        """Yield the commands; what lies in no package that is kept for certain need not be there."""
        flag = " -R" if effect.recursive else ""
        commands = [f"chown{flag} {_quoted(effect.owner)}"] if effect.owner else []
        commands += [f"chmod{flag} {_quoted(effect.mode)}"] if effect.mode else []
        sure = " ".join(_quoted(path) for path in paths if self._is_of_a_kept_package(path))
        for command in commands:
            if sure:
                yield f"{command} {sure}"
            for path in paths:
                if not self._is_of_a_kept_package(path):
                    yield f"{{ [ ! -e {_quoted(path)} ] || {command} {_quoted(path)}; }}"

    def _is_packaged(self, path: str) -> bool:
        """Tell whether a path may be one of a package's files: the author's own are copied."""
        inside = below(path, system_paths("packaged")) and path not in system_paths("shared")
        return inside and self._own.isdisjoint(upwards(path))

    def _is_gone(self, path: str) -> bool:
        """Tell whether a package's file is missed when it is removed: caches and documentation are not."""
        return self._is_packaged(path) and not below(path, system_paths("scratch"))

    def _is_of_a_kept_package(self, path: str) -> bool:
        return not self._words.isdisjoint(path.split("/")) and not is_glob(path)


def _quoted(path: str) -> str:
    """Return a path for the shell, its globs left to work."""
    return _SPECIAL.sub(lambda match: "\\" + match[0], path)
