"""Files that the compiler puts into the binary: nothing has to be copied for them. Source: package embed."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from dockerslim_rewrite.languages.go.program import Program


class Embedded:
    """The go:embed patterns of a program's own packages, by image path."""

    def __init__(self, program: Program) -> None:
        self._patterns = tuple(
            posixpath.normpath(posixpath.join(source.package.directory, pattern))
            for source in program.sources
            for pattern in source.file.header.embeds
        )

    def holds(self, path: str) -> bool:
        """Tell whether a path is embedded, lies below an embedded directory, or is the directory of a pattern."""
        return any(
            path == posixpath.dirname(pattern) or _matches(path, pattern) or pattern.startswith(path.rstrip("/") + "/")
            for pattern in self._patterns
        )


def _matches(path: str, pattern: str) -> bool:
    """Compare element by element: `*` does not cross a slash, and a matched directory embeds all below it."""
    wanted, parts = pattern.split("/"), path.split("/")
    return len(parts) >= len(wanted) and all(
        fnmatchcase(part, one) for part, one in zip(parts[: len(wanted)], wanted, strict=True)
    )
