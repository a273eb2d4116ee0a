"""What each application directory keeps, from the facts of a study."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import partial

from dockerslim_rewrite.analysis.effects import CommandEffect
from dockerslim_rewrite.analysis.paths import absolute, below
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.mentions import mentioned_words
from dockerslim_rewrite.languages.model import RANK_CODE, RANK_OUTPUT, Artifact
from dockerslim_rewrite.languages.node.frameworks import brings_packages, only_serves
from dockerslim_rewrite.languages.node.layout import COMPILED, Layout, Wishes, is_for_the_build, lay_out, reads_root
from dockerslim_rewrite.languages.node.listing import DEPENDENCIES, top_name
from dockerslim_rewrite.languages.node.obstacles import token_in
from dockerslim_rewrite.languages.node.outputs import Output
from dockerslim_rewrite.languages.node.prune import Prune, is_taken_away
from dockerslim_rewrite.languages.node.study import Study, is_berry
from dockerslim_rewrite.languages.node.unread import local_dependencies, read_alone
from dockerslim_rewrite.languages.node.workspaces import in_workspace
from dockerslim_rewrite.patterns import pattern

STANDALONE = "/.next/standalone"
_SEPARATORS = pattern(r"[\s=:,\"']+")


def lay_out_roots(study: Study) -> tuple[Layout, ...]:
    """Return a layout for each root, and artifacts outside: what `file:` dependencies point to, what builds write there
    or is served there."""
    layouts = [_lay_out(study, root) for root in study.roots]
    outside = [*_linked_outside(study), *_made_outside(study)]
    if outside and not layouts:
        layouts.append(Layout("/"))
    if outside:
        layouts[0].artifacts.extend(outside)
    return tuple(layouts)


def _deployed(study: Study) -> tuple[str, ...]:
    """Return the directories of `pnpm deploy` when all that starts lies in them and nothing reads from elsewhere."""
    launch, places = study.launch, study.build.deployed
    started = [path for path, _ in (*launch.entries, *launch.served)] + [leaf.cwd for leaf in launch.leaves]
    read = [use.path.path for _, use in study.reached.uses if use.path.origin == "absolute"]
    outside = [path for path in read if any(path == root or _inside(path, root) for root in study.roots)]
    within = all(any(path == place or _inside(path, place) for place in places) for path in (*started, *outside))
    return places if started and within and not launch.unknown else ()


def _lay_out(study: Study, root: str) -> Layout:
    project, launch = study.project, study.launch
    deployed = _deployed(study)
    if deployed:
        found = [path for path in deployed if path == root or _inside(path, root)]
        artifacts = [Artifact(path, True, RANK_CODE, "the deployed workspace") for path in found]
        return Layout(root, artifacts, left=[] if root in found else ["*"])
    named = _named(study, root)
    if (read := read_alone(study, root, named)) is not None:
        return Layout(root, [Artifact(path, True, RANK_OUTPUT, "the build's output") for path in read], left=["*"])
    only, spare = _only(study, root), _spare(study, root, named)
    wishes = Wishes(
        dependencies=_needs_dependencies(study, root, only),
        outputs=_wanted_outputs(study),
        sources=_compiled_sources(study, root),
        keep_config=launch.runs_sources or not only_serves(launch, study.compiled),
        loads=frozenset(pattern for server, _ in launch.servers for pattern in server.reads),
        keep_locks=any(name not in ("npm", "npx") for name in launch.managers),
        only=only,
        nested=_nested(study, root, named),
        entries=tuple(path for path, _ in (*launch.entries, *launch.served)),
        named=named,
        doubt=_doubt(study, root),
        packages=_installed(study, root),
        unlisted=_unlisted(study, root, spare),
        spare=spare,
    )
    return lay_out(root, project.context, project.files, _foreign_effects(study), study.reached, wishes)


def _named(study: Study, root: str) -> frozenset[str]:
    """Return the names at the top of a root that the start command, its scripts and the author's ENV name."""
    project, place = study.project, study.project.facts.contract.workdir
    words = [(word, place) for word, _ in mentioned_words(project)]
    words += [(word, process.cwd) for process in project.processes for word in process.argv[1:] if word]
    words += [(step.instruction.value, place) for step in project.facts.steps if step.instruction.keyword == "ENV"]
    parts = ((part, cwd) for text, cwd in words for part in _SEPARATORS.split(text) if part)
    return frozenset(name for part, cwd in parts if (name := top_name(absolute(part, cwd), root)))


