"""The names in an application directory of the image, as far as they are known for certain."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Iterable

from dockerslim_rewrite.analysis.effects import CommandEffect, MayRemove, Removes, Unknown, Writes
from dockerslim_rewrite.analysis.files import CopiedTree, ImageFiles
from dockerslim_rewrite.analysis.paths import below, is_glob
from dockerslim_rewrite.context.model import Context

DEPENDENCIES = "node_modules"


def top_name(path: str, root: str) -> str:
    """Return the first segment of a path below the root, "" when it lies elsewhere."""
    prefix = root.rstrip("/") + "/"
    return path[len(prefix) :].split("/", 1)[0] if path.startswith(prefix) else ""


def list_entries(
    root: str, context: Context, files: ImageFiles, effects: Iterable[CommandEffect]
) -> tuple[dict[str, bool], str]:
    """Return the top-level names (True for directories) and why they are not all known."""
    entries: dict[str, bool] = {}
    linked = ""  # COPY would follow the link
    trees = deque(files.trees)
    for command in effects:
        while trees and trees[0].step < command.step:
            found = _copy(trees.popleft(), root, context, entries)
            linked = linked or found
        for effect in command.effects:
            problem = _apply(effect, root, entries)
            if problem:
                return entries, problem
    for tree in trees:
        found = _copy(tree, root, context, entries)
        linked = linked or found
    return entries, linked


def _copy(tree: CopiedTree, root: str, context: Context, entries: dict[str, bool]) -> str:
    """Add what a COPY brings, and say which entry is a symbolic link."""
    name, linked = top_name(tree.image_path, root), ""
    if name:
        entries[name] = tree.is_dir or tree.image_path != posixpath.join(root, name)
    elif tree.is_dir and below(root, (tree.image_path,)):
        inside = posixpath.relpath(root, tree.image_path)
        directory = posixpath.normpath(posixpath.join(tree.context_path, inside))
        directory = "" if directory == "." else directory
        for child in context.list_dir(directory):
            entries[child] = context.is_dir(posixpath.join(directory, child))
            if context.link_target(posixpath.join(directory, child)) is not None:
                linked = linked or f"{child} is a symbolic link"
    return linked


def _apply(effect: object, root: str, entries: dict[str, bool]) -> str:
    if isinstance(effect, Writes):
        for path in effect.paths:
            name = top_name(path, root)
            deeper = path != posixpath.join(root, name)
            if path == root and effect.what != "dir":
                return "a RUN puts files into it"
            if name and (effect.what in ("dir", "file") or deeper):
                entries[name] = deeper or effect.what == "dir" or entries.get(name, False)
            elif name and name not in entries:
                return f"a RUN writes {name}"
    elif isinstance(effect, Removes | MayRemove):
        return _remove(effect, root, entries)
    elif isinstance(effect, Unknown):
        return "a RUN is not understood"
    return ""


def _remove(effect: Removes | MayRemove, root: str, entries: dict[str, bool]) -> str:
    for path in effect.paths:
        name = top_name(path, root)
        if name and is_glob(path):
            return "a RUN removes files by a pattern"
        if path == root:
            return "a RUN removes it"
        if path == posixpath.join(root, name) and isinstance(effect, MayRemove):
            return f"a RUN may remove {name}"
        if path == posixpath.join(root, name):
            entries.pop(name, None)
    return ""


def has_sources(name: str) -> bool:
    """Tell whether a name may be that of source code, which changes more often than what lies beside it."""
    return posixpath.splitext(name)[1] in ("", ".js", ".ts", ".mjs", ".cjs")
