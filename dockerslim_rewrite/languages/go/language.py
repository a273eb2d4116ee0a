"""Go's answer to the planner."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import Confidence, Evidence
from dockerslim_rewrite.analysis.replay import DEFAULT_PATH
from dockerslim_rewrite.analysis.start import SHELLS, Process
from dockerslim_rewrite.knowledge.go_modules import go_commands, implicit_files
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.knowledge.tools import development_command
from dockerslim_rewrite.languages.go.assets import AssetFinder, driver_doubts
from dockerslim_rewrite.languages.go.bases import runtime_options
from dockerslim_rewrite.languages.go.binary import Binary, binaries_of_scripts, binaries_of_service, find_binary
from dockerslim_rewrite.languages.go.builds import Build, BuildReader
from dockerslim_rewrite.languages.go.gorun import GoRun, is_go_run, replace_go_run
from dockerslim_rewrite.languages.go.linking import Linker
from dockerslim_rewrite.languages.go.named import foreign_programs, named_paths
from dockerslim_rewrite.languages.go.needs import runtime_needs
from dockerslim_rewrite.languages.go.outputs import Output, Outputs
from dockerslim_rewrite.languages.go.private import access_notes
from dockerslim_rewrite.languages.go.program import Program
from dockerslim_rewrite.languages.go.roots import source_roots
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.go.uses import Uses, find_uses
from dockerslim_rewrite.languages.go.values import Surroundings
from dockerslim_rewrite.languages.model import (
    RANK_OUTPUT,
    Artifact,
    Detection,
    Dropped,
    Findings,
    NeedShell,
    Note,
    Obstacle,
    Project,
    SetEnv,
    Suggestion,
)
from dockerslim_rewrite.languages.obstacles import shown_line
from dockerslim_rewrite.languages.services import service_needs
from dockerslim_rewrite.languages.startline import replace_program

TOOLCHAIN = "the Go toolchain, its caches and the sources"


class GoLanguage:
    """Go programs built on the official golang images."""

    name = "go"

    def detect(self, project: Project) -> Detection | None:
        """Recognise a golang base image."""
        base = project.facts.base
        if base is not None and base.family == "golang":
            evidence = Evidence("Dockerfile", project.facts.stage.from_.line, f"FROM {project.facts.base_text}")
            return Detection(self.name, (evidence,), owns_start=True)
        for step in project.facts.steps:
            for command in step.simple:
                if command.name == "go" and command.argv[1:2] in (("build",), ("install",)):
                    evidence = Evidence("Dockerfile", step.instruction.line, f"go {command.argv[1]} runs")
                    return Detection(self.name, (evidence,), owns_start=False)
        return None

    def infer(self, project: Project) -> Findings:
        """Return everything that is known about the stage's Go side."""
        base = project.facts.base
        if base is None or base.family != "golang":
            return _Inference(project).guest_findings()
        return _Inference(project).findings()


