"""Frameworks compile a whole project: which of its sources are left behind, and what their servers still load."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge import node_packages
from dockerslim_rewrite.languages.node.launch import Launch
from dockerslim_rewrite.languages.node.manifest import Manifest
from dockerslim_rewrite.languages.node.outputs import Output, Outputs
from dockerslim_rewrite.languages.node.reach import Reach, reach
from dockerslim_rewrite.languages.node.sources import grammar_of


def served_outputs(launch: Launch, outputs: Outputs) -> Iterator[Output]:
    """Yield the framework outputs that programs of the start command serve."""
    for server, cwd in launch.servers:
        for output in outputs.found:
            inside = output.path.startswith(cwd.rstrip("/") + "/")
            if inside and output.tool is not None and output.tool.name in server.builds:
                yield output


def only_serves(launch: Launch, compiled: Iterable[Output]) -> bool:
    """Tell whether every framework program that starts serves an output that is known."""
    built = {output.tool.name for output in compiled if output.tool is not None}
    known = all(built.intersection(server.builds) for server, _ in launch.servers)
    return known and len(launch.frameworks) == len(launch.servers)


def loaded_configs(context: Context, root: str, launch: Launch, *, known: bool) -> list[str]:
    """Return the configuration files (context paths) that framework programs load when they start; `known` when these
    serve known outputs, otherwise any configuration may be loaded."""
    patterns = {pattern for server, _ in launch.servers for pattern in server.reads}
    if launch.frameworks and not known:
        patterns |= node_packages.patterns("build_config")
    names = (name for name in context.list_dir(root) if any(fnmatchcase(name, pattern) for pattern in patterns))
    return [posixpath.join(root, name) for name in names if grammar_of(name) is not None]


def built_from(
    context: Context, outputs: Iterable[Output], configs: list[str], workspaces: Mapping[str, Manifest]
) -> frozenset[str]:
    """Return the sources (context paths) that frameworks compiled, without the top-level directories out of which the
    configuration is loaded when the program starts."""
    files: set[str] = set()
    for output in outputs:
        if output.tool is None:
            continue
        project = output.project
        directories = [posixpath.join(project, item) for item in output.tool.compiles]
        sources = [path for item in directories for path in context.walk(item) if grammar_of(path) is not None]
        found = reach(context, project, sources, workspaces) if sources else Reach()
        loaded = reach(context, project, configs, workspaces) if configs else Reach()
        kept = {*output.tool.serves, *(_top(path, project) for path in loaded.files if not loaded.everything)}
        taken = sources if found.everything or loaded.everything else found.files
        files.update(path for path in taken if _top(path, project) not in kept)
    return frozenset(files)


def settle_packages(
    reached: Reach, compiled: tuple[Output, ...], launch: Launch, manifests: Iterable[Manifest | None]
) -> None:
    """Take away the packages that lie inside the outputs which run."""
    if not compiled or launch.frameworks or len(compiled) != len(launch.entries):
        return
    if all(item.inlined is not None or item.complete for item in compiled):
        reached.packages.clear()
    elif all(item.tool is not None and item.tool.inlines_development for item in compiled):
        for manifest in manifests:
            for name in manifest.dev_dependencies if manifest is not None else ():
                reached.packages.pop(name, None)
                reached.mentions.discard(name)


def brings_packages(compiled: tuple[Output, ...], launch: Launch) -> bool:
    """Tell whether all that starts lies in outputs with packages of their own."""
    foreign = launch.frameworks or launch.unknown or launch.packages or launch.served
    return bool(compiled) and not foreign and len(compiled) == len(launch.entries) and all(o.complete for o in compiled)


def _top(path: str, project: str) -> str:
    relative = posixpath.relpath("/" + path, "/" + project)
    return relative.split("/", 1)[0]
