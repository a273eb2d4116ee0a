"""Which context file stands behind which path of the image, by replaying COPY and ADD."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from itertools import islice

from msgspec import Struct

from dockerslim_rewrite.analysis.model import StageFacts, Step
from dockerslim_rewrite.analysis.paths import is_glob
from dockerslim_rewrite.context.model import Context

MAX_SPREAD = 20
# What ADD recognises as an archive, by the usual endings. Source: the Dockerfile reference, ADD.
ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst")


class CopiedTree(Struct, frozen=True):
    """One source of a COPY: `context_path` ("" is the whole context) became `image_path` in step `step`."""

    context_path: str
    image_path: str
    is_dir: bool
    step: int


class ImageFiles:
    """The image's files as far as they come from the context."""

    def __init__(self, facts: StageFacts, context: Context) -> None:
        self._context = context
        self._directories = {facts.base.workdir} if facts.base else {"/"}
        self.trees: tuple[CopiedTree, ...] = tuple(tree for step in facts.steps for tree in self._step(step))

    def to_context(self, image_path: str, before: int | None = None) -> str | None:
        """Return the context path behind an absolute image path (the last COPY wins), or None.

        The file or directory must exist in the context. `before` limits to steps with a smaller index.
        """
        for tree in reversed(self.trees):
            if before is not None and tree.step >= before:
                continue
            path = _translate(image_path, tree.image_path, tree.context_path, tree.is_dir)
            if path is not None and (self._context.is_file(path) or self._context.is_dir(path)):
                return path
        return None

    def to_image(self, context_path: str) -> tuple[str, ...]:
        """Return the absolute image paths that a context path is copied to."""
        context_path = context_path.strip("/")
        found = (
            _translate(f"/{context_path}".rstrip("/") or "/", f"/{tree.context_path}", tree.image_path, tree.is_dir)
            for tree in self.trees
        )
        return tuple(dict.fromkeys("/" + path.lstrip("/") for path in found if path is not None))

    def spread(self, tree: CopiedTree, shared: Collection[str]) -> Iterator[tuple[str, bool]]:
        """Yield `(path, is_dir)` of what a tree put into a directory that the base fills too: its files, or where they
        are many its entries. Any other tree is one entry."""
        if not tree.is_dir or tree.image_path not in shared:
            yield tree.image_path, tree.is_dir
            return
        files = [*islice(self._context.walk(tree.context_path), MAX_SPREAD + 1)]
        if len(files) <= MAX_SPREAD:
            for path in files:
                relative = posixpath.relpath("/" + path, "/" + tree.context_path)
                yield posixpath.join(tree.image_path, relative), False
            return
        for name in self._context.list_dir(tree.context_path):
            path = posixpath.join(tree.context_path, name)
            child = CopiedTree(path, posixpath.join(tree.image_path, name), self._context.is_dir(path), tree.step)
            yield from self.spread(child, shared)

    def is_directory(self, image_path: str) -> bool:
        """Tell whether a path is known to be a directory of the image."""
        if image_path in self._directories:
            return True
        path = self.to_context(image_path)
        return path is not None and self._context.is_dir(path)

    def _step(self, step: Step) -> Iterator[CopiedTree]:
        self._add_directory(step.before.workdir)
        if step.script is not None:
            for command in step.script.simple:
                if command.name == "mkdir" and command.cwd is not None:
                    for word in command.words[1:]:
                        if word.value and not word.value.startswith("-"):
                            self._add_directory(posixpath.normpath(posixpath.join(command.cwd, word.value)))
        if step.copy is None or step.copy.from_ is not None:
            return
        to_dir = step.copy.dest_is_dir or step.copy.dest in self._directories
        for source in step.copy.sources:
            if unpacks(step, source):
                continue
            for path in self._expand(source):
                is_dir = self._is_dir(path)
                image = step.copy.dest
                if not is_dir and to_dir:
                    image = posixpath.join(image, posixpath.basename(path))
                self._add_directory(image if is_dir else posixpath.dirname(image))
                yield CopiedTree(path, image, is_dir, step.index)

    def _add_directory(self, path: str) -> None:
        while path not in self._directories and path not in ("", "/"):
            self._directories.add(path)
            path = posixpath.dirname(path)

    def _is_dir(self, path: str) -> bool:
        if self._context.known and not self.is_unseen(path):
            return path == "" or self._context.is_dir(path)
        return path == "" or "." not in posixpath.basename(path)

    def is_unseen(self, source: str) -> bool:
        """Tell whether a COPY's source looks like a directory and is not in the build context: it is made later, or
        the context is another one."""
        named = source and "://" not in source and not any(mark in source for mark in "*?[.")
        return (
            bool(named)
            and self._context.known
            and not self._context.is_file(source)
            and not self._context.is_dir(source)
        )

    def _expand(self, source: str) -> tuple[str, ...]:
        """Return the context paths that a COPY source names; a URL names none."""
        if "://" in source or source.startswith("git@"):
            return ()
        if not is_glob(source):
            return (source,)
        paths = [""]
        for part in source.split("/"):
            paths = [
                f"{path}/{name}".lstrip("/")
                for path in paths
                for name in self._context.list_dir(path)
                if fnmatchcase(name, part)
            ]
        return tuple(paths)


def unpacks(step: Step, source: str) -> bool:
    """Tell whether ADD unpacks a source: a local archive, by its name."""
    if step.instruction.keyword != "ADD" or "://" in source or step.instruction.flag("unpack") == "false":
        return False
    return source.lower().endswith(ARCHIVES)


def _translate(path: str, from_root: str, to_root: str, is_dir: bool) -> str | None:
    """Move a path from one root to another, or return None when it does not lie there."""
    if path == from_root:
        return to_root
    prefix = from_root.rstrip("/") + "/"
    if is_dir and path.startswith(prefix):
        return (
            f"{to_root}/{path[len(prefix) :]}".lstrip("/")
            if not to_root.startswith("/")
            else (f"{to_root.rstrip('/')}/{path[len(prefix) :]}")
        )
    return None
