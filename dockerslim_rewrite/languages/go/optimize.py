"""Edits of a Go builder that --optimize asks for: O01 modules first, O02 cache mounts, O03 smaller binaries."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from msgspec import Struct

from dockerslim_rewrite.analysis.files import CopiedTree
from dockerslim_rewrite.analysis.model import Evidence, Step
from dockerslim_rewrite.analysis.paths import upwards
from dockerslim_rewrite.knowledge.go_modules import go_commands
from dockerslim_rewrite.languages.caches import builds_as_root, home, is_carried, is_disturbed, mount_flags, mount_on
from dockerslim_rewrite.languages.go.binary import Binary
from dockerslim_rewrite.languages.go.builds import Build, BuildLog
from dockerslim_rewrite.languages.go.command import GoCommand, parse_go
from dockerslim_rewrite.languages.go.linking import Linker
from dockerslim_rewrite.languages.go.module import Module, go_version
from dockerslim_rewrite.languages.go.outputs import gopath
from dockerslim_rewrite.languages.go.stripping import strip_binaries
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.model import AppendInstruction, Project, Suggestion
from dockerslim_rewrite.shell.builtins import is_builtin
from dockerslim_rewrite.shell.model import SimpleCommand
from dockerslim_rewrite.shell.parse import unwrap

FIRST_MODULES = (1, 13)  # since then a go.mod is used wherever it is (Go 1.13 release notes)
_CACHE_WORDS = ("GOMODCACHE", "GOCACHE", "go clean", "GOPROXY=off")
_COPIED_FLAGS = frozenset({"chown", "chmod", "link"})
_KEPT_MOUNTS = ("--mount=type=secret", "--mount=type=ssh", "--mount=type=cache")
_HARMLESS = frozenset({"mkdir", "ls", "chmod"})
# what `go mod download` does not look at, though it starts with GO
_BUILD_ONLY = frozenset(
    {"GOOS", "GOARCH", "GOARM", "GOAMD64", "GOBIN", "GOGC", "GOMAXPROCS", "GOCACHE", "GOEXPERIMENT"}
)


class Stage(Struct, frozen=True):
    """What the edits are made for: the stage, what it builds, and what was decided so far."""

    project: Project
    tree: Tree
    log: BuildLog
    linker: Linker
    binaries: tuple[Binary, ...]
    decided: tuple[Suggestion, ...]

    @property
    def added(self) -> tuple[Build, ...]:
        """Return the builds that the rewrite itself adds (`go run` as the start command)."""
        own = {id(build) for build in self.log.builds}
        return tuple(item.build for item in self.binaries if item.build is not None and id(item.build) not in own)


def improve_builder(stage: Stage) -> Iterator[Suggestion]:
    """Yield the edits of the builder that are asked for and safe here."""
    if "O03" in stage.project.improvements:
        yield from strip_binaries(stage.project, stage.linker, stage.log.builds, stage.binaries)
    caches = _Caches(stage) if "O02" in stage.project.improvements else None
    mounted = caches.modules if caches is not None else ""
    if "O01" in stage.project.improvements:
        yield from _modules_first(stage, mounted)
    if caches is not None:
        yield from caches.suggestions()


def _modules_first(stage: Stage, mounted: str) -> Iterator[Suggestion]:
    """Download modules before the sources are copied: an edit of a source file does not repeat it."""
    done: set[str] = set()
    for build in (*stage.log.builds, *stage.added):
        cwd = build.command.cwd
        module = stage.tree.find_module(cwd) if cwd is not None else None
        if module is None or module.directory in done:
            continue
        done.add(module.directory)
        copied = _bringing_step(stage, module)
        if copied is None or not _is_remote(stage, module) or not _is_downloadable(stage, copied[0], build):
            continue
        step, source = copied
        evidence = (
            Evidence("Dockerfile", step.instruction.line, f"{step.instruction.keyword} {step.instruction.value}"),
            Evidence(posixpath.join(source, "go.mod"), module.requires[0].line, f"{len(module.requires)} modules"),
        )
        copy, download = _instructions(stage, step, source, module, build, mounted)
        after = step.index - 1
        what = "go.mod and go.sum are copied before the sources"
        yield Suggestion("O01", what, AppendInstruction(after, copy), evidence)
        what = "modules are downloaded before the sources are copied: editing a source file does not repeat it"
        yield Suggestion("O01", what, AppendInstruction(after, download), evidence)


def _bringing_step(stage: Stage, module: Module) -> tuple[Step, str] | None:
    """Return the COPY that first brings go.mod, when sources come with it, and go.mod's context directory."""
    path = posixpath.join(module.directory, "go.mod")
    context = stage.project.context
    for tree in stage.project.files.trees:
        source = _source_of(tree, path)
        if source is None or not context.is_file(source):
            continue
        step = stage.project.facts.steps[tree.step]
        with_sources = tree.is_dir or any(
            other.step == tree.step and other.image_path.endswith(".go") for other in stage.project.files.trees
        )
        plain = step.copy is not None and not step.copy.inline and "$" not in step.instruction.value
        plain = plain and all(flag.name in _COPIED_FLAGS for flag in step.instruction.flags)
        return (step, posixpath.dirname(source)) if with_sources and plain else None
    return None