class _Inference:
    """One inference, gathered step by step."""

    def __init__(self, project: Project) -> None:
        base = project.facts.base
        self.project = project
        self.tree = Tree(project)
        self.outputs = Outputs(self.tree, self._is_directory, base.version if base is not None else "")
        self.log = BuildReader(project, self.tree, self.outputs).read()
        self.linker = Linker(project, self.tree, self.log)
        self.suggestions: list[Suggestion] = []
        self.notes: list[Note] = []
        self.obstacles: list[Obstacle] = []
        self.binaries: list[Binary] = []
        self.go_run: GoRun | None = None

    def _is_directory(self, path: str) -> bool:
        return self.tree.is_dir(path) or self.project.files.is_directory(path)

    def findings(self) -> Findings:
        self._development()
        self._start()
        if self.obstacles:
            return Findings(obstacles=tuple(self.obstacles), covered_commands=self.log.covered)
        for binary in self.binaries:
            self._link(binary)
        roots = source_roots(self.project, self.tree, self.log, tuple(self.binaries))
        known = self._assets(roots)
        if self.obstacles:
            return Findings(obstacles=tuple(self.obstacles), covered_commands=self.log.covered)
        self.notes += access_notes(self.project)
        if self.project.improvements:
            self._improve()
        return Findings(
            suggestions=tuple(dict.fromkeys(self.suggestions)),
            options=runtime_options(self.project),
            notes=tuple(dict.fromkeys(self.notes)),
            covered_commands=self.log.covered,
            dropped=(Dropped(TOOLCHAIN),),
            roots=tuple(root for root in roots if root != "/"),
            programs_known=known,
        )

    def _improve(self) -> None:
        from dockerslim_rewrite.languages.go.optimize import Stage, improve_builder

        state = Stage(self.project, self.tree, self.log, self.linker, tuple(self.binaries), tuple(self.suggestions))
        self.suggestions += improve_builder(state)

    def guest_findings(self) -> Findings:
        """Return what Go builds in an image that belongs to another language: programs on PATH are carried (D19)."""
        for build in self.log.builds:
            for output in build.outputs:
                if output.path is None or posixpath.dirname(output.path) not in system_paths("programs"):
                    continue
                artifact = Artifact(output.path, False, RANK_OUTPUT, "a program built with Go")
                what = f"{output.path}: a program built with Go"
                self.suggestions.append(Suggestion("D19", what, artifact, (build.evidence,)))
                found = self.linker.suggestions(build, output)
                self.suggestions.extend(item for item in found if isinstance(item, Suggestion))
        return Findings(tuple(self.suggestions), covered_commands=self.log.covered, programs_known=True)

    def _line(self, evidence: Evidence) -> int:
        return shown_line(self.project, evidence)

    def _development(self) -> None:
        for process in self.project.start.processes:
            use = development_command(process.argv)
            binary = find_binary(process, self.project, self.log, self.tree)
            own = binary is not None and binary.output is not None and binary.output.package is not None
            if use is not None and not own:  # a program of one's own may be called gin, air or parcel
                message = f"the container starts {use.name}: {use.reason}"
                hint = "start the built binary, or keep this file for development"
                self.obstacles.append(Obstacle(use.code, self._line(process.evidence), message, hint))

    def _start(self) -> None:
        main = self.project.start.main
        if self.obstacles:
            return
        if main is None:
            line = self.project.facts.stage.from_.line
            self.obstacles.append(Obstacle("G09", line, "nothing is started that could be traced", "name it in CMD"))
            return
        if is_go_run(main):
            self._replace_go_run(main)
            return
        if main.argv[:2] == ("go-wrapper", "run"):
            self._replace_go_wrapper(main)
            return
        for process in self.project.start.processes:
            binary = find_binary(process, self.project, self.log, self.tree)
            if binary is not None and (binary.build is not None or process is main):
                self._binary(binary)
            elif process is main:
                found = list(binaries_of_scripts(process, self.project, self.log, self.tree))
                for binary in found:
                    self._binary(binary)
                if not found:
                    self._untraced(process)
        self._services()
        if any(binary.build is None for binary in self.binaries):
            self._carry_all(main)

    def _carry_all(self, main: Process) -> None:
        """Nothing tells what an unknown program starts: it may be anything that was built here."""
        for build in self.log.builds:
            unnamed = any(output.path is None for output in build.outputs)
            if unnamed or (not build.outputs and None in build.command.operands):
                message = f"what {main.argv[0]} starts is not known, and may be what `{build.evidence.text}` builds"
                hint = "start the binary by its path, or build it with `go build -o`"
                self.obstacles.append(Obstacle("G09", self._line(main.evidence), message, hint))
            for output in build.outputs:
                if output.path is not None and not self._is_carried(output.path):
                    self._binary(Binary(output.path, replace(main, argv=(output.path,)), build, output))

    def _is_carried(self, path: str) -> bool:
        return any(binary.path == path for binary in self.binaries)

    def _services(self) -> None:
        """Carry the binaries that compose services run, too."""
        for service in self.project.services:
            binaries = binaries_of_service(service, self.project, self.log, self.tree)
            for binary in binaries:
                if not self._is_carried(binary.path):
                    self._binary(binary, "a compose service runs it")
            if binaries:
                self.suggestions.extend(service_needs(service))

    def _replace_go_run(self, main: Process) -> None:
        answer = replace_go_run(main, self.project, self.tree, self.outputs)
        if isinstance(answer, Obstacle):
            self.obstacles.append(answer)
            return
        self.go_run = answer
        self._binary(Binary(answer.path, main, answer.build, answer.build.outputs[0]))

    def _replace_go_wrapper(self, main: Process) -> None:
        """`go-wrapper run` starts what `go-wrapper install` (or go install) made of the same directory (G15)."""
        made = [build for build in self.log.builds if build.command.cwd == main.cwd or build.step < 0]
        outputs = [(build, output) for build in made for output in build.outputs if output.path]
        start = replace_program(self.project.facts, main, 2, outputs[-1][1].path or "") if outputs else None
        if start is None:
            self._untraced(main)
            return
        build, output = outputs[-1]
        self._binary(Binary(output.path or "", main, build, output))
        what = "go-wrapper starts this binary: it is started itself"
        evidence = (main.evidence, build.evidence)
        self.suggestions.append(Suggestion("G15", what, start, evidence, changes=start.changes))

    def _untraced(self, process: Process) -> None:
        if process.evidence in self.project.start.unknown:
            return  # a shell with a text or script that cannot be read: the planner says so (D02)
        message = f"nothing in this file is known to build {process.argv[0] or ''}"
        hint = "start the binary by its path, or build it with `go build -o`"
        self.obstacles.append(Obstacle("G09", self._line(process.evidence), message, hint))

    def _binary(self, binary: Binary, why: str = "the start command runs it") -> None:
        """Carry a started binary at its own path, and put its directory on PATH where only the old base had it."""
        self.binaries.append(binary)
        artifact = Artifact(binary.path, False, RANK_OUTPUT, why)
        code = "G07" if binary.build is not None else "G09"
        self.suggestions.append(Suggestion(code, f"{binary.path}: {why}", artifact, binary.evidence))
        name = binary.process.argv[0] or ""
        if "/" in name or self.go_run is not None or posixpath.basename(binary.path) != name:
            return
        directory = posixpath.dirname(binary.path)
        if directory not in DEFAULT_PATH.split(":") and directory not in self._own_path():
            what = f"{directory} is put on PATH, where the start command finds {binary.process.argv[0]}"
            effect = SetEnv("PATH", f"{directory}:$PATH")
            self.suggestions.append(Suggestion("G07", what, effect, binary.evidence, changes=("env:PATH",)))

    def _own_path(self) -> set[str]:
        """Return the directories that the author's own ENV put on PATH."""
        base = self.project.facts.base
        inherited = set((base.env.get("PATH", "") if base is not None else "").split(":"))
        changed = any(
            step.instruction.keyword == "ENV" and "PATH" in step.instruction.value for step in self.project.facts.steps
        )
        return set(self.project.facts.contract.env.get("PATH", "").split(":")) - inherited if changed else set()

    def _link(self, binary: Binary) -> None:
        if binary.build is None or binary.output is None:
            self.suggestions.extend(self.linker.unknown_libc(binary.evidence))
            if not self.tree.is_file(binary.path):
                what = f"{binary.path} may be a script: nothing that is known made it"
                self.suggestions.append(Suggestion("G09", what, NeedShell(), binary.evidence, Confidence.LOW))
            return
        if self.go_run is not None:
            self._link_go_run(binary.build, binary.output)
            return
        for item in self.linker.suggestions(binary.build, binary.output):
            if isinstance(item, Note):
                self.notes.append(item)
            else:
                self.suggestions.append(item)

    def _link_go_run(self, build: Build, output: Output) -> None:
        """The new build is ours: cgo is switched off where it is not needed."""
        assert self.go_run is not None
        text = self.go_run.instruction.text
        found = list(self.linker.suggestions(build, output))
        pure = self.linker.cgo(build, output).value.answer == "not_needed" and build.command.cgo_setting is None
        if pure:
            found = []
            text = text.replace("go build ", "CGO_ENABLED=0 go build ", 1)
        self.notes.extend(item for item in found if isinstance(item, Note))
        self.suggestions.extend(item for item in found if isinstance(item, Suggestion))
        instruction = type(self.go_run.instruction)(self.go_run.instruction.after, f"RUN {text}")
        what = "what `go run` compiles at each start is built once in the builder"
        evidence = (build.evidence,)
        self.suggestions.append(Suggestion("G08", what, instruction, evidence))
        start = self.go_run.start
        started = "the binary is started in place of `go run`"
        self.suggestions.append(Suggestion("G08", started, start, evidence, changes=start.changes))

    def _assets(self, roots: tuple[str, ...]) -> bool:
        """Find what the binaries read and start; True when every program that they start is known."""
        main = self.project.start.main
        cwd = main.cwd if main is not None else self.project.facts.contract.workdir
        finder = AssetFinder(self.project, self.tree, self.log, roots, cwd)
        uses: Uses | None = Uses()
        doubts: list[Evidence] = driver_doubts(self.log)
        for binary in self.binaries:  # grows while own binaries that others start are found
            found = self._uses(binary, finder)
            self._started(found, binary)
            if found is None or uses is None:
                uses = None
                continue
            uses.add(found)
            doubts += self._implicit(binary, uses, cwd)
        doubts += foreign_programs(self.project, self.binaries)
        assets = finder.choose(uses, doubts, named_paths(self.project, self.tree, cwd))
        self.suggestions += assets.suggestions
        self.notes += assets.notes
        self.suggestions += runtime_needs(self.project, self.tree, self.linker, tuple(self.binaries), uses)
        open_text = any(process.argv[0] in SHELLS and None in process.argv for process in self.project.start.processes)
        return uses is not None and not uses.program_doubts and not open_text

    def _started(self, found: Uses | None, starter: Binary) -> None:
        """Carry the program's own binaries that it starts (G14)."""
        for name, evidence in found.programs if found is not None else ():
            if name in go_commands():
                message = f"the program starts the Go toolchain itself ({evidence})"
                hint = "keep this file: the image needs Go when it runs"
                self.obstacles.append(Obstacle("G11", self._line(starter.process.evidence), message, hint))
            process = Process((name,), starter.process.cwd, starter.process.env, False, evidence, starter.process.step)
            binary = find_binary(process, self.project, self.log, self.tree)
            if binary is None or binary.build is None or any(binary.path == known.path for known in self.binaries):
                continue
            self._binary(binary)
            self._link(binary)

    def _uses(self, binary: Binary, finder: AssetFinder) -> Uses | None:
        """Read the sources of a binary; None when they are not at hand."""
        if binary.build is None or binary.output is None:
            return None
        closure = self.linker.closure(binary.build, binary.output)
        if not any(package.files for package in closure.own()):
            return None
        env = {**self.project.facts.contract.env, **dict(binary.process.env)}
        around = Surroundings(binary.process.cwd, binary.path, env, binary.process.argv[1:])
        return find_uses(Program(closure), around, finder.is_known)

    def _implicit(self, binary: Binary, uses: Uses, cwd: str) -> Iterator[Evidence]:
        """Add what frameworks read from the working directory without being told."""
        assert binary.build is not None
        assert binary.output is not None
        for path, evidence in self.linker.closure(binary.build, binary.output).external.items():
            for name in implicit_files(path):
                if name == "*":
                    yield evidence
                else:
                    uses.files.append((posixpath.join(cwd, name), evidence))