def _wanted_outputs(study: Study) -> tuple[Output, ...]:
    """Leave out what a framework wrote beside an output that brings all that it needs."""
    found = study.outputs.found
    if not brings_packages(study.compiled, study.launch):
        return tuple(found)
    return tuple(item for item in found if item.tool is None or item.complete)


def _only(study: Study, root: str) -> tuple[str, ...]:
    """Return the directories that are all that runs: a static server's, or a next.js standalone build."""
    launch = study.launch
    if launch.unknown or launch.frameworks or launch.managers:
        return ()
    standalone = {path.partition(STANDALONE)[0] + STANDALONE for path, _ in launch.entries if STANDALONE + "/" in path}
    if standalone and len(launch.entries) == 1 and all(_inside(path, root) for path in standalone):
        return tuple(standalone)
    served = tuple(path for path, _ in launch.served)
    made = [output.path for output in study.outputs.found]
    known = all(path in made or study.project.files.is_directory(path) for path in served)
    if served and known and not launch.entries and all(_inside(path, root) for path in served):
        return served
    return ()


def _inside(path: str, root: str) -> bool:
    return path.startswith(root.rstrip("/") + "/")


def _nested(study: Study, root: str, named: frozenset[str]) -> frozenset[str]:
    """Return names of directories with an install and a build of their own, of which running code reads the output
    alone: a front end beside its server."""
    found = set()
    for install in study.build.installs:
        if not _inside(install.directory, root) or study.reached.doubts or study.reached.everything:
            continue
        name = posixpath.relpath(install.directory, root).split("/", 1)[0]
        made = [output.path for output in study.outputs.found if _inside(output.path, install.directory)]
        if made and not _reads_elsewhere(study, root, name, made, named):
            found.add(name)
    return frozenset(found)


def _reads_elsewhere(study: Study, root: str, name: str, made: list[str], named: frozenset[str]) -> bool:
    """Tell whether running code lies in a top-level directory, or reads there what is not among `made`."""
    context_root = study.project.files.to_context(root) or ""
    prefix = posixpath.join(context_root, name) + "/"
    if any(path.startswith(prefix) for path in study.reached.files):
        return True
    read = False
    for path, use in study.reached.uses:
        if name not in use.path.path.split("/"):
            continue
        origin = posixpath.dirname(path) if use.path.origin == "module" else context_root
        relative = posixpath.relpath(posixpath.normpath(posixpath.join("/", origin, use.path.path)), "/" + context_root)
        target = posixpath.normpath(posixpath.join(root, relative))
        if not any(target == output or _inside(target, output) for output in made):
            return True
        read = True
    return not read and (name in study.reached.mentions or name in named)


def _foreign_effects(study: Study) -> list[CommandEffect]:
    return [item for item in study.project.effects if (item.step, item.command) not in study.build.covered]


def _needs_dependencies(study: Study, root: str, only: tuple[str, ...]) -> bool:
    """node_modules is needed unless nothing was installed there, or what runs brings its own."""
    if not any(item.directory == root for item in study.build.installs):
        return False
    if is_taken_away(root, study.build, study.project.effects):
        return False
    if brings_packages(study.compiled, study.launch):
        return False
    if only:
        names = {name for item in study.build.globals for name in item.packages}
        return not study.launch.packages.keys() <= names  # a standalone build uses none
    manifest = study.install.manifest if study.install is not None else study.manifest
    if manifest is None:
        return True
    # after a prune, or a production install, a package without dependencies has no node_modules at all
    only_production = isinstance(study.prune, Prune) or study.build.pruned or _installs_production(study)
    return bool(manifest.production or (manifest.dev_dependencies and not only_production))


def _installs_production(study: Study) -> bool:
    return study.install is not None and study.install.production


def _compiled_sources(study: Study, root: str) -> frozenset[str]:
    """Return top-level names whose compiled output runs in their place."""
    if not study.compiled or study.launch.runs_sources or study.reached.doubts:
        return frozenset()
    names = set()
    context_root = study.project.files.to_context(root)
    framework = any(item.tool is not None for item in study.compiled)
    others = framework or study.launch.frameworks  # which may read a configuration as it is written
    for path in study.built_from if framework else study.reached.files:
        relative = posixpath.relpath("/" + path, "/" + (context_root or ""))
        if not relative.startswith("..") and "/" in relative:
            names.add(relative.split("/", 1)[0])
        elif relative.endswith(COMPILED) and "/" not in relative and not others:
            names.add(relative)
    return frozenset(names)


