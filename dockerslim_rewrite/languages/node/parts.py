"""What each application directory keeps, from the facts of a study."""

from __future__ import annotations

import posixpath

from dockerslim_rewrite.analysis.effects import CommandEffect
from dockerslim_rewrite.languages.model import RANK_CODE, Artifact
from dockerslim_rewrite.languages.node.layout import Layout, Wishes, lay_out, reads_root
from dockerslim_rewrite.languages.node.prune import Prune
from dockerslim_rewrite.languages.node.study import Study


def lay_out_roots(study: Study) -> tuple[Layout, ...]:
    """Return a layout for each root, and artifacts outside that `file:` dependencies point to."""
    layouts = [_lay_out(study, root) for root in study.roots]
    outside = _linked_outside(study)
    if outside and layouts:
        layouts[0].artifacts.extend(outside)
    return tuple(layouts)


def _lay_out(study: Study, root: str) -> Layout:
    project = study.project
    served = tuple(path for path, _ in study.launch.served if path.startswith(root.rstrip("/") + "/"))
    only_server = bool(study.launch.served) and not study.launch.entries and not study.launch.frameworks
    serves_output = only_server and len(served) == len(study.launch.served) and not study.launch.managers
    wishes = Wishes(
        dependencies=_needs_dependencies(study, root, serves_output),
        outputs=tuple(study.outputs.found),
        sources=_compiled_sources(study, root),
        keep_config=study.launch.runs_sources
        or bool(study.launch.frameworks)
        or bool(study.launch.managers and _yarn(study)),
        only=served if serves_output and not study.launch.unknown else (),
        doubt=_doubt(study, root),
    )
    return lay_out(root, project.context, project.files, _foreign_effects(study), study.reached, wishes)


def _yarn(study: Study) -> bool:
    return any(name in ("yarn", "pnpm") for name in study.launch.managers)


def _foreign_effects(study: Study) -> list[CommandEffect]:
    return [item for item in study.effects if (item.step, item.command) not in study.build.covered]


def _needs_dependencies(study: Study, root: str, serves_output: bool) -> bool:
    """node_modules is needed unless nothing was installed there, or the server is a global program."""
    if not any(item.directory == root for item in study.build.installs):
        return False
    if serves_output:
        names = {name for item in study.build.globals for name in item.packages}
        return not study.launch.packages.keys() <= names
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
    for path in study.reached.files:
        relative = posixpath.relpath("/" + path, "/" + (context_root or ""))
        if not relative.startswith("..") and "/" in relative:
            names.add(relative.split("/", 1)[0])
    return frozenset(names)


def _doubt(study: Study, root: str) -> str:
    if study.workspaces:
        return "its packages link to each other"
    unknown = [*study.build.unknown, *study.outputs.unknown]
    if unknown:
        return f"what a build step writes is not known ({unknown[0]})"
    if study.launch.unknown:
        return f"what starts is not fully known ({study.launch.unknown[0]})"
    context_root = study.project.files.to_context(root)
    for place in reads_root(study.reached, context_root or ""):
        return place
    nested = [item.directory for item in study.build.installs if item.directory.startswith(root.rstrip("/") + "/")]
    if nested and not any(item.directory == root for item in study.build.installs) and root == "/":
        return "several packages are installed below it"
    return ""


def _linked_outside(study: Study) -> list[Artifact]:
    """Return the targets of `file:` and `link:` dependencies that lie outside every root."""
    found: list[Artifact] = []
    for install in study.build.installs:
        manifest = install.manifest
        for name, wanted in manifest.production.items() if manifest is not None else ():
            kind, colon, target = wanted.partition(":")
            if not colon or kind not in ("file", "link", "portal") or target.endswith((".tgz", ".tar.gz")):
                continue
            path = posixpath.normpath(posixpath.join(install.directory, target))
            inside = any(path == root or path.startswith(root.rstrip("/") + "/") for root in study.roots)
            if not inside:
                found.append(Artifact(path, True, RANK_CODE, f"{name} links to it"))
    return found
