"""Removes development dependencies in the builder, with the author's own package manager."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import CommandEffect, Removes
from dockerslim_rewrite.analysis.model import Evidence, StageFacts
from dockerslim_rewrite.knowledge.node_packages import names
from dockerslim_rewrite.languages.node.build import BuildFacts, Install
from dockerslim_rewrite.languages.node.launch import Launch
from dockerslim_rewrite.languages.node.locks.model import Lock
from dockerslim_rewrite.languages.node.manifest import Manifest
from dockerslim_rewrite.languages.node.reach import Reach

_KEPT_FLAGS = ("--legacy-peer-deps", "--force", "-f")
# Lock files of yarn 4, whose own commands include this one; yarn 2 and 3 need a plugin.
# Source: https://yarnpkg.com/cli/workspaces/focus
_FOCUSING = frozenset({"berry 8"})
_PRUNING_BUN = (1, 4, 0)


class Prune(Struct, frozen=True):
    """A command that removes development dependencies, and the step after which it runs."""

    text: str
    after: int
    evidence: tuple[Evidence, ...]


class Unpruned(Struct, frozen=True):
    """Development dependencies stay, and why."""

    reason: str
    evidence: Evidence


def is_taken_away(directory: str, build: BuildFacts, effects: Iterable[CommandEffect]) -> bool:
    """Tell whether a command moves or removes a directory's node_modules once everything is installed."""
    if directory in build.removed:
        return True
    path = posixpath.join(directory, "node_modules")
    installed = max((item.step for item in build.installs if item.directory == directory), default=-1)
    for item in effects:
        removed = any(isinstance(effect, Removes) and path in effect.paths for effect in item.effects)
        later = any(step == item.step and command > item.command for step, command in build.covered)
        if removed and (item.step > installed or (item.step == installed and not later)):
            return True
    return False


def plan_prune(
    facts: StageFacts,
    build: BuildFacts,
    install: Install | None,
    lock: Lock | None,
    launch: Launch,
    reached: Reach,
    effects: Iterable[CommandEffect],
    members: Iterable[Manifest] = (),
    *,
    late: bool = False,
    overlaid: int = -1,
) -> Prune | Unpruned | None:
    """Return the prune, why there is none, or None when there is nothing to prune. `late`: there is a lock file that
    the install did not follow, and a prune that does would change the packages. `members`: the workspaces'
    packages. `overlaid`: the last step that copies the context's own node_modules over those that were installed, -1
    when none does."""
    manifest = install.manifest if install is not None else None
    if install is None or manifest is None or install.production or build.pruned or not manifest.dev_dependencies:
        return None
    if is_taken_away(install.directory, build, effects):
        return None
    members = tuple(members)
    production = [name for item in (manifest, *members) for name in item.production]
    overlaid = overlaid if overlaid > install.step and install.command.manager == "npm" else -1
    held = _needed(manifest.dev_dependencies, production, lock if overlaid < 0 else None, launch, reached)
    if held is not None:
        return held
    step = max(build.last_step, overlaid)
    blocked = _blocked(facts, build, install, step)
    if blocked is not None:
        return Unpruned(blocked, install.evidence)
    if install.command.manager == "pnpm" and members:
        # it asks whether it may remove all of node_modules. Source: https://pnpm.io/cli/prune
        return Unpruned("pnpm prune does not know workspaces", install.evidence)
    command = _command(facts, install, lock, late=late)
    if install.command.manager == "bun" and _can_prune(build, install, lock, members) and not late:
        command = "bun prune --production"
    if command is None and late:
        return Unpruned("a prune would follow a lock file that the install did not follow", install.evidence)
    if command is None:
        return Unpruned(f"no prune is known for this version of {install.command.manager}", install.evidence)
    after = facts.steps[step].before
    directory = install.directory
    if after.workdir != directory:
        command = f"cd {shlex.quote(directory)} && {command}"
    count = len(manifest.dev_dependencies)
    named = Evidence(manifest.path, manifest.line("devDependencies"), f"{count} development dependencies")
    return Prune(f"RUN {command}", step, (install.evidence, named))


