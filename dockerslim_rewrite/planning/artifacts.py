"""What is copied from the builder: the languages' artifacts, scripts, and what the system layer wrote."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import Attributes, Builds, CommandEffect, Removes, Unknown, Writes
from dockerslim_rewrite.analysis.files import ImageFiles, unpacks
from dockerslim_rewrite.analysis.model import CopyFacts, Evidence, Step
from dockerslim_rewrite.analysis.paths import below, is_glob, upwards
from dockerslim_rewrite.analysis.removals import Writers, is_copied_after
from dockerslim_rewrite.analysis.start import Start
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.model import RANK_ASSETS, RANK_CODE, Artifact, Findings, Project
from dockerslim_rewrite.planning.libraries import filled_by, holds_libraries, install_prefix
from dockerslim_rewrite.planning.scratch import Scratch

RANK_SYSTEM = 10  # written by commands, remote or of another image: whether a path is a file is not always known


class Wanted(Struct, frozen=True):
    """An artifact with its code and evidence."""

    artifact: Artifact
    code: str
    summary: str
    evidence: tuple[Evidence, ...]


class Link(Struct, frozen=True):
    """A symbolic link that the runtime repeats, since COPY would follow it. It takes the place of a file only with
    `replaces`: without, the author's own command failed where one was (`ln -s ... || true`)."""

    path: str
    target: str
    evidence: Evidence
    replaces: bool = False


class SystemLayer(Struct, frozen=True):
    """What the steps outside the languages' roots leave behind. `problems` could not be carried."""

    wanted: tuple[Wanted, ...]
    links: tuple[Link, ...]
    problems: tuple[tuple[int, str], ...]


def language_artifacts(findings: Iterable[Findings]) -> list[Wanted]:
    """Return the artifacts that languages name."""
    return [
        Wanted(suggestion.effect, suggestion.code, suggestion.summary, suggestion.evidence)
        for finding in findings
        for suggestion in finding.suggestions
        if isinstance(suggestion.effect, Artifact)
    ]


def script_artifacts(flows: Iterable[Start | None], wanted: Iterable[Wanted]) -> Iterator[Wanted]:
    """Yield the start and check scripts that no artifact covers yet."""
    have = tuple(item.artifact for item in wanted)
    for code, flow in zip(("D02", "D03"), flows, strict=True):
        if flow is None:
            continue
        what = "the start command runs it" if code == "D02" else "the health check runs it"
        for path in flow.scripts:
            if any(item.path == path or (item.is_dir and below(path, (item.path,))) for item in have):
                continue
            evidence = flow.shell or flow.processes[0].evidence  # of a script there is one or the other
            yield Wanted(Artifact(path, False, RANK_CODE, what), code, f"{path}: {what}", (evidence,))


def system_layer(
    project: Project,
    roots: tuple[str, ...],
    covered: Writers,
    programs: frozenset[str] | None,
    *,
    links_libraries: bool = False,
    app_at_root: bool = False,
) -> SystemLayer:
    """Collect what COPY, ADD and RUN put outside the languages' roots; `app_at_root` when `/` is one of them.

    `programs`: the names started at run time when all are known, else None; a program file that nothing starts is
    then left behind. `links_libraries`: what runs may load shared libraries.
    """
    collector = _Collector(project, roots, programs, links_libraries)
    collector.copies(project.files, app_at_root=app_at_root)
    for command in project.effects:
        if (command.step, command.command) not in covered:
            collector.command(command)
    return collector.result()


