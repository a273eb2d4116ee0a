"""What the runtime stage must offer, collected from the start command, the languages and the system layer."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import ChangesSources, CommandEffect, InstallsPackages, RemovesPackages, Writes
from dockerslim_rewrite.analysis.model import Evidence, StageFacts
from dockerslim_rewrite.analysis.start import Start
from dockerslim_rewrite.knowledge.packages import (
    finding_package,
    is_for_embedding,
    is_served_elsewhere,
    os_package,
    runtime_packages,
)
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.model import (
    Artifact,
    Findings,
    Need,
    NeedFeature,
    NeedInterpreter,
    NeedLibc,
    NeedLibrary,
    NeedProgram,
    NeedShell,
    Note,
    Project,
    libc_of,
)
from dockerslim_rewrite.patterns import pattern

# /usr/lib/libgdal.so, /usr/lib/x86_64-linux-gnu/libgeos_c.so: the name without "lib" and a suffix of one letter
_LINK = pattern(r"(?:/usr)?/lib/(?:[\w-]+/)?lib([a-z0-9]+)(?:_\w)?\.so(?![.\w])")


class Requirement(Struct, frozen=True):
    """A need with its hazard code, a sentence and the evidence."""

    need: Need
    code: str
    summary: str
    evidence: tuple[Evidence, ...]


class PackagePlan(Struct, frozen=True):
    """The author's OS packages sorted by who needs them. `unknown` holds commands with names that are not static;
    `absent` are dropped ones that the instruction which installs them also removes: the original never had them."""

    kept: tuple[Requirement, ...]
    dropped: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    unknown: tuple[CommandEffect, ...]
    recommends: bool
    absent: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the packages that the runtime keeps."""
        return frozenset(item.need.package for item in self.kept if isinstance(item.need, NeedLibrary))


def language_needs(findings: Iterable[Findings], artifacts: tuple[Artifact, ...]) -> Iterator[Requirement]:
    """Yield the needs that languages suggest, but for programs that an artifact brings along."""
    kinds = (NeedLibc, NeedShell, NeedProgram, NeedFeature, NeedLibrary, NeedInterpreter)
    for finding in findings:
        for suggestion in finding.suggestions:
            effect = suggestion.effect
            if isinstance(effect, NeedProgram) and _is_provided(effect.name, artifacts):
                continue
            if isinstance(effect, kinds):
                yield Requirement(effect, suggestion.code, suggestion.summary, suggestion.evidence)


def start_needs(start: Start, health: Start | None, artifacts: Iterable[Artifact]) -> Iterator[Requirement]:
    """Yield what the start command and the health check need from the base: a shell, interpreters, programs."""
    artifacts = tuple(artifacts)
    if start.shell is not None:
        code = "D02" if start.scripts else "D01"
        yield Requirement(NeedShell(), code, "the start command runs through a shell", (start.shell,))
    if health is not None and health.shell is not None:
        yield Requirement(NeedShell(), "D03", "the health check runs through a shell", (health.shell,))
    for code, flow in (("D02", start), ("D03", health)):
        if flow is None:
            continue
        where = next((process.evidence for process in flow.processes), flow.shell)
        for interpreter in flow.interpreters:
            if where is not None and not _is_provided(interpreter, artifacts):
                yield Requirement(NeedProgram(interpreter), code, f"{interpreter} runs a script", (where,))
        for process in flow.processes:
            program = process.argv[0]
            owned = process.main and flow is start
            if program is None or owned or _is_provided(program, artifacts, process.cwd):
                continue
            if "/" not in program or program.startswith(
                ("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/")
            ):
                what = (
                    "the health check" if code == "D03" else "the start script" if flow.scripts else "the start command"
                )
                yield Requirement(NeedProgram(program), code, f"{what} calls {program}", (process.evidence,))


def _is_provided(program: str, artifacts: tuple[Artifact, ...], cwd: str = "/") -> bool:
    """Tell whether an artifact brings a program along."""
    if "/" in program:
        path = posixpath.normpath(posixpath.join(cwd, program))
        return any(_covers(artifact, path) for artifact in artifacts)
    return any(
        program in artifact.programs or (not artifact.is_dir and posixpath.basename(artifact.path) == program)
        for artifact in artifacts
    )