def _needed(
    dev: Iterable[str], production: Iterable[str], lock: Lock | None, launch: Launch, reached: Reach
) -> Unpruned | None:
    """Say which running code needs a package that only development dependencies bring."""
    dev, production = frozenset(dev), frozenset(production)
    wanted = {**reached.packages, **launch.packages}
    for name, evidence in wanted.items():
        if name in production or (lock is not None and lock.production(name)):
            continue
        if name in dev:
            return Unpruned(f"{name} is needed at run time but is a development dependency", evidence)
        if _only_types(name, dev):
            continue
        if lock is None or any(package.name == name for package in lock.packages):
            return Unpruned(f"{name} is needed at run time but is no dependency of its own", evidence)
    for name in sorted(dev - production):
        if name in reached.mentions and not name.startswith("@types/") and not (lock and lock.production(name)):
            return Unpruned(f"running code names {name}, a development dependency", Evidence("package.json", 0, name))
    if launch.unknown or reached.doubts:
        return Unpruned("not all code that runs could be followed", (launch.unknown + reached.doubts)[0])
    return None


def _only_types(name: str, dev: frozenset[str]) -> bool:
    types = "@types/" + name.removeprefix("@").replace("/", "__")
    return types in dev or name.startswith("@types/")


def _blocked(facts: StageFacts, build: BuildFacts, install: Install, step: int) -> str | None:
    """Say why a prune after a step might do harm, or None."""
    if facts.steps[step].before.user != install.user:
        return "packages were installed by another user than the one who builds"
    in_place = [item for item in build.installs if item.directory == install.directory]
    if any("--no-save" in item.command.options for item in in_place):
        return "a package that package.json does not name was installed"
    changes = names("changes_packages", "programs")
    if install.command.manager != "npm" and any(leaf.program in changes for _, leaf in build.leaves):
        return f"{install.command.manager} may put changed packages back into their first state"
    if len({item.command.manager for item in in_place}) > 1:
        return "several package managers install here"
    return None


def _can_prune(build: BuildFacts, install: Install, lock: Lock | None, members: Iterable[Manifest]) -> bool:
    """Tell whether a project of bun can be pruned: `bun install --production` leaves what is there, but `bun prune`
    follows bun.lock since bun 1.4, asks no registry and runs no scripts. Source: https://bun.sh/docs/pm/cli/prune"""
    words = [word for item in build.globals for word in item.words]
    declared = install.manifest.package_manager if install.manifest is not None else ""
    pinned = next((word for word in (*words, declared) if word.startswith("bun@")), "")
    version = tuple(int(part) for part in pinned.removeprefix("bun@").split("+")[0].split(".") if part.isdecimal())
    follows = lock is not None and lock.path.endswith("bun.lock")
    return follows and len(version) == 3 and version >= _PRUNING_BUN and not tuple(members)


def _command(facts: StageFacts, install: Install, lock: Lock | None, *, late: bool) -> str | None:
    manager, options = install.command.manager, install.command.options
    kept = [flag for flag in _KEPT_FLAGS if flag in options]
    major = facts.base.major if facts.base is not None and facts.base.family == "node" else None
    if late:
        if manager != "npm" or (major is not None and major < 16):  # npm 6 prunes nothing without its lock file
            return None
        kept.insert(0, "--no-package-lock")
    if manager == "npm":
        omit = "--omit=dev" if major is None or major >= 16 else "--production"
        return " ".join(["npm prune", omit, "--ignore-scripts", *kept])
    if manager == "pnpm":
        return "pnpm prune --prod --ignore-scripts"
    declared = install.manifest.package_manager if install.manifest is not None else ""
    later = (lock is not None and lock.version != "1") or declared.startswith(("yarn@2", "yarn@3", "yarn@4"))
    # yarn 1 fetches again what its cache lost: without the mounts of the install that may fail
    if manager == "yarn" and not install.flags and not later:
        return "yarn install --production --ignore-scripts --prefer-offline"
    if manager == "yarn" and not install.flags and lock is not None and lock.version in _FOCUSING:
        return "YARN_ENABLE_SCRIPTS=0 yarn workspaces focus --all --production"
    return None
