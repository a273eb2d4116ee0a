"""What the pipeline may ask of a build context."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Context(Protocol):
    """A build context. Paths are relative to its root, with forward slashes, no leading slash; "" is the root.

    Files that .dockerignore excludes are not there, and neither is anything that a symbolic link leads to outside the
    root. Reading never raises: what cannot be read is None.
    """

    @property
    def known(self) -> bool:
        """Tell whether there is a context at all (False for a Dockerfile from stdin)."""

    def is_file(self, path: str) -> bool:
        """Tell whether a regular file is there."""

    def is_dir(self, path: str) -> bool:
        """Tell whether a directory is there."""

    def read_text(self, path: str) -> str | None:
        """Return a file's text (UTF-8, invalid bytes replaced), or None when absent, not regular or too large."""

    def list_dir(self, path: str) -> tuple[str, ...]:
        """Return the names in a directory, sorted; empty when absent."""

    def walk(self, path: str = "") -> Iterator[str]:
        """Yield every file below a directory, sorted, depth first. Skips .git and node_modules. Bounded."""

    def excludes(self, path: str) -> bool:
        """Tell whether .dockerignore leaves a path out, whether or not it exists."""

    def is_executable(self, path: str) -> bool:
        """Tell whether a file has an execute bit."""

    def link_target(self, path: str) -> str | None:
        """Return where a symbolic link points (as written), or None when it is none."""