def _covers(artifact: Artifact, path: str) -> bool:
    return artifact.path == path or (artifact.is_dir and path.startswith(f"{artifact.path}/"))


def sort_packages(
    facts: StageFacts,
    effects: Iterable[CommandEffect],
    programs: frozenset[str],
    *,
    programs_known: bool,
    unstarted: frozenset[str],
    links_libraries: bool,
    finds_libraries: bool,
    code: str,
) -> PackagePlan:
    """Decide for each OS package of the author whether the runtime needs it.

    `programs` are the names that something starts at run time; with `programs_known` no others are started.
    `unstarted` are only started by a build, whether all others are known or not.
    `links_libraries`: compiled artifacts may link the shared libraries of -dev packages.
    """
    ledger = _read_ledger(facts, effects)
    sorter = _Sorter(facts, programs, programs_known, unstarted, links_libraries, code)
    sorter.dropped.extend(ledger.removed)
    for name, (command, effect) in ledger.installed.items():
        if finds_libraries:
            sorter.keep_findable(name, command)
        sorter.sort(name, command, effect)
    kept = sorter.kept_names
    doubtful = {name for name in ledger.foreign & kept if name in sorter.unlisted or is_served_elsewhere(name)}
    unknown = [*ledger.unknown, *(ledger.installed[name][0] for name in sorted(doubtful))]
    recommends = any(effect.recommends for name, (_, effect) in ledger.installed.items() if name in kept)
    return PackagePlan(
        tuple(sorter.kept),
        tuple(sorter.dropped),
        tuple(sorter.notes),
        tuple(unknown),
        recommends,
        frozenset(ledger.absent),
    )


class _Ledger(Struct):
    """What stays installed. `foreign` names were installed after the package sources had been changed."""

    installed: dict[str, tuple[CommandEffect, InstallsPackages]] = {}
    removed: list[tuple[str, str]] = []
    absent: set[str] = set()
    foreign: set[str] = set()
    unknown: list[CommandEffect] = []


def _read_ledger(facts: StageFacts, effects: Iterable[CommandEffect]) -> _Ledger:
    ledger = _Ledger()
    copied = [step.index for step in facts.steps if step.copy is not None and _is_source(step.copy.dest)]
    sources_changed = False
    for command in effects:
        sources_changed |= any(index < command.step for index in copied)
        for effect in command.effects:
            if isinstance(effect, ChangesSources) or (
                isinstance(effect, Writes) and any(map(_is_source, effect.paths))
            ):
                sources_changed = True
            elif isinstance(effect, InstallsPackages):
                if not effect.complete:
                    ledger.unknown.append(command)
                ledger.installed.update(dict.fromkeys(effect.packages, (command, effect)))
                ledger.foreign.update(effect.packages if sources_changed else ())
            elif isinstance(effect, RemovesPackages):
                for name in [*ledger.installed]:
                    if name in effect.packages or ledger.installed[name][1].group in effect.packages:
                        ledger.removed.append((name, f"line {command.line} removes it again"))
                        if ledger.installed[name][0].step == command.step:
                            ledger.absent.add(name)
                        del ledger.installed[name]
    return ledger


def _is_source(path: str) -> bool:
    return any(path.startswith(f"{folder}/") for folder in system_paths("sources"))


def without_brought(requirements: Iterable[Requirement], artifacts: Iterable[Artifact]) -> list[Requirement]:
    """Leave out programs that a copied file is: `ADD https://.../dumb-init /usr/local/bin/dumb-init`."""
    files = {item.path for item in artifacts if not item.is_dir}
    brought = {posixpath.basename(path) for path in files if posixpath.dirname(path) in system_paths("programs")}
    return [
        item for item in requirements if not (isinstance(item.need, NeedProgram) and item.need.name in brought | files)
    ]


def brought_libc(
    project: Project, requirements: Iterable[Requirement], artifacts: Iterable[Artifact]
) -> Iterator[Requirement]:
    """Yield the builder's C library where a program is started that a copied file is: how it is linked is not known,
    but for scripts of the build context."""
    base = project.facts.base
    names = {item.need.name for item in requirements if isinstance(item.need, NeedProgram)}
    started = {name: process.evidence for process in project.processes if (name := process.argv[0])}
    names.update(started)
    for item in artifacts:
        name = posixpath.basename(item.path)
        in_path = posixpath.dirname(item.path) in system_paths("programs")
        is_started = item.path in names or (in_path and name in names)
        if item.is_dir or base is None or not is_started or _is_script(project, item.path):
            continue
        evidence = started.get(item.path) or started.get(name)
        line = evidence or Evidence("Dockerfile", project.facts.stage.from_.line, f"{item.path} is copied")
        summary = f"how {item.path} is linked is not known: the runtime keeps {base.libc}"
        yield Requirement(libc_of(base), "D10", summary, (line,))


