"""A build context on disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path

from dockerslim_rewrite.context.ignore import IgnoreRules

MAX_TEXT_BYTES = 8 * 1024 * 1024
MAX_WALKED_FILES = 20_000
MAX_IGNORED_FILES = 2_000
MAX_DEPTH = 40
SKIPPED_DIRECTORIES = frozenset({".git", ".hg", ".svn", "node_modules"})


class LocalContext:
    """The `Context` of a directory. Reads regular files below `root` only, and remembers which (`reads`).

    `dockerfile` is the Dockerfile's path, whose own `<name>.dockerignore` wins over `.dockerignore`.
    """

    known = True

    def __init__(self, root: Path, dockerfile: Path | None = None) -> None:
        self.root = Path(os.path.realpath(root))
        self.reads: set[str] = set()
        self._dockerfile = dockerfile
        self._texts: dict[str, str | None] = {}
        self._lists: dict[str, tuple[str, ...]] = {}
        self._modes: dict[str, int] = {}
        self._walks: dict[str, tuple[str, ...]] = {}
        self._folders: dict[str, str] = {}
        self._inside = f"{str(self.root).rstrip('/')}/"

    @property
    def held(self) -> int:
        """Return how many characters of text are kept."""
        return sum(len(text) for text in self._texts.values() if text is not None)

    @cached_property
    def _ignore(self) -> IgnoreRules:
        own = Path(f"{self._dockerfile}.dockerignore") if self._dockerfile else None
        for path in (own, self.root / ".dockerignore"):
            if path is not None and self._is_own(path) and (text := read_regular(path)) is not None:
                return IgnoreRules(text)
        return IgnoreRules("")

    def _is_own(self, path: Path) -> bool:
        """Tell whether a file lies in the context or in its own folder: a link may lead elsewhere."""
        own = f"{os.path.realpath(path.parent).rstrip('/')}/"
        return os.path.realpath(path).startswith((self._inside, own))

    def _resolve(self, path: str) -> str | None:
        """Return the real path when it lies in the context and is not ignored."""
        clean = os.path.normpath(path.strip("/")) if path.strip("/") else ""
        if clean == "." or not clean:
            return str(self.root)
        if "\0" in clean or clean.startswith(".."):
            return None
        real = self._real(clean)
        inside = f"{real}/".startswith(self._inside)
        return real if inside and not self._is_hidden(clean, real) else None

    def _real(self, clean: str) -> str:
        """Return the real path; that of each folder is found only once, so that a file costs one look for a link."""
        folder, _, name = clean.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(f"{self._inside}{folder}")
        path = f"{self._folders[folder].rstrip('/')}/{name}"
        return os.path.realpath(path) if os.path.islink(path) else path  # noqa: PTH114 - a str path is faster here

    def _is_hidden(self, path: str, real: str) -> bool:
        """An ignored directory is still there when a `!` rule brings a file below it back."""
        if not self._ignore.excludes(path):
            return False
        return not (self._ignore.reaches_below(path) and Path(real).is_dir() and self._holds_some(path, real))

    def _holds_some(self, path: str, real: str) -> bool:
        """Tell whether some file below an ignored directory is not ignored; True as well where they are too many."""
        seen = 0
        for folder, folders, names in os.walk(real):
            inside = f"{path}{folder[len(real) :]}"
            if any(not self._ignore.excludes(f"{inside}/{name}") for name in (*names, *folders)):
                return True
            seen += len(names) + len(folders)
            if seen > MAX_IGNORED_FILES:
                return True
        return False

    def _mode(self, path: str) -> int:
        if path not in self._modes:
            real = self._resolve(path)
            try:
                self._modes[path] = os.stat(real).st_mode if real else 0  # noqa: PTH116 - a str path is faster here
            except (OSError, ValueError):
                self._modes[path] = 0
        return self._modes[path]

    def is_file(self, path: str) -> bool:
        """See `Context.is_file`."""
        return stat.S_ISREG(self._mode(path))

    def is_dir(self, path: str) -> bool:
        """See `Context.is_dir`."""
        return stat.S_ISDIR(self._mode(path))

    def excludes(self, path: str) -> bool:
        """See `Context.excludes`."""
        return self._ignore.excludes(path)

    def is_executable(self, path: str) -> bool:
        """See `Context.is_executable`."""
        return self.is_file(path) and bool(self._mode(path) & 0o111)

    def link_target(self, path: str) -> str | None:
        """See `Context.link_target`."""
        if path.startswith("..") or "\0" in path or self._ignore.excludes(path):
            return None
        try:
            return str((self.root / path).readlink())
        except (OSError, ValueError):
            return None

    def read_text(self, path: str) -> str | None:
        """See `Context.read_text`. At most 8 MiB are read."""
        if path not in self._texts:
            real = self._resolve(path)
            self._texts[path] = read_regular(Path(real)) if real else None
            self.reads.add(path)
        return self._texts[path]

    def list_dir(self, path: str) -> tuple[str, ...]:
        """See `Context.list_dir`."""
        if path not in self._lists:
            self._lists[path] = self._list(path)
        return self._lists[path]

    def _list(self, path: str) -> tuple[str, ...]:
        real = self._resolve(path)
        if real is None:
            return ()
        try:
            names = sorted(os.listdir(real))  # noqa: PTH208 - names, not paths
        except OSError:
            return ()
        prefix = f"{path.strip('/')}/" if path.strip("/") else ""
        return tuple(name for name in names if not self._is_hidden(prefix + name, f"{real}/{name}"))

    def walk(self, path: str = "") -> Iterator[str]:
        """See `Context.walk`. Yields at most 20,000 files, at most 40 directories deep; links are not followed.

        A walk that came to its end is kept: several questions are asked of the same tree.
        """
        if path not in self._walks:
            found = []
            for name in islice(self._walk(path.strip("/"), 0), MAX_WALKED_FILES):
                found.append(name)
                yield name
            self._walks[path] = tuple(found)
        else:
            yield from self._walks[path]

    def _walk(self, path: str, depth: int) -> Iterator[str]:
        if depth > MAX_DEPTH:
            return
        for name in self.list_dir(path):
            child = f"{path}/{name}" if path else name
            if self.is_file(child):
                yield child
            elif name not in SKIPPED_DIRECTORIES and self.is_dir(child) and self.link_target(child) is None:
                yield from self._walk(child, depth + 1)


def read_regular(path: Path, limit: int = MAX_TEXT_BYTES) -> str | None:
    """Read a regular file of at most `limit` bytes; a FIFO or device is not opened for long: it does not block."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(handle)  # first: a folder is opened, too, and no file can be made of it
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(limit).decode("utf-8", "replace")
    except OSError:
        return None
    finally:
        os.close(handle)


class NoContext:
    """The context of a Dockerfile that came alone: nothing is known."""

    known = False

    def is_file(self, path: str) -> bool:
        """Return False."""
        return False

    def is_dir(self, path: str) -> bool:
        """Return False."""
        return False

    def excludes(self, path: str) -> bool:
        """Return False."""
        return False

    def is_executable(self, path: str) -> bool:
        """Return False."""
        return False

    def link_target(self, path: str) -> str | None:
        """Return None."""
        return None

    def read_text(self, path: str) -> str | None:
        """Return None."""
        return None

    def list_dir(self, path: str) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def walk(self, path: str = "") -> Iterator[str]:
        """Yield nothing."""
        return iter(())
