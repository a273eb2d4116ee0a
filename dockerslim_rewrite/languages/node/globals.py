"""Packages that are installed globally, and how the runtime gets them (N11)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.knowledge import node_packages
from dockerslim_rewrite.languages.model import (
    RANK_DEPENDENCIES,
    Artifact,
    NeedProgram,
    NeedShell,
    Obstacle,
    RunInRuntime,
    Suggestion,
)
from dockerslim_rewrite.languages.node.build import GlobalInstall, installed_globals
from dockerslim_rewrite.languages.node.corepack import brought_managers
from dockerslim_rewrite.languages.node.study import Study
from dockerslim_rewrite.languages.obstacles import shown_line
from dockerslim_rewrite.patterns import pattern

_REGISTRY_NAME = pattern(r"(@[\w.~-]+/)?[\w~-][\w.~-]*(@[^/:]*)?")


def global_suggestions(facts: Study) -> Iterator[Suggestion]:
    """Carry every global package that may run: one by one from npm's own directory, else the manager's whole one."""
    whole: dict[str, tuple[GlobalInstall, Evidence]] = {}
    for name, install in _needed(facts):
        if install.place is None:
            continue
        if install.place == node_packages.global_site("npm").default:
            yield from _npm_package(name, install, facts)
        else:
            whole.setdefault(install.place, (install, install.evidence))
    for place, (install, evidence) in whole.items():
        artifact = Artifact(place, True, RANK_DEPENDENCIES, f"{install.manager}'s global packages")
        yield Suggestion("N11", f"{place}: {artifact.needed_by}", artifact, (evidence,))
        site = node_packages.global_site(install.manager)
        if place == site.default and site.programs:
            yield from _links(site, install.manager, evidence)


def _npm_package(name: str, install: GlobalInstall, facts: Study) -> Iterator[Suggestion]:
    evidence = (install.evidence,)
    called = (posixpath.basename(program) for program, _ in (*facts.launch.programs, *facts.launch.system))
    programs = tuple(sorted({one for one in (*called, name) if node_packages.package_of_program(one) == name}))
    path = posixpath.join(install.place or "", name)
    artifact = Artifact(path, True, RANK_DEPENDENCIES, "the start command", programs=programs)
    yield Suggestion("N11", f"{name} is installed globally", artifact, evidence)
    # npm replaces no link that it did not make
    force = "--force " if name in node_packages.names("replaces_programs", "packages") else ""
    rebuild = RunInRuntime(f"npm rebuild -g --ignore-scripts {force}{name}")
    yield Suggestion("N11", f"the links of {name} are made again, COPY would follow them", rebuild, evidence)
    yield Suggestion("N11", f"npm makes the links of {name}", NeedProgram("npm"), evidence)


def _links(site: node_packages.GlobalSite, manager: str, evidence: Evidence) -> Iterator[Suggestion]:
    command = f'for program in {site.programs}/*; do ln -s "$program" {site.bin}/ || true; done'
    summary = f"{manager}'s links in {site.bin} are made again, COPY would follow them"
    yield Suggestion("N11", summary, RunInRuntime(command), (evidence,))
    yield Suggestion("N11", f"a shell makes the links of {manager}'s programs", NeedShell(), (evidence,))


def global_obstacles(facts: Study) -> Iterator[Obstacle]:
    """Refuse what may run and cannot be found: a directory that is not known, a package without a name."""
    for name, install in _needed(facts):
        line = shown_line(facts.project, install.evidence)
        if install.place is None:
            message = f"where {install.manager} puts the global package {name} is not known ({install.evidence})"
            yield Obstacle("N11", line, message, f"install it with `npm install -g {name}`")
    for install in facts.build.globals:
        line = shown_line(facts.project, install.evidence)
        for word in install.words or (".",):
            if install.manager == "npm" and not _REGISTRY_NAME.fullmatch(word):
                message = f"what `{install.evidence.text}` installs is not known by its name"
                yield Obstacle("N11", line, message, "start the program by its path, or install it from a registry")


def brought_by_corepack(facts: Study) -> tuple[str, ...]:
    """Return the package managers that start the program and come from corepack."""
    named = {name for name, _ in installed_globals(facts.build)}
    managers = tuple(dict.fromkeys(facts.launch.managers))
    other = {item for item in managers if named.intersection(node_packages.manager_packages(item))}
    return brought_managers(facts.project, managers, frozenset(other))


def left_globals(facts: Study) -> Iterator[str]:
    """Yield the global packages that only the build uses."""
    needed = list(_needed(facts))
    names = {name for name, _ in needed}
    whole = {install.place for _, install in needed} - {node_packages.global_site("npm").default}
    for name, install in installed_globals(facts.build):
        if name not in names and install.place not in whole:
            yield f"{name} (global)"


def _needed(facts: Study) -> Iterator[tuple[str, GlobalInstall]]:
    """Yield all but the listed build tools that nothing starts. A program that nothing else brings may be any one's."""
    programs = [posixpath.basename(name) for name, _ in (*facts.launch.programs, *facts.launch.system)]
    used = {node_packages.package_of_program(name) for name in programs} | facts.launch.packages.keys()
    managers = set(facts.launch.managers) - {"npm"}
    used |= {package for manager in managers for package in node_packages.manager_packages(manager)}
    used |= {"corepack"} if brought_by_corepack(facts) else set()
    brought = {name for name, _ in installed_globals(facts.build)} | _dependencies(facts)
    started = {node_packages.package_of_program(posixpath.basename(name)) for name, _ in facts.launch.programs}
    doubtful = bool(started - brought)
    for name, install in installed_globals(facts.build):
        if doubtful or name in used or name not in node_packages.names("build_globals", "packages"):
            yield name, install


def _dependencies(facts: Study) -> set[str]:
    manifest = facts.manifest
    return {*manifest.production, *manifest.dev_dependencies} if manifest is not None else set()
