"""Python's answer to the planner."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import InstallsPackages
from dockerslim_rewrite.analysis.model import Confidence, Evidence
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.knowledge import python_packages
from dockerslim_rewrite.knowledge.packages import os_package
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.model import (
    RANK_ASSETS,
    RANK_DEPENDENCIES,
    AppendInstruction,
    Artifact,
    Detection,
    Findings,
    NeedInterpreter,
    NeedLibrary,
    NeedProgram,
    NeedShell,
    Note,
    Obstacle,
    Project,
    SetEnv,
    Suggestion,
    libc_of,
)
from dockerslim_rewrite.languages.python.bases import runtime_options
from dockerslim_rewrite.languages.python.build import SYSTEM, BuildFacts, read_build
from dockerslim_rewrite.languages.python.caches import left_caches
from dockerslim_rewrite.languages.python.commands import is_python, read_command
from dockerslim_rewrite.languages.python.environment import Environment, choose_environment
from dockerslim_rewrite.languages.python.launch import Launch, read_launch
from dockerslim_rewrite.languages.python.layout import app_roots, download_paths, kept_in_any_case, root_artifacts
from dockerslim_rewrite.languages.python.managed import managed_pythons
from dockerslim_rewrite.languages.python.obstacles import find_obstacles
from dockerslim_rewrite.languages.python.sources import SourceFacts, finds_libraries, output_directories, read_sources
from dockerslim_rewrite.languages.services import service_needs


class Study(Struct, frozen=True):
    """Everything that is read about a Python stage, gathered once."""

    project: Project
    build: BuildFacts
    launch: Launch
    environment: Environment
    sources: SourceFacts
    roots: tuple[str, ...]

    @property
    def start(self) -> Evidence:
        """Return the start command, or FROM when there is none."""
        main = self.project.start.main
        if main is not None:
            return main.evidence
        return Evidence("Dockerfile", self.project.facts.stage.from_.line, f"FROM {self.project.facts.base_text}")


class PythonLanguage:
    """Python: applications on an image that has it."""

    name = "python"

    def detect(self, project: Project) -> Detection | None:
        """Recognise a python base image, or an install with one of Python's package managers."""
        base = project.facts.base
        main = project.start.main
        starts = main is not None and main.argv[0] is not None and is_python(main.argv[0])
        if base is not None and base.family == "python":
            evidence = Evidence("Dockerfile", project.facts.stage.from_.line, f"FROM {project.facts.base_text}")
            return Detection(self.name, (evidence,), True)
        installs = [
            Evidence("Dockerfile", step.instruction.line, f"{command.name} installs")
            for step in project.facts.steps
            for command in step.simple
            if (found := read_command(command.argv)) is not None and found.kind == "install"
        ]
        return Detection(self.name, tuple(installs[:1]), starts) if installs else None

    def infer(self, project: Project) -> Findings:
        """Return everything that is known about the stage's Python side."""
        build = read_build(project)
        base = project.facts.base
        if base is None or base.family != "python":
            return Findings(obstacles=tuple(_foreign(build)), covered_commands=build.covered)
        facts = _study(project, build)
        suggestions = (
            *_environment(facts),
            *_sites(facts),
            *managed_pythons(project, build.uv),
            *_application(facts),
            *_downloads(facts),
            *_programs(facts),
            *_base_needs(facts),
            *_library_needs(facts),
            *_program_needs(facts),
        )
        return Findings(
            suggestions=tuple(suggestions),
            obstacles=find_obstacles(project, build, facts.launch, facts.roots),
            options=runtime_options(project),
            notes=tuple(_notes(facts)),
            covered_commands=build.covered,
            dropped=tuple(left_caches(project, build, project.effects, facts.environment)),
            roots=(*facts.roots, facts.environment.path) if facts.environment.path else facts.roots,
            finds_libraries=base.distro == "alpine" and finds_libraries(project),
        )


def _foreign(build: BuildFacts) -> Iterator[Obstacle]:
    """Distributions beside another language's program: nothing says which of them it starts."""
    for install in build.installs[:1]:
        message = f"Python packages are installed in another language's image ({install.evidence.text})"
        yield Obstacle("D19", install.evidence.line, message, "install them in an image of their own")


def _study(project: Project, build: BuildFacts) -> Study:
    launch = read_launch(project)
    used = frozenset(posixpath.basename(name) for name in (*launch.programs, *launch.modules))
    environment = choose_environment(project, build, project.effects, used)
    return Study(project, build, launch, environment, read_sources(project), app_roots(project, build))


