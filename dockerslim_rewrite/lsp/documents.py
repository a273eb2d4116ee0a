"""The open documents. All state that requests share lives here; the worker thread is the only one that analyses."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from dockerslim_rewrite.context.local import NoContext
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.lsp.analysis import Analysis
from dockerslim_rewrite.lsp.context import StampedContext, context_root
from dockerslim_rewrite.lsp.settings import Settings
from dockerslim_rewrite.syntax.model import Dockerfile
from dockerslim_rewrite.syntax.parser import parse_dockerfile

# For so long a context counts as unchanged without a look at the disk, unless the editor tells of a change.
FRESH_SECONDS = 0.5


class Version(Struct, frozen=True):
    """One state of a document: its text, the editor's version number, and the settings and folders it is read with."""

    number: int
    text: str
    settings: Settings
    folders: tuple[Path, ...]


class Document:
    """One open Dockerfile. `path` is None when it has no file.

    The loop's thread sets `version`; `analysis` runs in the worker thread only.
    """

    def __init__(self, uri: str, path: Path | None, version: Version) -> None:
        self.uri = uri
        self.path = path
        self.version = version
        self._analysed: tuple[Version, Context, Analysis] | None = None
        self._context: StampedContext | None = None
        self._checked = 0.0

    def forget_times(self) -> None:
        """Look at the disk again on the next occasion."""
        self._checked = 0.0

    def analysis(self, version: Version) -> Analysis:
        """Return the analysis of a version; the same one as long as neither it nor the context has changed."""
        dockerfile = self._parsed(version)
        context = self._fresh_context(version, dockerfile)
        if self._analysed is None or self._analysed[0] is not version or self._analysed[1] is not context:
            self._analysed = (version, context, Analysis(dockerfile, context, version.settings))
        return self._analysed[2]

    def _parsed(self, version: Version) -> Dockerfile:
        if self._analysed is not None and self._analysed[0] is version:
            return self._analysed[2].dockerfile
        return parse_dockerfile(version.text)

    def _fresh_context(self, version: Version, dockerfile: Dockerfile) -> Context:
        if self.path is None:
            return self._analysed[1] if self._analysed is not None else NoContext()
        root = context_root(self.path, version.folders, version.settings.context, dockerfile)
        now = time.monotonic()
        if self._context is not None and self._context.root == Path(os.path.realpath(root)):
            if now - self._checked < FRESH_SECONDS:
                return self._context
            if self._context.is_fresh():
                self._checked = now
                return self._context
        self._context, self._checked = StampedContext(root, self.path), now
        return self._context


class Documents:
    """The open documents by URI, and what they are all read with."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.folders: tuple[Path, ...] = ()
        self._open: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(tuple(self._open.values()))

    def get(self, uri: str) -> Document | None:
        """Return an open document, or None."""
        return self._open.get(uri)

    def open(self, uri: str, path: Path | None, number: int, text: str) -> None:
        """Take in a document that was opened."""
        self._open[uri] = Document(uri, path, Version(number, text, self.settings, self.folders))

    def change(self, uri: str, number: int, text: str) -> None:
        """Take in a new text of an open document."""
        if (document := self._open.get(uri)) is not None:
            document.version = Version(number, text, self.settings, self.folders)

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._open.pop(uri, None)

    def configure(self, settings: Settings, folders: tuple[Path, ...]) -> None:
        """Read all documents with other settings or workspace folders from now on."""
        self.settings, self.folders = settings, folders
        for document in self._open.values():
            document.version = Version(document.version.number, document.version.text, settings, folders)