class _Collector:
    def __init__(self, project: Project, roots: tuple[str, ...], programs: frozenset[str] | None, links: bool) -> None:
        self._facts = project.facts
        self._effects = project.effects
        # a file that gets an owner is made for somebody: `touch /run/nginx.pid && chown www-data /run/nginx.pid`
        attributes = (effect for item in project.effects for effect in item.effects if isinstance(effect, Attributes))
        self._owned = frozenset(path for effect in attributes for path in effect.paths)
        self._scratch = Scratch(project.facts, project.processes, roots)
        left = (*system_paths("scratch"), *system_paths("secrets"), *roots)
        self._left = frozenset(path.rstrip("/") or "/" for path in left)
        self._programs = programs
        self._links_libraries = links
        self._wanted: dict[str, Wanted] = {}
        self._links: dict[str, Link] = {}
        self._problems: list[tuple[int, str]] = []

    def result(self) -> SystemLayer:
        wanted = tuple(
            item
            for path, item in self._wanted.items()
            if not any(
                other != path and other in self._wanted and self._wanted[other].artifact.is_dir
                for other in upwards(path)
            )
        )
        return SystemLayer(wanted, tuple(self._links.values()), tuple(self._problems))

    def copies(self, files: ImageFiles, *, app_at_root: bool) -> None:
        for tree in files.trees:
            if tree.image_path == "/" and app_at_root:
                continue  # the language has decided about its entries
            step = self._facts.steps[tree.step]
            what = f"copied by line {step.instruction.line}"
            for path, is_dir in files.spread(tree, (*system_paths("shared"), *system_paths("volatile"))):
                self._copied(path, is_dir, what, step)
        for step in self._facts.steps:
            if step.copy is None:
                continue
            if any(unpacks(step, source) for source in step.copy.sources):
                self._unpacked(step, step.copy.dest)
                continue
            unseen = step.copy.from_ is None and any(map(files.is_unseen, step.copy.sources))
            self._brought(step, step.copy, unseen=unseen)

    def _copied(self, path: str, is_dir: bool, what: str, step: Step) -> None:
        add = self._add if self._scratch.keeps_copy(path, step.index) else self._want
        add(path, is_dir, "D10", what, step.instruction.line, step.instruction.value, RANK_ASSETS)

    def _unpacked(self, step: Step, dest: str) -> None:
        """ADD of an archive fills a directory with files whose names are not known."""
        line, text = step.instruction.line, step.instruction.value
        if dest in system_paths("shared") and not self._is_left(dest):
            self._problems.append((line, f"ADD {_short(text)}: what the archive puts into {dest} is not known"))
        else:
            self._copied(dest, True, f"line {line}", step)

    def _brought(self, step: Step, copy: CopyFacts, *, unseen: bool) -> None:
        """What comes from another stage, a URL or a heredoc, or is not in the context yet, is kept, in a language's
        root too: no file of the context tells what it is for."""
        remote = unseen or copy.from_ is not None or any("://" in source for source in copy.sources)
        if not remote and not copy.inline:
            return
        if not copy.dest_is_dir:
            self._keep(copy.dest, False, step)
            return
        for name in copy.inline:
            self._keep(posixpath.join(copy.dest, name), False, step)
        if remote and copy.dest not in (*system_paths("shared"), *system_paths("volatile")):
            self._keep(copy.dest, True, step)
            return
        for source in copy.sources if remote else ():
            name = posixpath.basename(source)
            is_file = copy.dest in system_paths("programs") or bool(posixpath.splitext(name)[1])
            if name and is_file and not is_glob(name):
                self._keep(posixpath.join(copy.dest, name), False, step)
            elif copy.dest in system_paths("shared"):
                message = f"COPY {_short(step.instruction.value)}: what it puts into {copy.dest} is not known"
                self._problems.append((step.instruction.line, message))

    def _keep(self, path: str, is_dir: bool, step: Step) -> None:
        left = below(path, system_paths("scratch")) or below(path, system_paths("secrets"))
        if (not left and not self._unused_program(path)) or self._scratch.keeps_copy(path, step.index):
            line, text = step.instruction.line, step.instruction.value
            self._add(path, is_dir, "D10", f"brought by line {line}", line, text, RANK_SYSTEM)

    def command(self, command: CommandEffect) -> None:
        for effect in command.effects:
            if isinstance(effect, Unknown):
                self._problems.append((command.line, f"`{_short(command.text)}`: {effect.reason}"))
            elif isinstance(effect, Removes):
                for path in effect.paths:
                    self._links.pop(path, None)
                    if not is_copied_after(command.step, path, self._facts):
                        self._wanted.pop(path, None)
            elif isinstance(effect, Writes):
                for path in effect.paths:
                    self._write(path, effect, command)
            elif isinstance(effect, Builds) and effect.installs:
                self._installed(install_prefix(command, self._effects), command)

    def _write(self, path: str, effect: Writes, command: CommandEffect) -> None:
        what = f"line {command.line} writes it"
        is_dir, made = effect.what == "dir", f"line {command.line} makes it"
        is_owned = effect.what == "file" and path in self._owned
        if (is_dir and self._scratch.keeps_directory(path)) or (is_owned and self._scratch.keeps_file(path)):
            self._add(path, is_dir, "D07", made, command.line, _short(command.text), RANK_SYSTEM)
        if self._scratch.is_named(path, by_variables=effect.what != "dir") and effect.what != "link":
            self._add(path, effect.what != "file", "D09", what, command.line, _short(command.text), RANK_SYSTEM)
        if self._is_left(path):
            return
        if effect.what == "link":
            if not self._unused_program(path):
                evidence = Evidence("Dockerfile", command.line, _short(command.text))
                self._links[path] = Link(path, effect.target, evidence, effect.replaces)
            return
        if effect.what == "tree" and path in system_paths("shared"):
            if self._programs is None or holds_libraries(path):
                self._installed(path, command)
            return
        # what is moved to a directory of programs is one
        is_file = effect.what == "file" or posixpath.dirname(path) in system_paths("programs")
        self._want(path, not is_file, "D09", what, command.line, _short(command.text), RANK_SYSTEM)

    def _installed(self, path: str | None, command: CommandEffect) -> None:
        """Carry what fills a directory beside the base's own files: libraries, their data, and programs."""
        if self._programs is not None and not self._links_libraries:
            return
        text = _short(command.text)
        places = filled_by(path, programs=self._programs is None) if path is not None else ()
        if not places:
            message = f"what it puts into {path or 'its prefix'}, beside the base's own files, is not known"
            self._problems.append((command.line, f"`{text}`: {message}"))
        for place in places:
            if not self._is_left(place):
                what = f"line {command.line} installs into it"
                self._add(place, True, "D09", what, command.line, text, RANK_SYSTEM)

    def _is_left(self, path: str) -> bool:
        return not self._left.isdisjoint(upwards(path))

    def _unused_program(self, path: str) -> bool:
        in_path = posixpath.dirname(path) in system_paths("programs")
        return in_path and self._programs is not None and posixpath.basename(path) not in self._programs

    def _want(
        self, path: str, is_dir: bool, code: str, what: str, line: int, text: str, rank: int = RANK_ASSETS
    ) -> None:
        if self._is_left(path) or path == "/" or self._unused_program(path):
            return
        if is_dir and path in system_paths("shared"):
            return
        self._add(path, is_dir, code, what, line, text, rank)

    def _add(self, path: str, is_dir: bool, code: str, what: str, line: int, text: str, rank: int) -> None:
        evidence = Evidence("Dockerfile", line, _short(text))
        self._wanted[path] = Wanted(Artifact(path, is_dir, rank, what), code, f"{path}: {what}", (evidence,))


def _short(text: str) -> str:
    return text if len(text) <= 100 else text[:97] + "..."
