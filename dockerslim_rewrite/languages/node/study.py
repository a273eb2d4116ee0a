"""Everything that is read about a Node stage, gathered once."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Confidence, Evidence, Inference
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.knowledge import node_packages
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.languages.node.build import BuildFacts, Install, installed_globals, read_build
from dockerslim_rewrite.languages.node.commands import package_name
from dockerslim_rewrite.languages.node.frameworks import (
    built_from,
    loaded_configs,
    only_serves,
    served_outputs,
    settle_packages,
)
from dockerslim_rewrite.languages.node.launch import Launch, read_launch
from dockerslim_rewrite.languages.node.layout import app_roots
from dockerslim_rewrite.languages.node.locks.model import Lock
from dockerslim_rewrite.languages.node.locks.read import read_lock
from dockerslim_rewrite.languages.node.manifest import Manifest
from dockerslim_rewrite.languages.node.native import Native, find_native
from dockerslim_rewrite.languages.node.outputs import Output, Outputs, find_outputs
from dockerslim_rewrite.languages.node.prune import Prune, Unpruned, plan_prune
from dockerslim_rewrite.languages.node.reach import Reach, compiled_from, reach
from dockerslim_rewrite.languages.node.scripts import ScriptReader
from dockerslim_rewrite.languages.node.workspaces import workspace_packages

_SCRIPTS = (".js", ".mjs", ".cjs")


class Study(Struct, frozen=True):
    """The facts behind the answers. `manifest` is the package.json of what runs, `install` the install that serves it,
    `roots` the application's directories, `compiled` the outputs that running code was compiled into, `missing` the
    entries whose source was not found, `built_from` the sources that frameworks compiled."""

    project: Project
    build: BuildFacts
    launch: Launch
    manifest: Manifest | None
    install: Install | None
    lock: Lock | None
    workspaces: dict[str, Manifest]
    outputs: Outputs
    reached: Reach
    prune: Prune | Unpruned | None
    native: Inference[Native]
    roots: tuple[str, ...]
    compiled: tuple[Output, ...]
    missing: tuple[Evidence, ...]
    built_from: frozenset[str]


class _Found(Struct, frozen=True):
    """The sources behind the entry files, the outputs that run, the entries whose source was not found, and the
    configuration files that programs load when they start."""

    entries: list[str]
    compiled: tuple[Output, ...]
    missing: tuple[Evidence, ...]
    configs: list[str]


def study(project: Project) -> Study:
    """Read a stage."""
    scripts = ScriptReader(project.context, project.files)
    build = read_build(project.facts, scripts, project.effects)
    launch = read_launch(project, scripts)
    cwd = launch.leaves[-1].cwd if launch.leaves else project.facts.contract.workdir
    manifest = scripts.manifest_for(_start_directory(launch, cwd))
    install = _serving_install(build, manifest, cwd)
    top = install.manifest if install is not None and install.manifest is not None else manifest
    packages = workspace_packages(project.context, top) if top is not None else ()
    lock, ignored = _lock(project, build, install, top, packages)
    workspaces = {item.name: item for item in packages}
    outputs = find_outputs((leaf for _, leaf in build.leaves), project.context, project.files)
    root = (manifest.directory if manifest is not None else project.files.to_context(cwd)) or ""
    found = _entries(project, launch, outputs, root)
    reached = _reach(project, launch, root, found, workspaces)
    settle_packages(reached, () if found.missing else found.compiled, launch, (top, manifest))
    plan = partial(plan_prune, late=bool(ignored), overlaid=_overlaid(project, install))
    prune = plan(project.facts, build, install, lock, launch, reached, project.effects, packages)
    production = isinstance(prune, Prune) or build.pruned or (install is not None and install.production)
    manifests = [item for item in (top, *packages) if item is not None]
    proven = find_native(manifests, lock, production=production, ignored=ignored) if manifests else None
    return Study(
        project=project,
        build=build,
        launch=launch,
        manifest=manifest,
        install=install,
        lock=lock,
        workspaces=workspaces,
        outputs=outputs,
        reached=reached,
        prune=prune,
        native=with_globals(build, proven or _bare(project, build)),
        roots=_roots(project, build, launch, outputs, cwd),
        compiled=found.compiled,
        missing=found.missing,
        built_from=built_from(project.context, found.compiled, found.configs, workspaces),
    )


def _reach(
    project: Project,
    launch: Launch,
    root: str,
    found: _Found,
    workspaces: dict[str, Manifest],
) -> Reach:
    """Follow the entries; all sources where one is not found, or where a framework finds its files itself."""
    frameworks = launch.frameworks or any(item.tool is not None for item in found.compiled)
    everything = bool(found.missing or frameworks or launch.unknown)
    if not (found.entries or everything):
        return Reach()
    entries = found.configs if everything else found.entries
    reached = reach(project.context, root, entries, workspaces, everything=everything)
    for path in (item for item in found.configs if item.endswith("ts")):
        reached.packages.setdefault("typescript", Evidence(path, 0, "is compiled when the program starts"))
    return reached


def _roots(project: Project, build: BuildFacts, launch: Launch, outputs: Outputs, cwd: str) -> tuple[str, ...]:
    directories = {item.directory for item in build.installs} | {leaf.cwd for _, leaf in build.leaves}
    directories.update(_unexplained(project, build, launch, outputs))
    # `/` is only where a program starts by its absolute path, unless the application itself was put there
    if cwd != "/" or not directories or any(tree.image_path == "/" for tree in project.files.trees):
        directories.add(cwd)
    directories -= build.removed
    return app_roots(directories, project.files)


def _unexplained(project: Project, build: BuildFacts, launch: Launch, outputs: Outputs) -> Iterator[str]:
    """Yield the directories of scripts that start and of which nobody knows who makes them: nor is it known what lies
    beside them. Those of the base itself are no such."""
    explained = [output.path for output in outputs.found] + [item.place for item in build.globals if item.place]
    for path, _ in launch.entries:
        is_made = posixpath.splitext(path)[1] in _SCRIPTS and project.files.to_context(path) is None
        if is_made and not below(path, explained) and posixpath.dirname(path) not in system_paths("system"):
            yield posixpath.dirname(path)


def _bare(project: Project, build: BuildFacts) -> Inference[Native]:
    """Decide without a package.json: "none" only where nothing is installed and the context shows all files."""
    if project.context.known and not build.installs:
        return Inference("none", (Evidence("package.json", 0, "there is no package.json that the program could use"),))
    text = "the packages that are installed are not known: there is no package.json to read"
    return Inference("unknown", (Evidence("package.json", 0, text),), Confidence.LOW)


def with_globals(build: BuildFacts, native: Inference[Native]) -> Inference[Native]:
    """Add what is installed globally: only listed packages are known to hold no compiled code."""
    known = node_packages.names("build_globals", "packages") | node_packages.names("pure_globals", "packages")
    doubts = [(name, item) for name, item in installed_globals(build) if name not in known]
    if native.value != "none" or not doubts:
        return native
    evidence = tuple(Evidence(item.evidence.file, item.evidence.line, f"{name} is not listed") for name, item in doubts)
    return Inference("unknown", evidence, Confidence.LOW)


def _start_directory(launch: Launch, cwd: str) -> str:
    return posixpath.dirname(launch.entries[-1][0]) if launch.entries else cwd


def _serving_install(build: BuildFacts, manifest: Manifest | None, cwd: str) -> Install | None:
    """Return the last whole install whose node_modules the program finds: in its directory or above."""
    places = [manifest.directory] if manifest is not None else []
    found: Install | None = None
    for item in build.installs:
        same = item.manifest is not None and item.manifest.directory in places
        above = cwd == item.directory or cwd.startswith(item.directory.rstrip("/") + "/")
        if (same or above) and (found is None or not item.command.arguments or found.command.arguments):
            found = item
    return found


def _lock(
    project: Project, build: BuildFacts, install: Install | None, top: Manifest | None, members: tuple[Manifest, ...]
) -> tuple[Lock | None, str]:
    """Return the lock file that says what is installed, and the path of one that the install did not follow."""
    if top is None or install is None:
        return None, ""
    lock = read_lock(project.context, top, install.command.manager, members)
    if lock is None or _is_followed(project, build, install, lock):
        return lock, ""
    return None, lock.path


def _overlaid(project: Project, install: Install | None) -> int:
    """Return the last step that copies a node_modules of the context to where packages are installed, or -1."""
    for tree in reversed(project.files.trees if install is not None else ()):
        inside = posixpath.relpath(install.directory if install is not None else "/", tree.image_path)
        path = posixpath.normpath(posixpath.join(tree.context_path, inside, "node_modules"))
        if tree.is_dir and not inside.startswith("..") and project.context.is_dir(path):
            return tree.step
    return -1


def _is_followed(project: Project, build: BuildFacts, install: Install, lock: Lock) -> bool:
    """Tell whether what is installed is what the lock file says: it was in the image, and nothing was added or updated
    without it. A bind mount may bring it in."""
    files = project.files
    there = any(files.to_context(path, before=install.step) == lock.path for path in files.to_image(lock.path))
    mounted = any(flag.startswith("--mount") and "type=bind" in flag for flag in install.flags)
    others = [item for item in build.installs if item.directory == install.directory and item.command.arguments]
    named = {package_name(word) for item in others for word in item.command.arguments}
    known = {package.name for package in lock.packages}
    return (there or mounted) and named <= known and not any(item.command.updates for item in build.installs)


def _entries(project: Project, launch: Launch, outputs: Outputs, root: str) -> _Found:
    found: list[str] = []
    compiled: list[Output] = []
    missing: list[Evidence] = []
    for path, evidence in launch.entries:
        output = next((item for item in outputs.found if path == item.path or path.startswith(item.path + "/")), None)
        if output is not None:
            compiled.append(output)
        source = _source(project, path, output)
        if output is not None and output.tool is not None:
            continue  # the framework compiled all of the project
        if source is None:
            missing.append(evidence)
        else:
            found.append(source)
    runs = (*compiled, *served_outputs(launch, outputs))
    configs = loaded_configs(project.context, root, launch, known=only_serves(launch, runs))
    return _Found(found, runs, tuple(missing), configs)


def _source(project: Project, path: str, output: Output | None) -> str | None:
    context = project.context
    if output is not None:
        if output.sources is None:
            return output.inlined
        relative = posixpath.relpath(path, output.path)
        candidates = (
            (relative, f"{relative}.js", f"{relative}/index.js") if not relative.endswith(".js") else (relative,)
        )
        roots = (output.sources,)
        return next((found for item in candidates if (found := compiled_from(context, item, roots)) is not None), None)
    for candidate in (path, f"{path}.js", f"{path}.ts", f"{path}/index.js"):
        source = project.files.to_context(candidate)
        if source is not None and context.is_file(source):
            return source
    return _package_main(project, path)


def _package_main(project: Project, path: str) -> str | None:
    """`node .` runs the package's main file."""
    from dockerslim_rewrite.languages.node.manifest import read_manifest

    directory = project.files.to_context(path)
    manifest = read_manifest(project.context, directory) if directory is not None else None
    if manifest is None or not manifest.main:
        return None
    main = posixpath.normpath(posixpath.join(manifest.directory, manifest.main))
    return next((item for item in (main, f"{main}.js", f"{main}/index.js") if project.context.is_file(item)), None)


def is_berry(study: Study) -> bool:
    """Tell whether yarn is version 2 or later."""
    if study.lock is not None and study.lock.manager == "yarn":
        return study.lock.version != "1"
    manager = study.manifest.package_manager if study.manifest is not None else ""
    return study.project.context.is_file(".yarnrc.yml") or (
        manager.startswith("yarn@") and manager[5:6] not in ("1", "0")
    )