def _environment(facts: Study) -> Iterator[Suggestion]:
    environment, path = facts.environment, facts.environment.path
    installs = [item for item in facts.build.installs if item.site == SYSTEM]
    evidence = tuple(item.evidence for item in installs[:3]) or (facts.start,)
    if environment.treatment == "environment":
        tools = {item.command.tool for item in installs}
        is_managed = any(python_packages.manager(tool) is not None for tool in tools)
        lines = [f"RUN {python_packages.environment_command()}", f"ENV PATH={path}/bin:$PATH"]
        lines += [f"ENV UV_PYTHON={path}/bin/python"] if "uv pip" in tools else []
        lines += [f"ENV VIRTUAL_ENV={path}"] if is_managed else []
        for line in lines:
            summary = f"the author's own commands install into a virtual environment, {path}"
            yield Suggestion("P01", summary, AppendInstruction(-1, line), evidence)
        artifact = Artifact(path, True, RANK_DEPENDENCIES, "the installed packages and their programs")
        yield Suggestion("P01", f"{path}: {artifact.needed_by}", artifact, evidence)
        summary = f"programs and packages of {path} are found first"
        yield Suggestion("P01", summary, SetEnv("PATH", f"{path}/bin:$PATH"), evidence, changes=("env:PATH",))
        if facts.launch.managers and is_managed:
            summary = f"{next(iter(facts.launch.managers))} finds the environment by this variable"
            yield Suggestion("P04", summary, SetEnv("VIRTUAL_ENV", path), evidence, changes=("env:VIRTUAL_ENV",))
    elif environment.treatment == "prefix":
        why = environment.why or facts.start
        artifact = Artifact(path, True, RANK_DEPENDENCIES, f"Python's prefix with all that is installed, since {why}")
        yield Suggestion("P01", f"{path}: {artifact.needed_by}", artifact, evidence, Confidence.LOW)


def _sites(facts: Study) -> Iterator[Suggestion]:
    """Environments of the author's own, packages of a user, targets."""
    places: dict[str, tuple[str, Evidence]] = {}
    for install in facts.build.installs:
        if install.site != SYSTEM:
            places.setdefault(install.site, ("the installed packages", install.evidence))
    for path, evidence in facts.build.environments.items():
        if not below(path, (*places, *facts.roots)):
            places[path] = ("a virtual environment", evidence)
    for path, (what, evidence) in places.items():
        artifact = Artifact(path, True, RANK_DEPENDENCIES, what)
        yield Suggestion("P04", f"{path}: {what}", artifact, (evidence,))


def _application(facts: Study) -> Iterator[Suggestion]:
    for artifact in root_artifacts(facts.project, facts.roots):
        yield Suggestion("P05", f"{artifact.path}: {artifact.needed_by}", artifact, (facts.start,))


def _downloads(facts: Study) -> Iterator[Suggestion]:
    """Models and data outside the application directory; the directory is made in case the download is elsewhere."""
    seen: set[str] = set()
    for path, step, evidence in _collected(facts):
        artifact = Artifact(path, True, RANK_ASSETS, "static files are collected there")
        yield from kept_in_any_case("P05", artifact, evidence, step)
    for artifact, run in download_paths(facts.project, facts.build.runs):
        if artifact.path in seen or below(artifact.path, facts.roots):
            continue
        seen.add(artifact.path)
        yield from kept_in_any_case("P07", artifact, run.evidence, run.step, Confidence.MEDIUM)


def _collected(facts: Study) -> Iterator[tuple[str, int, Evidence]]:
    """Yield where Django's collectstatic writes, and its last step, when settings say so and it is outside the
    application directory."""
    steps = [run.step for run in facts.build.runs if "collectstatic" in run.words]
    for path, evidence in output_directories(facts.project, "STATIC_ROOT") if steps else ():
        if not below(path, facts.roots) and path not in system_paths("shared"):
            yield path, steps[-1], evidence


def _programs(facts: Study) -> Iterator[Suggestion]:
    """Console scripts that the start command or the health check calls: they come with the packages."""
    own = [item.site for item in facts.build.installs if item.site != SYSTEM]
    path = own[-1] if own else facts.environment.path
    for name, evidence in facts.launch.programs.items():
        if path and "/" not in name and not _offered(facts, name):
            artifact = Artifact(f"{path}/bin/{name}", False, RANK_DEPENDENCIES, "the start command")
            yield Suggestion("P05", f"{name} comes with the installed packages", artifact, (evidence,))


