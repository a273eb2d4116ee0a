"""What the RUN commands do with packages: installs, global installs, and the programs that builds come down to."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.analysis.effects import CommandEffect
from dockerslim_rewrite.analysis.model import Evidence, StageFacts, Step
from dockerslim_rewrite.analysis.removals import Writers, covers, removal_patterns
from dockerslim_rewrite.knowledge.node_packages import global_site
from dockerslim_rewrite.languages.node.commands import PackageCommand, package_name, read_package_command
from dockerslim_rewrite.languages.node.manifest import Manifest
from dockerslim_rewrite.languages.node.scripts import Expansion, Leaf, ScriptReader
from dockerslim_rewrite.shell.model import SimpleCommand

LIFECYCLE = ("preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare")
_PRODUCTION = frozenset(
    {"--production", "--production=true", "--prod", "-P", "--omit=dev", "--only=production", "--only=prod", "--no-dev"}
)
_DEVELOPMENT = frozenset({"--production=false", "--include=dev", "--also=dev", "--dev", "-D", "--no-production"})
_ASKS = frozenset({"--version", "-v", "-V", "--help", "-h"})


class Install(Struct, frozen=True):
    """An install into node_modules. `production` when development dependencies are left out; `flags` are the RUN's own
    flags as written (mounts); `user` is who ran it; `manifest` is the package.json that it read, None when unknown."""

    command: PackageCommand
    directory: str
    manifest: Manifest | None
    production: bool
    step: int
    user: str
    flags: tuple[str, ...]
    evidence: Evidence


class GlobalInstall(Struct, frozen=True):
    """A global install: its words as written, the manager that made it, and the directory that holds what it made
    (None: not known)."""

    words: tuple[str, ...]
    manager: str
    place: str | None
    evidence: Evidence

    @property
    def packages(self) -> tuple[str, ...]:
        """Return the names of the packages, without versions."""
        return tuple(package_name(word) for word in self.words)

    def without(self, is_gone: Callable[[str], bool]) -> tuple[GlobalInstall, ...]:
        """Return what is left of it. `is_gone` is asked for each name, `.` for a package without one."""
        words = tuple(word for word in self.words or (".",) if not is_gone(package_name(word)))
        return (replace(self, words=words if self.words else ()),) if words else ()


class BuildFacts(Struct, frozen=True):
    """All that RUN does with Node. `leaves` are the programs that builds start, with the step of each; `covered` as in
    `Findings`; `deployed` the directories to which a workspace was copied with its packages; `removed` those with
    installs or programs that a later command removes; `last_step` is the last step that runs any of it (-1: none)."""

    installs: tuple[Install, ...]
    globals: tuple[GlobalInstall, ...]
    leaves: tuple[tuple[int, Leaf], ...]
    unknown: tuple[Evidence, ...]
    covered: Writers
    pruned: bool
    deployed: tuple[str, ...]
    removed: frozenset[str]
    last_step: int


def read_build(facts: StageFacts, scripts: ScriptReader, effects: Iterable[CommandEffect]) -> BuildFacts:
    """Read every RUN of a stage. What is removed again is not there: a COPY of it would end the build."""
    reader = _Reader(scripts)
    removals = {(item.step, item.command): removal_patterns([item]) for item in effects}
    for step in facts.steps:
        for number, command in enumerate(step.script.commands if step.script is not None else ()):
            if isinstance(command, SimpleCommand) and not command.in_substitution:
                reader.command(step, number, command)
                reader.remove(removals.get((step.index, number), frozenset()))
    return reader.facts()


class _Reader:
    def __init__(self, scripts: ScriptReader) -> None:
        self._scripts = scripts
        self._installs: list[Install] = []
        self._globals: list[GlobalInstall] = []
        self._leaves: list[tuple[int, Leaf]] = []
        self._unknown: list[Evidence] = []
        self._covered: dict[tuple[int, int], tuple[str, ...] | None] = {}
        self._pruned = False
        self._deployed: list[str] = []
        self._removed: set[str] = set()
        self._places: list[str] | None = None  # where the command that is read may write
        self._last_step = -1
        self._lifecycles: set[tuple[int, str]] = set()
        self._settings: dict[str, str] = {}

    def facts(self) -> BuildFacts:
        return BuildFacts(
            tuple(self._installs),
            tuple(self._globals),
            tuple(self._leaves),
            tuple(self._unknown),
            self._covered,
            self._pruned,
            tuple(self._deployed),
            frozenset(self._removed),
            self._last_step,
        )

    def command(self, step: Step, number: int, command: SimpleCommand) -> None:
        from dockerslim_rewrite.shell.parse import unwrap

        command = unwrap(command)
        if not command.words or command.name is None:
            return
        name = posixpath.basename(command.name)
        package_command = read_package_command(command.argv, command.cwd)
        local = "node_modules/.bin/" in command.name
        if package_command is None and not local and name != "node" and name not in _build_programs():
            return
        if package_command is not None and package_command.kind == "unknown" and "prefix" in command.argv:
            self._settings["npm_config_prefix"] = "not known"
        self._last_step = step.index
        written = " ".join(word.text for word in command.words)
        evidence = Evidence("Dockerfile", step.instruction.line, f"RUN {written}")
        if command.cwd is None:
            self._unknown.append(evidence)
            return
        self._places = []
        environment = tuple((item.name, item.value.value or "") for item in command.assignments)
        expansion = self._scripts.expand(command.argv, command.cwd, environment, evidence)
        self._take(step, expansion, environment)
        self._covered[step.index, number] = tuple(self._places) if self._places is not None else None

    def remove(self, patterns: frozenset[str]) -> None:
        """Forget the global packages that a command removes, and note the directories."""
        if patterns:
            globals_ = self._globals
            self._globals = [left for item in globals_ for left in item.without(partial(_is_removed, item, patterns))]
            worked = {item.directory for item in self._installs} | {leaf.cwd for _, leaf in self._leaves}
            self._removed.update(path for path in worked if covers(patterns, path))

    def _uninstall(self, command: PackageCommand, place: str | None) -> None:
        names = {package_name(word) for word in command.arguments}
        owned = [(item.manager, item.place) == (command.manager, place) for item in self._globals]
        kept = (
            item.without(names.__contains__) if own else (item,) for item, own in zip(self._globals, owned, strict=True)
        )
        self._globals = [item for items in kept for item in items]

    def _writes(self, *places: str | None) -> None:
        """Note where the command may write, None for anywhere."""
        if self._places is None or None in places:
            self._places = None
        else:
            self._places.extend(place for place in places if place is not None)

    def _take(self, step: Step, expansion: Expansion, environment: tuple[tuple[str, str], ...]) -> None:
        if expansion.unknown:
            self._unknown.extend(expansion.unknown)
            self._writes(None)
        for leaf in expansion.leaves:
            if len(leaf.argv) > 1 and _ASKS.issuperset(leaf.argv[1:]):
                continue  # it says something about itself
            if leaf.command is not None:
                self._package_command(step, leaf, leaf.command, environment)
                continue
            self._leaves.append((step.index, leaf))
            self._removed.discard(leaf.cwd)
            self._writes(None)

    def _package_command(
        self, step: Step, leaf: Leaf, command: PackageCommand, environment: tuple[tuple[str, str], ...]
    ) -> None:
        if command.kind == "install":
            self._install(step, leaf, command, {**step.before.env, **dict(environment)})
        elif command.kind in ("global", "remove"):
            env = {**self._settings, **step.before.env, **dict(environment)}
            place = _global_place(command, env, step.before.user)
            self._writes(place)
            if command.kind == "remove":
                self._uninstall(command, place)
            elif command.arguments or "update" not in leaf.argv:
                self._globals.append(GlobalInstall(command.arguments, command.manager, place, leaf.evidence))
        elif command.kind == "inert" and (prefix := _npm_prefix(command)) is not None:
            self._settings["npm_config_prefix"] = prefix
        elif command.kind == "prune":
            self._pruned = True
        elif command.kind == "deploy":
            self._deployed.append(posixpath.normpath(posixpath.join(leaf.cwd, command.arguments[0])))
            self._writes(self._deployed[-1])
        elif command.kind == "unknown":
            self._unknown.append(leaf.evidence)
            self._writes(None)

    def _install(self, step: Step, leaf: Leaf, command: PackageCommand, env: Mapping[str, str]) -> None:
        manifest = self._scripts.manifest_for(leaf.cwd)
        directory = leaf.cwd
        if manifest is not None:
            directory = self._scripts.image_directory(manifest, leaf.cwd)
        flags = tuple(
            f"--{flag.name}" + (f"={flag.value}" if flag.value is not None else "") for flag in step.instruction.flags
        )
        install = Install(
            command,
            directory,
            manifest,
            is_production(command, env),
            step.index,
            step.before.user,
            flags,
            leaf.evidence,
        )
        self._installs.append(install)
        self._removed.discard(directory)
        self._writes(directory)
        if manifest is None or command.arguments or "--ignore-scripts" in command.options:
            return
        if manifest.scripts.keys() & set(LIFECYCLE):
            self._writes(None)
        if (step.index, directory) in self._lifecycles:  # once says it all; a script may even install again
            return
        self._lifecycles.add((step.index, directory))
        for name in LIFECYCLE:
            self._take(step, self._scripts.expand_script(manifest, name, directory, leaf.evidence), ())


def _is_removed(install: GlobalInstall, patterns: frozenset[str], name: str) -> bool:
    return install.place is not None and covers(patterns, posixpath.join(install.place, name))


def is_production(command: PackageCommand, env: Mapping[str, str]) -> bool:
    """Tell whether an install leaves development dependencies out. yarn 2 and later do not look at NODE_ENV, but taking
    them as if they did only means that nothing is pruned."""
    if command.options & _DEVELOPMENT:
        return False
    if command.options & _PRODUCTION:
        return True
    lowered = {name.lower(): value for name, value in env.items()}
    return (
        env.get("NODE_ENV") == "production"
        or lowered.get("npm_config_production", "") == "true"
        or lowered.get("npm_config_omit", "") == "dev"
        or lowered.get("npm_config_only", "").startswith("prod")
        or lowered.get("yarn_production", "") == "true"
    )


def _npm_prefix(command: PackageCommand) -> str | None:
    """Return the directory of `npm config set prefix DIRECTORY`, or None for any other command."""
    words = [word for argument in command.arguments for word in argument.split("=", 1) if word != "set"]
    return words[1] if command.manager == "npm" and len(words) == 2 and words[0] == "prefix" else None


def _global_place(command: PackageCommand, env: Mapping[str, str], user: str) -> str | None:
    """Return the directory of a manager's global packages: of a setting, or root's own default."""
    site = global_site(command.manager)
    settings = {name.lower(): value for name, value in env.items()}
    settings |= {name.removeprefix("--"): value for name, _, value in (item.partition("=") for item in command.options)}
    named = [settings[name] for name in site.settings if settings.get(name)]
    if any(settings.get(name) for name in site.unfollowed) or (user not in ("", "root", "0") and not named):
        return None
    place = named[-1] if named else site.default
    return place if place is not None and place.startswith("/") else None


def installed_globals(build: BuildFacts) -> Iterator[tuple[str, GlobalInstall]]:
    """Yield every globally installed package with its install."""
    for item in build.globals:
        for name in item.packages:
            yield name, item


def _build_programs() -> frozenset[str]:
    from dockerslim_rewrite.knowledge.node_packages import known_programs

    return known_programs()
