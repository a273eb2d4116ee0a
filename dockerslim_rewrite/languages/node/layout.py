"""Which parts of an application directory the runtime needs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import CommandEffect, Removes, Unknown, Writes
from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge import node_packages
from dockerslim_rewrite.languages.model import RANK_ASSETS, RANK_CODE, RANK_DEPENDENCIES, RANK_OUTPUT, Artifact
from dockerslim_rewrite.languages.node.outputs import Output
from dockerslim_rewrite.languages.node.reach import Reach

MAX_ENTRIES = 12
DEPENDENCIES = "node_modules"
# What `node app` may leave out of a file's name.
_OMITTED = (".js", ".json", ".mjs", ".cjs", ".ts")


class Layout(Struct):
    """The artifacts of one root. `whole` says why the directory is taken as one, "" when it is taken apart; `left` are
    the names that stay behind."""

    root: str
    artifacts: list[Artifact] = []
    whole: str = ""
    left: list[str] = []


class Wishes(Struct, frozen=True):
    """What the layout must respect. `dependencies`: node_modules is needed; `sources`: top-level names that running
    code was compiled from; `keep_config`: a tool of the start command reads build configuration, `loads`: patterns of
    that which it does read; `keep_locks`: it reads lock files; `only`: absolute paths that are all that is needed (a
    static server), empty when not known; `nested`: names of directories of which the build's output alone is needed;
    `entries`: files that start or are served; `doubt`: why nothing may be left behind.
    """

    dependencies: bool
    outputs: tuple[Output, ...]
    sources: frozenset[str]
    keep_config: bool
    loads: frozenset[str]
    keep_locks: bool
    only: tuple[str, ...]
    nested: frozenset[str]
    entries: tuple[str, ...]
    doubt: str


def app_roots(directories: Iterable[str], files: ImageFiles) -> tuple[str, ...]:
    """Return the outermost directories of the application: those given, or the copied trees around them."""
    found = set(directories)
    for tree in files.trees:
        inside = any(path == tree.image_path or path.startswith(tree.image_path.rstrip("/") + "/") for path in found)
        if tree.is_dir and tree.image_path != "/" and inside:
            found.add(tree.image_path)
    return tuple(
        sorted(
            path for path in found if not any(path != top and path.startswith(top.rstrip("/") + "/") for top in found)
        )
    )


def lay_out(
    root: str, context: Context, files: ImageFiles, effects: Iterable[CommandEffect], reached: Reach, wishes: Wishes
) -> Layout:
    """Take a root apart, or take it whole when that is not provably right."""
    layout = Layout(root)
    entries, problem = _entries(root, context, files, effects)
    problem = wishes.doubt or problem or ("" if context.known else "the build context is not known")
    if not problem:
        _choose(layout, entries, context, reached, wishes)
        problem = _uncovered(layout, entries, files, reached, wishes)
        if len(layout.artifacts) > MAX_ENTRIES:
            problem = "it holds many files at its top"
    if problem and root != "/":
        layout.whole, layout.left = problem, []
        layout.artifacts = [Artifact(root, True, RANK_CODE, "the application directory")]
    elif problem:
        layout.whole, layout.artifacts = problem, []
    return layout


def _uncovered(layout: Layout, entries: dict[str, bool], files: ImageFiles, reached: Reach, wishes: Wishes) -> str:
    """Say which file that starts, or that running code reads, is in no artifact although the build may make it."""
    for path in wishes.entries:
        names = (path, *(path + suffix for suffix in _OMITTED))
        inside = path.startswith(layout.root.rstrip("/") + "/")
        if inside and not any(_covered(name, layout.artifacts) for name in names):
            return f"where {path} comes from is not known"
    if not wishes.outputs or wishes.only:
        return ""
    base = files.to_context(layout.root) or ""
    for path, use in reached.uses:
        origin = posixpath.dirname(path) if use.path.origin == "module" else base
        if use.path.origin in ("absolute", "text") or not use.path.path.strip("./"):
            continue
        relative = posixpath.relpath(posixpath.normpath(posixpath.join("/", origin, use.path.path)), "/" + base)
        name = relative.split("/", 1)[0]
        known = name in entries or name in (".", "..", DEPENDENCIES) or name.startswith("__")
        if not known and not any(_top(output.path, layout.root) == name for output in wishes.outputs):
            return f"{path}:{use.line} reads {name}, which the build may write"
    return ""


def _covered(path: str, artifacts: Iterable[Artifact]) -> bool:
    return any(path == item.path or (item.is_dir and path.startswith(item.path + "/")) for item in artifacts)


def _top(path: str, root: str) -> str:
    """Return the first segment of a path below the root, "" when it lies elsewhere."""
    prefix = root.rstrip("/") + "/"
    return path[len(prefix) :].split("/", 1)[0] if path.startswith(prefix) else ""


def _entries(
    root: str, context: Context, files: ImageFiles, effects: Iterable[CommandEffect]
) -> tuple[dict[str, bool], str]:
    """Return the top-level names (True for directories) and why they are not all known."""
    entries: dict[str, bool] = {}
    for tree in files.trees:
        name = _top(tree.image_path, root)
        if name:
            entries[name] = tree.is_dir or tree.image_path != posixpath.join(root, name)
        elif tree.is_dir and (root == tree.image_path or root.startswith(tree.image_path.rstrip("/") + "/")):
            inside = posixpath.relpath(root, tree.image_path)
            directory = (
                posixpath.normpath(posixpath.join(tree.context_path, inside)) if inside != "." else tree.context_path
            )
            for child in context.list_dir("" if directory == "." else directory):
                entries[child] = context.is_dir(posixpath.join("" if directory == "." else directory, child))
    for command in effects:
        for effect in command.effects:
            problem = _apply(effect, root, entries)
            if problem:
                return entries, problem
    return entries, ""


def _apply(effect: object, root: str, entries: dict[str, bool]) -> str:
    if isinstance(effect, Writes):
        for path in effect.paths:
            name = _top(path, root)
            deeper = path != posixpath.join(root, name)
            if path == root and effect.what != "dir":
                return "a RUN puts files into it"
            if name and (effect.what in ("dir", "file") or deeper):
                entries[name] = deeper or effect.what == "dir" or entries.get(name, False)
            elif name and name not in entries:
                return f"a RUN writes {name}"
    elif isinstance(effect, Removes):
        for path in effect.paths:
            name = _top(path, root)
            if name and any(mark in path for mark in "*?["):
                return "a RUN removes files by a pattern"
            if path == posixpath.join(root, name):
                entries.pop(name, None)
            if path == root:
                return "a RUN removes it"
    elif isinstance(effect, Unknown):
        return "a RUN is not understood"
    return ""


def _choose(layout: Layout, entries: dict[str, bool], context: Context, reached: Reach, wishes: Wishes) -> None:
    outputs = [output for output in wishes.outputs if _top(output.path, layout.root)]
    if wishes.only:
        layout.artifacts = [Artifact(path, True, RANK_OUTPUT, "the server's directory") for path in wishes.only]
        if wishes.dependencies:
            layout.artifacts.insert(0, _dependencies(layout.root))
        kept = {_top(path, layout.root) for path in wishes.only}
        layout.left = sorted(name for name in entries if name not in kept)
        return
    output_names = {_top(output.path, layout.root) for output in outputs}
    loaded = frozenset() if reached.everything else frozenset(posixpath.basename(path) for path in reached.files)
    for name in sorted(entries):
        if name == DEPENDENCIES or (
            name in output_names and name not in wishes.nested and _is_output(name, layout, outputs)
        ):
            continue
        if name in wishes.nested:
            inside = sorted({item.path for item in outputs if _top(item.path, layout.root) == name})
            layout.artifacts.extend(Artifact(path, True, RANK_OUTPUT, "the build's output") for path in inside)
            layout.left.append(f"{name} (all but its output)")
            continue
        if _left_behind(name, reached, wishes) and name not in loaded:
            layout.left.append(name)
            continue
        path = posixpath.join(layout.root, name)
        rank = RANK_ASSETS if name == "package.json" or not _has_sources(name) else RANK_CODE
        layout.artifacts.append(Artifact(path, entries[name], rank, needed_by(name, reached)))
    for name in sorted(output_names - entries.keys() | {n for n in output_names if _is_output(n, layout, outputs)}):
        path = posixpath.join(layout.root, name)
        is_file = name not in entries and any(o.path == path and posixpath.splitext(name)[1] for o in outputs)
        layout.artifacts.append(Artifact(path, not is_file, RANK_OUTPUT, "the build's output"))
    if wishes.dependencies:
        layout.artifacts.append(_dependencies(layout.root))


def _is_output(name: str, layout: Layout, outputs: list[Output]) -> bool:
    """Tell whether a top-level name is an output itself, not a source directory with an output inside."""
    return any(item.path == posixpath.join(layout.root, name) for item in outputs)


def _has_sources(name: str) -> bool:
    return posixpath.splitext(name)[1] in ("", ".js", ".ts", ".mjs", ".cjs")


def _dependencies(root: str) -> Artifact:
    return Artifact(posixpath.join(root, DEPENDENCIES), True, RANK_DEPENDENCIES, "the packages that it imports")


def _left_behind(name: str, reached: Reach, wishes: Wishes) -> bool:
    """Tell whether a top-level name is provably for the build alone: nothing that runs mentions it."""
    if _matches(name, "secrets"):
        return True
    if name == "package.json" or name in reached.mentions or any(fnmatchcase(name, item) for item in wishes.loads):
        return False
    if _matches(name, "entries"):
        return True
    if _matches(name, "locks"):
        return not wishes.keep_locks
    return not wishes.keep_config and (name in wishes.sources or _matches(name, "build_config"))


def _matches(name: str, group: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in node_packages.patterns(group))


def needed_by(name: str, reached: Reach) -> str:
    """Return who reads a top-level name: the first place that names it, else that it is kept on doubt."""
    if name == "package.json":
        return "npm, and Node's choice of the module system"
    for path, use in reached.uses:
        if name in use.path.path.split("/"):
            return f"{path}:{use.line} {use.reader}".strip()
    if not reached.everything and any(path.split("/")[0] == name for path in reached.files):
        return "the start command runs it"
    return "kept on doubt"


def reads_root(reached: Reach, context_root: str) -> Iterator[str]:
    """Yield the places where running code serves or lists the application directory itself."""
    for path, use in reached.uses:
        value = use.path
        if not value.complete or not use.reader:
            continue
        directory = posixpath.dirname(path) if value.origin == "module" else context_root
        target = posixpath.normpath(posixpath.join("/", directory, value.path))
        if value.origin in ("module", "cwd", "text") and target == posixpath.normpath("/" + context_root):
            yield f"{path}:{use.line} reads the application directory itself"
