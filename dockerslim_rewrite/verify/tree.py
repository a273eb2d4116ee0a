"""The files of an image, listed without running it."""

from __future__ import annotations

import posixpath
import tarfile
from collections.abc import Mapping

from msgspec import Struct

from dockerslim_rewrite.verify.engine import EngineError
from dockerslim_rewrite.verify.session import IDLE, Session

_MAX_CONTENT = 64 << 20
_MAX_LINKS = 40


class Tree(Struct, frozen=True):
    """Absolute paths of an image. `links` are the targets of symbolic links, as written; `contents` what was kept."""

    files: frozenset[str]
    directories: frozenset[str]
    links: Mapping[str, str] = {}
    contents: Mapping[str, bytes] = {}

    def resolve(self, path: str) -> str:
        """Return the path with all symbolic links followed, as the kernel would inside of the image."""
        done, rest, budget = "/", [part for part in path.split("/") if part], _MAX_LINKS
        while rest:
            part = rest.pop(0)
            if part == "..":
                done = posixpath.dirname(done)
                continue
            done = posixpath.join(done, part)
            target = self.links.get(done)
            if target is not None and budget:
                budget -= 1
                done = "/" if target.startswith("/") else posixpath.dirname(done)
                rest = [step for step in target.split("/") if step not in ("", ".")] + rest
        return done

    def holds(self, path: str) -> bool:
        """Tell whether a path leads to a file or directory."""
        real = self.resolve(path)
        return real == "/" or real in self.files or real in self.directories


def read_tree(session: Session, image: str, keep: frozenset[str] = frozenset()) -> Tree:
    """List an image's files through a container that is never started.

    `keep` names the files whose content is wanted, and directories (ending in a slash) whose files' contents are.

    Raises:
        EngineError: when the engine does not deliver the files.
    """
    files: set[str] = set()
    directories: set[str] = set()
    links: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    try:
        with (
            session.container(image, IDLE) as name,
            session.engine.output("export", name) as stream,
            tarfile.open(fileobj=stream, mode="r|", bufsize=1 << 20) as archive,
        ):
            for member in archive:
                path = posixpath.normpath("/" + member.name.lstrip("/"))
                if member.isdir():
                    directories.add(path)
                elif member.issym():
                    links[path] = member.linkname
                else:
                    files.add(path)
                wanted = path in keep or posixpath.dirname(path) + "/" in keep
                if wanted and member.isreg() and member.size <= _MAX_CONTENT:
                    reader = archive.extractfile(member)
                    contents[path] = reader.read() if reader else b""
                archive.members.clear()  # type: ignore[attr-defined]  # the library keeps every entry otherwise
    except tarfile.TarError as error:
        raise EngineError(f"{session.engine.name} export: {error}") from error
    return Tree(frozenset(files), frozenset(directories), links, contents)