def _offered(facts: Study, program: str) -> bool:
    """Tell whether the base or a package of the author brings a program."""
    base = facts.project.facts.base
    if base is not None and program in base.programs:
        return True
    for command in facts.project.effects:
        for effect in command.effects:
            if isinstance(effect, InstallsPackages):
                distro = "alpine" if effect.manager == "apk" else "debian"
                known = (os_package(name, distro) for name in effect.packages)
                if program in effect.packages or any(item is not None and program in item.provides for item in known):
                    return True
    return False


def _base_needs(facts: Study) -> Iterator[Suggestion]:
    base = facts.project.facts.base
    assert base is not None
    if base.major is not None:
        yield Suggestion(
            "P01",
            f"python {base.version or base.major} runs the program",
            NeedInterpreter("python", base.major),
            (facts.start,),
        )
    if facts.build.installs or facts.environment.path:
        evidence = tuple(item.evidence for item in facts.build.installs[:1]) or (facts.start,)
        need = libc_of(base, cxx=True)
        yield Suggestion("P02", "packages may hold compiled code", need, evidence)


def _distributions(facts: Study) -> dict[str, Evidence]:
    """Return the distributions that are asked for, or that the sources import."""
    found = {item.name: Evidence(item.file, item.line, f"asks for {item.name}") for item in facts.build.asked}
    for module, evidence in facts.sources.modules.items():
        name = python_packages.distribution_of(module)
        if name is not None:
            found.setdefault(name, evidence)
    return found


def _library_needs(facts: Study) -> Iterator[Suggestion]:
    """Libraries that the full image holds and its slim variant does not."""
    base = facts.project.facts.base
    if base is None or base.distro != "debian" or base.variant != "":
        return
    found = _distributions(facts)
    for name, package in python_packages.system_libraries(found, base.release):
        yield Suggestion(
            "P06" if name in ("opencv-python",) else "P02",
            f"{name} loads {package}",
            NeedLibrary(package),
            (found[name],),
        )
    minor = ".".join(base.version.split(".")[:2]) if "." in base.version else ""
    for item in facts.build.asked:
        for package in python_packages.sourced_libraries(item.name, item.version, minor, base.release):
            summary = f"{item.name} {item.version} has no wheel for this Python and is linked against {package}"
            yield Suggestion("P02", summary, NeedLibrary(package), (Evidence(item.file, item.line, item.name),))
    for module, evidence in facts.sources.modules.items():
        for package in python_packages.module_libraries(module):
            yield Suggestion("P06", f"{module} loads {package}", NeedLibrary(package), (evidence,))


def _program_needs(facts: Study) -> Iterator[Suggestion]:
    """Programs that are started at run time, as far as the original has them."""
    for name, evidence in _distributions(facts).items():
        for program in python_packages.started_programs(name):
            if _offered(facts, program):
                yield Suggestion("P06", f"{name} starts {program}", NeedProgram(program), (evidence,))
    for program, evidence in facts.sources.programs.items():
        if "/" not in program and _offered(facts, program) and not is_python(program):
            yield Suggestion("P06", f"the program starts {program}", NeedProgram(program), (evidence,))
    for evidence in facts.sources.shells[:1]:
        yield Suggestion("P06", "the program starts commands through a shell", NeedShell(), (evidence,))
    for service in facts.launch.services:
        yield from service_needs(service)
    for program, evidence in facts.launch.programs.items():
        if "/" not in program and _offered(facts, program):
            yield Suggestion("P05", f"the start command runs {program}", NeedProgram(program), (evidence,))


def _notes(facts: Study) -> Iterator[Note]:
    line = facts.project.facts.stage.from_.line
    if facts.environment.treatment == "prefix" and facts.environment.why is not None:
        message = f"{SYSTEM} is copied as a whole, some 50 MB more than a virtual environment: {facts.environment.why}"
        yield Note("P01", line, message)
    for install in facts.build.installs:
        if not install.complete:
            message = f"what is installed is not fully known; libraries for it may be missing: {install.evidence.text}"
            yield Note("P02", install.evidence.line, message)
    for evidence in facts.launch.reloads[:1]:
        message = f"a development server starts ({evidence.text}); it is kept as it is"
        yield Note("P05", evidence.line if evidence.file == "Dockerfile" else line, message)
    for evidence in facts.sources.unknown[:1]:
        yield Note("P06", line, f"a program is started whose name is not static: {evidence}")
    if facts.sources.unread:
        files = facts.sources.unread
        message = f"{len(files)} files are not in a grammar that is known ({files[0]}): kept on doubt"
        yield Note("P06", line, message)