def _source_of(tree: CopiedTree, path: str) -> str | None:
    if path == tree.image_path:
        return tree.context_path
    prefix = tree.image_path.rstrip("/") + "/"
    return posixpath.join(tree.context_path, path[len(prefix) :]) if tree.is_dir and path.startswith(prefix) else None


def _is_remote(stage: Stage, module: Module) -> bool:
    """Tell whether every required module is downloaded: none is vendored, a directory, or in a workspace."""
    tree, directory = stage.tree, module.directory
    if not module.requires or not tree.is_file(posixpath.join(directory, "go.sum")):
        return False
    if tree.resolve(directory) != directory or tree.is_dir(posixpath.join(directory, "vendor")):
        return False
    if any(item.new_version is None for item in module.replaces):
        return False
    return not any(tree.is_file(posixpath.join(folder, "go.work")) for folder in upwards(directory))


def _is_downloadable(stage: Stage, step: Step, build: Build) -> bool:
    """Tell whether `go mod download` in front of a COPY finds what the build finds: user, settings, credentials."""
    steps = stage.project.facts.steps
    version = go_version(stage.project.facts.base.version) if stage.project.facts.base is not None else None
    if build.step < step.index or (version is not None and version < FIRST_MODULES):
        return False
    if build.command.flag("mod") == "vendor" or build.command.flag("modfile") or _modules_off(build.command):
        return False
    if _settings(step.before.variables) != _settings(build.command.env) or step.before.user != _user(stage, build):
        return False
    if any(not flag.startswith(_KEPT_MOUNTS) for flag in _run_flags(stage, build)):
        return False
    return all(_prepares_nothing(item, build) for item in steps[step.index + 1 : build.step + 1])


def _user(stage: Stage, build: Build) -> str:
    return stage.project.facts.steps[build.step].before.user


def _run_flags(stage: Stage, build: Build) -> list[str]:
    """Return the flags of the RUN that builds; there is none for a build that is added behind the last COPY."""
    instruction = stage.project.facts.steps[build.step].instruction
    flags = instruction.flags if instruction.keyword == "RUN" else ()
    return [f"--{flag.name}={flag.value}" for flag in flags]


def _modules_off(command: GoCommand) -> bool:
    return command.env.get("GO111MODULE") == "off" or command.env.get("GOPROXY") == "off"


