"""Which C library a binary needs, and whether the builder may link it statically."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerslim_rewrite.analysis.model import Confidence, Evidence, Inference
from dockerslim_rewrite.context.module_cache import ModuleCache
from dockerslim_rewrite.knowledge.go_modules import c_compilers
from dockerslim_rewrite.languages.go.builds import Build, BuildLog
from dockerslim_rewrite.languages.go.cgo import Cgo, decide_cgo
from dockerslim_rewrite.languages.go.constraints import Tags
from dockerslim_rewrite.languages.go.imports import Closure, Importer
from dockerslim_rewrite.languages.go.module import go_version
from dockerslim_rewrite.languages.go.outputs import Output, gopath
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.model import InsertText, Note, Project, Suggestion, libc_of

FIRST_WITHOUT_COMPILER_PURE = (1, 20)  # since then cgo is off where no C compiler is found (Go 1.20 release notes)


class Linker:
    """Answers for the builds of one stage. Closures are kept: several outputs may share a build."""

    def __init__(self, project: Project, tree: Tree, log: BuildLog) -> None:
        self._project = project
        self._tree = tree
        self._log = log
        self._closures: dict[tuple[int, Output], tuple[Closure, Importer]] = {}
        self._cache = ModuleCache.from_environment()

    def closure(self, build: Build, output: Output) -> Closure:
        """Return the packages of an output."""
        return self._study(build, output)[0]

    def _study(self, build: Build, output: Output) -> tuple[Closure, Importer]:
        key = (id(build), output)
        if key not in self._closures:
            module = self._tree.find_module(output.package) if output.package else None
            tags = Tags(
                os=build.command.env.get("GOOS") or "linux",
                arch=build.command.env.get("GOARCH") or None,
                extra=build.command.tags,
                minor=version[1] if (version := self._version()) else None,
            )
            importer = Importer(self._tree, module, tags, self._cache, gopath(build.command))
            directories = (output.package,) if output.package and not output.files else ()
            self._closures[key] = (importer.closure(directories, output.files), importer)
        return self._closures[key]

    def _version(self) -> tuple[int, int] | None:
        base = self._project.facts.base
        return go_version(base.version) if base is not None else None

    def cgo(self, build: Build, output: Output) -> Inference[Cgo]:
        """Decide whether an output needs cgo."""
        closure, importer = self._study(build, output)
        module = self._tree.find_module(output.package) if output.package else None
        known = self._tree.known and any(package.files for package in closure.own())
        decided = decide_cgo(closure, module, importer, sources_known=known)
        if build.command.uncertain and decided.value.answer == "not_needed":
            why = Evidence(
                build.evidence.file, build.evidence.line, f"{build.evidence.text}: flags that are not static"
            )
            return Inference(Cgo("unknown", cxx=True), (why,), Confidence.LOW)
        return decided

    def _has_compiler(self) -> bool:
        """Tell whether the builder can link C: its base has a compiler, or a package brings one."""
        base = self._project.facts.base
        if base is not None and base.programs & {"gcc", "cc", "clang"}:
            return True
        words = {word for step in self._project.facts.steps for command in step.simple for word in command.argv}
        return bool(words & c_compilers())

    def suggestions(self, build: Build, output: Output) -> Iterator[Suggestion | Note]:
        """Yield what the linkage of one binary asks for: a C library, or CGO_ENABLED=0 in front of its build."""
        setting = build.command.cgo_setting
        flags = f"{build.command.flag('ldflags') or ''} {build.evidence.text}"
        external = "linkmode" in flags and "external" in flags
        if setting is False or (external and "-static" in flags):
            return
        version = self._version()
        pure_without = version is None or version >= FIRST_WITHOUT_COMPILER_PURE
        if output.kind == "exe" and setting is None and not self._has_compiler() and pure_without:
            return
        cgo = self.cgo(build, output)
        if "-static" in flags and cgo.value.answer == "needed" and output.kind == "exe":
            return  # C of one's own is linked by the system's linker, which reads -extldflags
        tied = (
            external
            or output.kind != "exe"
            or build.command.on("race")
            or setting is True
            or cgo.value.answer != "not_needed"
        )
        if not tied and build.insert is not None and self._all_pure(build.insert):
            yield Suggestion(
                "G01",
                "cgo is not needed: CGO_ENABLED=0 makes the binary static",
                InsertText(build.step, build.insert, self._switch(build)),
                (build.evidence, *cgo.evidence[:3]),
            )
            return
        yield from self._libc(build, output, cgo)

    def _switch(self, build: Build) -> str:
        """Return the assignment as the place takes it: exec form has no shell, so `env` sets the variable."""
        step = self._project.facts.steps[build.step]
        found = (command for command in step.script.simple if command.words) if step.script is not None else ()
        first = next((command.words[0].text for command in found if command.span.start == build.insert), "")
        is_element = step.instruction.is_exec and first.startswith('"')
        return '"env", "CGO_ENABLED=0", ' if is_element else "CGO_ENABLED=0 "

    def _all_pure(self, insert: int) -> bool:
        """An assignment reaches every build behind the same command: none of them may need cgo."""
        together = [build for build in self._log.builds if build.insert == insert]
        if any(command.on("race") for command, place in self._log.commands if place == insert):
            return False
        return all(
            build.command.cgo_setting is None
            and not build.command.on("race")
            and all(self.cgo(build, output).value.answer == "not_needed" for output in build.outputs)
            for build in together
        )

    def _libc(self, build: Build, output: Output, cgo: Inference[Cgo]) -> Iterator[Suggestion | Note]:
        base = self._project.facts.base
        if base is None:
            return
        code = "G16" if output.kind != "exe" else "G02"
        answer = cgo.value.answer
        cxx = cgo.value.cxx and answer != "not_needed"
        what = f"{posixpath.basename(output.path or output.directory)} is linked with {base.libc}"
        if answer == "unknown":
            what += ": cgo may be needed"
            message = f"whether cgo is needed is not known, so the runtime keeps {base.libc}: {cgo.evidence[0]}"
            yield Note("G02", self._line(build), message)
        confidence = Confidence.LOW if answer == "unknown" else Confidence.HIGH
        evidence = cgo.evidence if answer != "not_needed" else (build.evidence,)
        yield Suggestion(code, what, libc_of(base, cxx=cxx), evidence, confidence)

    def _line(self, build: Build) -> int:
        steps = self._project.facts.steps
        return steps[build.step].instruction.line if build.step >= 0 else self._project.facts.stage.from_.line

    def unknown_libc(self, evidence: tuple[Evidence, ...]) -> Iterator[Suggestion]:
        """Yield the need of a binary that nothing which is known made: the builder's C library, C++ included."""
        base = self._project.facts.base
        if base is not None:
            need = libc_of(base, cxx=True)
            what = f"how the binary is linked is not known: the runtime keeps {base.libc}"
            yield Suggestion("G02", what, need, evidence, Confidence.LOW)
