"""What the RUN commands do with packages: installs, global installs, and the programs that builds come down to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Evidence, StageFacts, Step
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


class BuildFacts(Struct, frozen=True):
    """All that RUN does with Node. `leaves` are the programs that builds start, with the step of each; `covered` the
    commands that are understood; `deployed` the directories to which a workspace was copied with its packages;
    `last_step` is the last step that runs any of it (-1: none)."""

    installs: tuple[Install, ...]
    globals: tuple[GlobalInstall, ...]
    leaves: tuple[tuple[int, Leaf], ...]
    unknown: tuple[Evidence, ...]
    covered: frozenset[tuple[int, int]]
    pruned: bool
    deployed: tuple[str, ...]
    last_step: int


def read_build(facts: StageFacts, scripts: ScriptReader) -> BuildFacts:
    """Read every RUN of a stage."""
    reader = _Reader(scripts)
    for step in facts.steps:
        for number, command in enumerate(step.script.commands if step.script is not None else ()):
            if isinstance(command, SimpleCommand) and not command.in_substitution:
                reader.command(step, number, command)
    return reader.facts()


class _Reader:
    def __init__(self, scripts: ScriptReader) -> None:
        self._scripts = scripts
        self._installs: list[Install] = []
        self._globals: list[GlobalInstall] = []
        self._leaves: list[tuple[int, Leaf]] = []
        self._unknown: list[Evidence] = []
        self._covered: set[tuple[int, int]] = set()
        self._pruned = False
        self._deployed: list[str] = []
        self._last_step = -1
        self._lifecycles: set[tuple[int, str]] = set()
        self._settings: dict[str, str] = {}

    def facts(self) -> BuildFacts:
        return BuildFacts(
            tuple(self._installs),
            tuple(self._globals),
            tuple(self._leaves),
            tuple(self._unknown),
            frozenset(self._covered),
            self._pruned,
            tuple(self._deployed),
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
        self._covered.add((step.index, number))
        environment = tuple((item.name, item.value.value or "") for item in command.assignments)
        expansion = self._scripts.expand(command.argv, command.cwd, environment, evidence)
        self._take(step, expansion, environment)

    def _take(self, step: Step, expansion: Expansion, environment: tuple[tuple[str, str], ...]) -> None:
        self._unknown.extend(expansion.unknown)
        for leaf in expansion.leaves:
            if len(leaf.argv) > 1 and _ASKS.issuperset(leaf.argv[1:]):
                continue  # it says something about itself
            if leaf.command is None:
                self._leaves.append((step.index, leaf))
            elif leaf.command.kind == "install":
                self._install(step, leaf, leaf.command, {**step.before.env, **dict(environment)})
            elif leaf.command.kind == "global" and (leaf.command.arguments or "update" not in leaf.argv):
                env = {**self._settings, **step.before.env, **dict(environment)}
                place = _global_place(leaf.command, env, step.before.user)
                self._globals.append(GlobalInstall(leaf.command.arguments, leaf.command.manager, place, leaf.evidence))
            elif leaf.command.kind == "inert" and (prefix := _npm_prefix(leaf.command)) is not None:
                self._settings["npm_config_prefix"] = prefix
            elif leaf.command.kind == "prune":
                self._pruned = True
            elif leaf.command.kind == "deploy":
                self._deployed.append(posixpath.normpath(posixpath.join(leaf.cwd, leaf.command.arguments[0])))
            elif leaf.command.kind == "unknown":
                self._unknown.append(leaf.evidence)

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
        if manifest is None or command.arguments or "--ignore-scripts" in command.options:
            return
        if (step.index, directory) in self._lifecycles:  # once says it all; a script may even install again
            return
        self._lifecycles.add((step.index, directory))
        for name in LIFECYCLE:
            self._take(step, self._scripts.expand_script(manifest, name, directory, leaf.evidence), ())


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
