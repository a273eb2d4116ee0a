"""Workspaces of npm, yarn, pnpm and lerna: which directories belong to a root, and under which names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase

from dockerslim_rewrite.analysis.paths import is_glob, upwards
from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.languages.node.locks.model import as_texts
from dockerslim_rewrite.languages.node.locks.text import load_yaml
from dockerslim_rewrite.languages.node.manifest import Manifest, read_manifest

MAX_PACKAGES = 500
MAX_LEVELS = 4


def workspace_patterns(context: Context, manifest: Manifest) -> tuple[str, ...]:
    """Return the directory patterns of a root package; empty when it is no workspace root."""
    patterns = list(manifest.workspaces)
    pnpm = context.read_text(posixpath.join(manifest.directory, "pnpm-workspace.yaml"))
    if pnpm is not None:
        patterns += as_texts(load_yaml(pnpm).get("packages"))
    lerna = context.read_text(posixpath.join(manifest.directory, "lerna.json"))
    if lerna is not None:
        patterns += as_texts(parse_object(lerna).get("packages")) or ("packages/*",)
    return tuple(dict.fromkeys(patterns))


def workspace_packages(context: Context, manifest: Manifest) -> tuple[Manifest, ...]:
    """Return the packages of a workspace root, without the root itself."""
    found: dict[str, Manifest] = {}
    for pattern in workspace_patterns(context, manifest):
        if pattern.startswith("!"):
            continue
        for directory in _directories(context, manifest.directory, pattern):
            package = read_manifest(context, directory) if directory not in found else None
            if package is not None and len(found) < MAX_PACKAGES:
                found[directory] = package
    return tuple(found.values())


def in_workspace(context: Context, manifest: Manifest) -> bool:
    """Tell whether a package lies below a workspace root, whose node_modules its packages may go to."""
    above = (read_manifest(context, directory) for directory in upwards(manifest.directory))
    roots = (item for item in above if item is not None and item.directory != manifest.directory)
    return any(workspace_patterns(context, item) for item in roots)


def find_workspace(context: Context, manifest: Manifest, wanted: str) -> Manifest | None:
    """Return the workspace package of a name, or of a directory (`./packages/api`)."""
    wanted = wanted.strip("{}").removesuffix("...").lstrip("^")
    for package in workspace_packages(context, manifest):
        relative = posixpath.relpath("/" + package.directory, "/" + manifest.directory)
        if wanted in (package.name, relative, "./" + relative):
            return package
    return None


def _directories(context: Context, root: str, pattern: str) -> Iterator[str]:
    directories = [root]
    for part in pattern.strip("/").removeprefix("./").split("/"):
        if part == "**":
            directories = [item for start in directories for item in _below(context, start, MAX_LEVELS)]
        elif is_glob(part):
            directories = [
                posixpath.join(start, name)
                for start in directories
                for name in context.list_dir(start)
                if fnmatchcase(name, part) and context.is_dir(posixpath.join(start, name))
            ]
        else:
            directories = [posixpath.join(start, part) for start in directories]
        directories = directories[:MAX_PACKAGES]
    yield from (item for item in directories if context.is_file(posixpath.join(item, "package.json")))


def _below(context: Context, directory: str, levels: int) -> Iterator[str]:
    yield directory
    if levels:
        for name in context.list_dir(directory):
            path = posixpath.join(directory, name)
            if name != "node_modules" and not name.startswith(".") and context.is_dir(path):
                yield from _below(context, path, levels - 1)