def _installed(study: Study, root: str) -> tuple[str, ...]:
    """Return the node_modules that installs below a root make for certain: one is made wherever there is a package to
    put into it, but below a workspace's own directory the packages may go to the workspace."""
    found = []
    for install in study.build.installs:
        members = study.workspaces.values() if install is study.install else ()
        needed = any(item is not None and item.dependencies for item in (install.manifest, *members))
        if install.manifest is None or in_workspace(study.project.context, install.manifest):
            return ()
        taken = is_taken_away(install.directory, study.build, study.project.effects)
        if needed and below(install.directory, (root,)) and not taken:
            found.append(posixpath.join(install.directory, DEPENDENCIES))
    return tuple(dict.fromkeys(found))


def _unlisted(study: Study, root: str, spare: frozenset[str]) -> str:
    """Say what an install or a build may have put beside what is known, or return ""."""
    unknown = [*study.build.unknown, *study.outputs.unknown]
    if unknown:
        return f"what a build step writes is not known ({unknown[0]})"
    if "yarn" in study.launch.managers and is_berry(study):
        return "yarn, which starts the program, keeps state of its own beside the packages"
    if study.lock is None and not study.workspaces:
        return "the install writes a lock file"
    stays = ".npmrc" not in spare
    return "a token is removed from it" if stays and token_in(study, root) is not None else ""


def _spare(study: Study, root: str, named: frozenset[str]) -> frozenset[str]:
    """Return the names at the top of a workspace that only a build, a test or an editor reads."""
    context_root = study.project.files.to_context(root)
    unsure = study.launch.unknown or study.reached.doubts
    if not study.workspaces or unsure or context_root is None or any(reads_root(study.reached, context_root)):
        return frozenset()
    members = {posixpath.relpath("/" + item.directory, "/" + context_root) for item in study.workspaces.values()}
    used = study.reached.mentions | named | {path.split("/", 1)[0] for path in members}
    names = study.project.context.list_dir(context_root)
    return frozenset(name for name in names if name not in used and is_for_the_build(name))


def _doubt(study: Study, root: str) -> str:
    if study.workspaces:
        return "its packages link to each other"
    unknown = [*study.build.unknown, *study.outputs.unknown]
    if unknown:
        return f"what a build step writes is not known ({unknown[0]})"
    if study.launch.unknown:
        return f"what starts is not fully known ({study.launch.unknown[0]})"
    for path, evidence in study.launch.served:
        if path == root:
            return f"{evidence} serves it as it is"
    context_root = study.project.files.to_context(root)
    for place in reads_root(study.reached, context_root or ""):
        return place
    nested = [item.directory for item in study.build.installs if item.directory.startswith(root.rstrip("/") + "/")]
    if nested and not any(item.directory == root for item in study.build.installs) and root == "/":
        return "several packages are installed below it"
    return ""


def _linked_outside(study: Study) -> list[Artifact]:
    """Return the targets of `file:` and `link:` dependencies that lie outside every root."""
    return [
        Artifact(path, True, RANK_CODE, f"{name} links to it")
        for name, _, path in local_dependencies(study)
        if not path.endswith((".tgz", ".tar.gz")) and _is_outside(study, path)
    ]


def _made_outside(study: Study) -> Iterator[Artifact]:
    """Yield what a build writes outside every root, and what is served there and comes from no COPY."""
    files, made = study.project.files, tuple(output.path for output in study.outputs.found)
    for path in filter(partial(_is_outside, study), made):
        yield Artifact(path, not posixpath.splitext(path)[1], RANK_OUTPUT, "the build's output")
    for path, evidence in study.launch.served:
        if _is_outside(study, path) and files.to_context(path) is None and not below(path, made):
            yield Artifact(path, True, RANK_OUTPUT, f"{evidence} serves it")


def _is_outside(study: Study, path: str) -> bool:
    """Tell whether a path is in no root, and no directory of the base either: what a COPY puts there comes along."""
    return not below(path, study.roots) and path not in system_paths("shared")