def _settings(env: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the variables that decide where modules come from."""
    return {
        name: value
        for name, value in env.items()
        if name not in _BUILD_ONLY
        and (name.startswith(("GO", "GIT", "SSH")) or name.lower().endswith("_proxy") or name == "HOME")
        and not (name == "GO111MODULE" and value in ("on", "auto"))
    }


def _prepares_nothing(step: Step, build: Build) -> bool:
    """Tell whether a RUN sets nothing up that a download may need (git, credentials) before the first go command."""
    for command in step.script.commands if step.script is not None else ():
        if not isinstance(command, SimpleCommand):
            return False
        name = posixpath.basename(unwrap(command).name or "") if command.words else "true"
        if name in go_commands() or (step.index == build.step and build.via):
            return True
        if not is_builtin(name) and name not in _HARMLESS:
            return False
    return True


def _instructions(stage: Stage, step: Step, source: str, module: Module, build: Build, mounted: str) -> tuple[str, str]:
    """Return the COPY of go.mod and go.sum and the RUN that downloads."""
    here = step.before.workdir == module.directory
    own = "".join(f" --{flag.name}={flag.value}" for flag in step.instruction.flags if flag.name == "chown")
    files = " ".join(posixpath.join(source, name) for name in ("go.mod", "go.sum"))
    copy = f"COPY{own} {files} {'./' if here else module.directory.rstrip('/') + '/'}"
    mounts = "".join(f" {flag}" for flag in _run_flags(stage, build))
    mounts += mount_flags((mounted,) if mounted else (), mounts)
    return copy, f"RUN{mounts} {'' if here else f'cd {module.directory} && '}go mod download"


class _Caches:
    """The cache directories of a stage's go commands, and the RUN instructions that use them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._used = {step.index: found for step in stage.project.facts.steps if (found := _go_commands(step))}
        for build in stage.log.builds:
            if build.step >= 0:
                self._used.setdefault(build.step, []).append(build.command)
        targets = self._targets() if self._is_safe() else ("", "")
        self.modules, self.build = targets

    def _is_safe(self) -> bool:
        stage = self._stage
        scripts = [stage.project.facts.steps[index].script for index in self._used]
        understood = all(script is not None and not script.opaque for script in scripts)
        known = understood and not stage.log.unknown and not stage.added
        return bool(scripts and known and builds_as_root(stage.project.facts))

    def _targets(self) -> tuple[str, str]:
        """Return the module and the build cache; "" for one that is not mounted."""
        commands = [command for found in self._used.values() for command in found]
        modules = {_module_cache(command) for command in commands}
        builds = {_build_cache(command) for command in commands}
        module, build = modules.pop(), builds.pop()
        if modules or builds or any(command.verb == "clean" for command in commands):
            return "", ""
        needed = any(
            found is not None and found.requires and not self._stage.tree.is_dir(f"{found.directory}/vendor")
            for command in commands
            for found in [self._stage.tree.find_module(command.cwd) if command.cwd is not None else None]
        )
        pure = all(map(self._is_pure, self._stage.log.builds))
        return (module if needed and self._is_free(module) else "", build if pure and self._is_free(build) else "")

    def _is_pure(self, build: Build) -> bool:
        """The build cache does not notice when a C library of the system changes (go help cache)."""
        linker = self._stage.linker
        return build.command.cgo_setting is False or all(
            linker.cgo(build, output).value.answer == "not_needed" for output in build.outputs
        )

    def _is_free(self, target: str) -> bool:
        words = (*_CACHE_WORDS, "/".join(target.split("/")[-2:]))
        return not is_disturbed(self._stage.project.facts, target, words) and not is_carried(
            self._stage.decided, target
        )

    def suggestions(self) -> Iterator[Suggestion]:
        targets = [target for target in (self.modules, self.build) if target]
        for index in sorted(self._used) if targets else ():
            step = self._stage.project.facts.steps[index]
            effect = mount_on(step, targets)
            if effect is not None:
                evidence = (Evidence("Dockerfile", step.instruction.line, f"RUN {step.instruction.value}"[:120]),)
                names = " and ".join(targets)
                what = f"{names} {'is' if len(targets) == 1 else 'are'} kept from build to build, outside of the image"
                yield Suggestion("O02", what, effect, evidence)


def _go_commands(step: Step) -> list[GoCommand]:
    """Return the go commands that stand in a RUN itself."""
    found = []
    for command in step.simple:
        inner = unwrap(command)
        if posixpath.basename(inner.name or "") in go_commands():
            assigned = {item.name: item.value.value for item in (*inner.exported, *inner.assignments)}
            parsed = parse_go(inner.argv, inner.cwd, {**step.before.variables, **assigned})
            if parsed is not None:
                found.append(parsed)
    return found


def _module_cache(command: GoCommand) -> str:
    return command.env.get("GOMODCACHE") or posixpath.join(gopath(command)[0], "pkg/mod")


def _build_cache(command: GoCommand) -> str:
    own = command.env.get("XDG_CACHE_HOME") or posixpath.join(home(command.env), ".cache")
    return command.env.get("GOCACHE") or posixpath.join(own, "go-build")
