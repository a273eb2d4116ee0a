"""The build context of an open document: found once, kept while it is unchanged on disk."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import TypeAlias

from dockerslim_rewrite.context.local import LocalContext

Stamp: TypeAlias = tuple[int, int, int, int] | None


class StampedContext(LocalContext):
    """A context that can tell whether a file or directory that was looked at has changed since."""

    def __init__(self, root: Path, dockerfile: Path) -> None:
        super().__init__(root, dockerfile)
        self._stamps: dict[str, Stamp] = {}
        for path in (f"{dockerfile}.dockerignore", str(self.root / ".dockerignore")):
            self._stamps[path] = stamp(path)

    def is_fresh(self) -> bool:
        """Tell whether everything that was looked at is as it was."""
        return all(stamp(path) == before for path, before in self._stamps.items())

    def read_text(self, path: str) -> str | None:
        """See `Context.read_text`."""
        self._look(path)
        return super().read_text(path)

    def list_dir(self, path: str) -> tuple[str, ...]:
        """See `Context.list_dir`."""
        self._look(path)
        return super().list_dir(path)

    def is_executable(self, path: str) -> bool:
        """See `Context.is_executable`."""
        self._look(path)
        return super().is_executable(path)

    def is_file(self, path: str) -> bool:
        """See `Context.is_file`."""
        self._look_below(path)
        return super().is_file(path)

    def is_dir(self, path: str) -> bool:
        """See `Context.is_dir`."""
        self._look_below(path)
        return super().is_dir(path)

    def _look(self, path: str) -> None:
        full = f"{self.root}/{path.strip('/')}"
        if full not in self._stamps:
            self._stamps[full] = stamp(full)

    def _look_below(self, path: str) -> None:
        # The time of a directory tells when a name appears or goes: a walk needs no stamp for each file.
        if f"{self.root}/{posixpath.dirname(path.strip('/'))}" not in self._stamps:
            self._look(path)


def stamp(path: str) -> Stamp:
    """Return what changes when a file or directory does; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a str path is faster here
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode
