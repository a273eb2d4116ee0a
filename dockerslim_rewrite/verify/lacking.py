"""Which of the files that the original opened the rewrite lacks, and the line that brings them."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator

from msgspec import Struct

from dockerslim_rewrite.syntax.parser import parse_dockerfile
from dockerslim_rewrite.verify.elf import read_elf
from dockerslim_rewrite.verify.fanotify import Opened
from dockerslim_rewrite.verify.session import IDLE, Session
from dockerslim_rewrite.verify.tree import Tree, read_tree

_MERGED = ("/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/lib64/")


class Lacking(Struct, frozen=True):
    """A file, or a folder with all of `files`, that the rewrite lacks.

    `programs` opened them in the original; `executed` when it is a program itself; `line` is the instruction for the
    last stage that copies it from the builder.
    """

    path: str
    files: tuple[str, ...]
    programs: tuple[str, ...]
    executed: bool
    line: str


def find_lacking(
    session: Session, opened: Iterable[Opened], original: str, rewritten: str, text: str
) -> tuple[Lacking, ...]:
    """Return what is lacking, data files before programs.

    `original` and `rewritten` are the images, `text` is the rewritten Dockerfile. What the original wrote itself while
    it ran is no part of its image and is left out, and so are shared libraries of programs that need none in the
    rewrite.

    Raises:
        EngineError: when the engine does not deliver the rewrite's files.
    """
    tree = read_tree(session, rewritten)
    names = frozenset(map(posixpath.basename, tree.files))
    missing: dict[str, list[Opened]] = {}
    for event in opened:
        if not _holds(tree, names, event):
            missing.setdefault(event.path, []).append(event)
    if not missing:
        return ()
    loaders = _loaders(session, rewritten, tree, {event.program for events in missing.values() for event in events})
    wanted = {path: events for path, events in missing.items() if not _is_needless(path, events, loaders)}
    with session.container(original, IDLE) as container:
        kept = {path: events for path, events in wanted.items() if session.engine.exists(container, path)}
    return tuple(_group(kept, tree, _copy_prefix(text)))


def _holds(tree: Tree, names: frozenset[str], event: Opened) -> bool:
    if tree.holds(event.path):
        return True
    # /usr/lib and /lib are one directory in some distributions and two in others
    if event.path.startswith(_MERGED) and tree.holds(event.path.removeprefix("/usr")):
        return True
    moves = event.executed or _is_library(event.path)
    return moves and posixpath.basename(event.path) in names


def _is_library(path: str) -> bool:
    name = posixpath.basename(path)
    return name.startswith("ld.so.") or name.endswith(".so") or ".so." in name


def _loaders(session: Session, image: str, tree: Tree, programs: Iterable[str]) -> dict[str, str]:
    """Return the loader of each program that the rewrite has ("" for a static one)."""
    found: dict[str, str] = {}
    by_name = {posixpath.basename(path): path for path in sorted(tree.files)}
    with session.container(image, IDLE) as container:
        for program in sorted(filter(None, programs)):
            path = program if tree.holds(program) else by_name.get(posixpath.basename(program))
            content = session.engine.read_file(container, path, limit=1 << 20) if path else None
            elf = read_elf(content) if content else None
            if elf is not None:
                found[program] = elf.interpreter
    return found


def _is_needless(path: str, events: Iterable[Opened], loaders: dict[str, str]) -> bool:
    """Tell whether a library is for none of the programs that the rewrite has: they are absent, static or for musl.

    The loader's cache is never needed: it is an index that each image makes of its own libraries.
    """
    if posixpath.basename(path) == "ld.so.cache":
        return True
    return _is_library(path) and not any(
        "ld-linux" in loaders.get(event.program, "") or not event.program for event in events
    )


def _group(kept: dict[str, list[Opened]], tree: Tree, prefix: str) -> Iterator[Lacking]:
    executed = {path for path, events in kept.items() if any(event.executed for event in events)}
    folders = {path: _folder(path, tree) for path in kept.keys() - executed}
    tops = sorted(set(folders.values()))
    roots = {top: next(other for other in tops if f"{top}/".startswith(f"{other}/")) for top in tops}
    for root in sorted(set(roots.values())):
        files = tuple(sorted(path for path, folder in folders.items() if roots[folder] == root))
        programs = sorted({event.program for path in files for event in kept[path] if event.program})
        yield Lacking(root, files, tuple(programs), False, _line(prefix, root))
    for path in sorted(executed):
        programs = sorted({event.program for event in kept[path] if event.program})
        yield Lacking(path, (path,), tuple(programs), True, _line(prefix, path))


def _folder(path: str, tree: Tree) -> str:
    """Return the file's folder when the rewrite lacks it whole, else the file."""
    parent = posixpath.dirname(path)
    return path if tree.holds(parent) or _is_library(path) else parent


def _line(prefix: str, path: str) -> str:
    if any(character.isspace() for character in path):
        import json

        return f"{prefix} {json.dumps([path, path])}"
    return f"{prefix} {path} {path}"


def _copy_prefix(text: str) -> str:
    """Return `COPY --from=<builder>` with the owner that the last stage's other copies have."""
    dockerfile = parse_dockerfile(text)
    for instruction in dockerfile.stages[-1].instructions if dockerfile.stages else ():
        source = instruction.flag("from") if instruction.keyword == "COPY" else None
        if source:
            owner = instruction.flag("chown")
            return f"COPY --from={source}" + (f" --chown={shlex.quote(owner)}" if owner else "")
    names = [stage.name for stage in dockerfile.stages if stage.name]
    return f"COPY --from={names[0] if names else 0}"
