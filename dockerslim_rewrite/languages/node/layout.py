"""Which parts of an application directory the runtime needs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import CommandEffect
from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge import node_packages
from dockerslim_rewrite.languages.model import RANK_ASSETS, RANK_CODE, RANK_DEPENDENCIES, RANK_OUTPUT, Artifact
from dockerslim_rewrite.languages.node.layers import MAX_COPIES, Whole, count_copies, in_layers
from dockerslim_rewrite.languages.node.listing import DEPENDENCIES, has_sources, list_entries, top_name
from dockerslim_rewrite.languages.node.outputs import Output
from dockerslim_rewrite.languages.node.reach import Reach

# What `node app` may leave out of a file's name.
_OMITTED = (".js", ".json", ".mjs", ".cjs", ".ts")
COMPILED = (".ts", ".tsx", ".mts", ".cts")


class Layout(Struct):
    """The artifacts of one root. `whole` says why all of the directory is taken, "" when it is taken apart, and
    `one_layer` why its packages have no layer of their own; `left` are the names that stay behind."""

    root: str
    artifacts: list[Artifact] = []
    whole: str = ""
    one_layer: str = ""
    left: list[str] = []


class Wishes(Struct, frozen=True):
    """What the layout must respect. `dependencies`: node_modules is needed; `sources`: top-level names that running
    code was compiled from; `keep_config`: a tool of the start command reads build configuration, `loads`: patterns of
    that which it does read; `keep_locks`: it reads lock files; `only`: absolute paths that are all that is needed (a
    static server), empty when not known; `nested`: names of directories of which the build's output alone is needed;
    `entries`: files that start or are served; `named`: names in the start command and its scripts; `doubt`: why nothing
    may be left behind; `packages`, `unlisted` and `spare`: see `Whole`.
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
    named: frozenset[str]
    doubt: str
    packages: tuple[str, ...]
    unlisted: str
    spare: frozenset[str]


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
    root: str, context: Context, files: ImageFiles, effects: Sequence[CommandEffect], reached: Reach, wishes: Wishes
) -> Layout:
    """Take a root apart, or take it whole when that is not provably right."""
    layout = Layout(root)
    entries, unlisted = list_entries(root, context, files, effects)
    unlisted = unlisted or ("" if context.known else "the build context is not known")
    problem = wishes.doubt or unlisted
    if not problem:
        _choose(layout, entries, context, reached, wishes)
        problem = unlisted = _uncovered(layout, entries, files, reached, wishes)
        if count_copies(layout.artifacts) > MAX_COPIES:
            problem = "it holds many directories"
    if problem and root != "/":
        layout.whole, layout.left = problem, []
        made = tuple(output.path for output in wishes.outputs)
        whole = Whole(root, wishes.packages, made, wishes.entries, wishes.unlisted or unlisted, wishes.spare)
        layout.artifacts, layout.one_layer = in_layers(whole, context, files, effects)
        if len(layout.artifacts) > 1:
            layout.left = sorted(wishes.spare)
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
        if not known and not any(top_name(output.path, layout.root) == name for output in wishes.outputs):
            return f"{path}:{use.line} reads {name}, which the build may write"
    return ""


def _covered(path: str, artifacts: Iterable[Artifact]) -> bool:
    return any(path == item.path or (item.is_dir and path.startswith(item.path + "/")) for item in artifacts)


def _choose(layout: Layout, entries: dict[str, bool], context: Context, reached: Reach, wishes: Wishes) -> None:
    outputs = [output for output in wishes.outputs if top_name(output.path, layout.root)]
    if wishes.only:
        layout.artifacts = [Artifact(path, True, RANK_OUTPUT, "the server's directory") for path in wishes.only]
        if wishes.dependencies:
            layout.artifacts.insert(0, _dependencies(layout.root))
        kept = {top_name(path, layout.root) for path in wishes.only}
        layout.left = sorted(name for name in entries if name not in kept)
        return
    output_names = {top_name(output.path, layout.root) for output in outputs}
    loaded = frozenset() if reached.everything else frozenset(posixpath.basename(path) for path in reached.files)
    for name in sorted(entries):
        if name == DEPENDENCIES or (
            name in output_names and name not in wishes.nested and _is_output(name, layout, outputs)
        ):
            continue
        if name in wishes.nested:
            inside = sorted({item.path for item in outputs if top_name(item.path, layout.root) == name})
            layout.artifacts.extend(Artifact(path, True, RANK_OUTPUT, "the build's output") for path in inside)
            layout.left.append(f"{name} (all but its output)")
            continue
        compiled = name in wishes.sources and name.endswith(COMPILED)  # loaded as what it was compiled to
        if _left_behind(name, reached, wishes) and (compiled or name not in loaded):
            layout.left.append(name)
            continue
        path = posixpath.join(layout.root, name)
        rank = RANK_ASSETS if name == "package.json" or not has_sources(name) else RANK_CODE
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


def _dependencies(root: str) -> Artifact:
    return Artifact(posixpath.join(root, DEPENDENCIES), True, RANK_DEPENDENCIES, "the packages that it imports")


def _left_behind(name: str, reached: Reach, wishes: Wishes) -> bool:
    """Tell whether a top-level name is provably for the build alone: nothing that runs mentions it."""
    if _matches(name, "secrets"):
        return True
    if name == "package.json" or name in reached.mentions or name in wishes.named:
        return False
    if any(fnmatchcase(name, item) for item in wishes.loads):
        return False
    if is_for_the_build(name):
        return True
    if _matches(name, "locks"):
        return not wishes.keep_locks
    return not wishes.keep_config and (name in wishes.sources or _matches(name, "build_config"))


def is_for_the_build(name: str) -> bool:
    """Tell whether a top-level name is one that only a build, a test or an editor reads."""
    return _matches(name, "entries")


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