def _is_script(project: Project, path: str) -> bool:
    source = project.files.to_context(path)
    return source is not None and (project.context.read_text(source) or "").startswith("#!")


def _compiles(effect: InstallsPackages, distro: str) -> bool:
    """Tell whether a command installs what only compiles, too."""
    found = (os_package(name, distro) for name in effect.packages)
    return any(known is not None and known.role == "build" for known in found)


class _Sorter:
    def __init__(
        self,
        facts: StageFacts,
        programs: frozenset[str],
        programs_known: bool,
        unstarted: frozenset[str],
        links_libraries: bool,
        code: str,
    ) -> None:
        self._release = facts.base.release if facts.base else ""
        self._env = facts.contract.env
        self._programs = programs
        self._programs_known = programs_known
        self._unstarted = unstarted
        self._links = links_libraries
        self._embeds = facts.base is None or facts.base.family not in ("node", "python")
        self._code = code
        self.kept: list[Requirement] = []
        self.kept_names: set[str] = set()
        self.dropped: list[tuple[str, str]] = []
        self.notes: list[Note] = []
        self.unlisted: set[str] = set()

    def sort(self, name: str, command: CommandEffect, effect: InstallsPackages) -> None:
        distro = "alpine" if effect.manager == "apk" else "debian"
        known = os_package(name, distro)
        if known is None or known.role == "unknown":
            self.unlisted.add(name)
            self._keep(name, command, f"{name} is not in the package table: kept on doubt")
            self.notes.append(Note(self._code, command.line, f"{name} is not in the package table: kept on doubt"))
        elif known.role == "runtime":
            self._keep(name, command, known.reason)
        elif known.role == "build" and (link := self._link_of(name)):
            self._keep(name, command, f"{link}, a link that {name} brings, is set in the environment")
        elif known.role == "build":
            libraries = runtime_packages(name, distro, self._release) if self._may_link(name) else ()
            for library in libraries:
                what = "what programs built with it load is not known: it stays"
                what = f"programs built with it load {library}" if library != name else what
                self._keep(library, command, f"{name} is for building; {what}")
            if name not in self.kept_names:
                self.dropped.append((name, known.reason))
        elif self._programs & set(known.provides):
            self._keep(
                name, command, f"{', '.join(sorted(self._programs & set(known.provides)))} is started at run time"
            )
        elif self._programs_known and known.provides:
            self.dropped.append((name, "nothing starts it at run time"))
        elif known.provides and self._unstarted.issuperset(known.provides) and _compiles(effect, distro):
            self.dropped.append((name, "it came with compilers, and nothing that is known to run starts it"))
        else:
            self._keep(name, command, f"{name} may be used at run time: kept on doubt")

    def keep_findable(self, name: str, command: CommandEffect) -> None:
        """Keep what musl needs to find a library by its name, when the application does."""
        found = finding_package(name)
        if found is not None:
            self._keep(found, command, "what runs looks for libraries by name, which takes the linker and their links")

    def _link_of(self, name: str) -> str:
        """Return the path in the environment (GDAL_LIBRARY_PATH) that names a library without its version: such a link
        is part of a package for building. "" when the package has no name like it."""
        found = (match for value in self._env.values() for match in _LINK.finditer(value))
        return next((match[0] for match in found if name.endswith("-dev") and match[1] in name), "")

    def _may_link(self, name: str) -> bool:
        """Tell whether what was built may need what a package's headers belong to."""
        return self._links and (self._embeds or not is_for_embedding(name))

    def _keep(self, name: str, command: CommandEffect, why: str) -> None:
        if name in self.kept_names:
            return
        self.kept_names.add(name)
        evidence = Evidence("Dockerfile", command.line, command.text[:120])
        self.kept.append(Requirement(NeedLibrary(name), self._code, why, (evidence,)))
