"""The open documents. All state that requests share lives here; the worker thread is the only one that analyses."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from dockerslim_rewrite.config.problem import ConfigError
from dockerslim_rewrite.configured import Setup
from dockerslim_rewrite.context.local import NoContext
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.discovery.contexts import context_root
from dockerslim_rewrite.lsp.analysis import Analysis
from dockerslim_rewrite.lsp.context import StampedContext
from dockerslim_rewrite.lsp.settings import Settings
from dockerslim_rewrite.lsp.setup import Marks, document_setup, marks, plain_setup
from dockerslim_rewrite.syntax.model import Dockerfile
from dockerslim_rewrite.syntax.parser import parse_dockerfile

# For so long a context counts as unchanged without a look at the disk, unless the editor tells of a change.
FRESH_SECONDS = 0.5


class Found(Struct, frozen=True):
    """How a document is rewritten, the settings and folders that this was found with, and the state of what was read.

    `mistake` says what is wrong with the configuration; then `setup` is that of the editor alone.
    """

    setup: Setup
    mistake: str | None
    settings: Settings
    folders: tuple[Path, ...]
    marks: Marks


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
        self._analysed: tuple[Version, Found, Context, Analysis] | None = None
        self._found: Found | None = None
        self._context: StampedContext | None = None
        self._nothing = NoContext()
        self._checked = 0.0

    def forget_times(self) -> None:
        """Look at the disk again on the next occasion."""
        self._checked = 0.0

    def analysis(self, version: Version) -> Analysis:
        """Return the analysis of a version; the same one as long as neither it nor the context has changed."""
        dockerfile = self._parsed(version)
        stale = time.monotonic() - self._checked >= FRESH_SECONDS
        found = self._fresh_setup(version, stale=stale)
        context = self._fresh_context(version, dockerfile, found.setup, stale=stale)
        if stale:
            self._checked = time.monotonic()
        known = self._analysed
        if known is None or known[0] is not version or known[1] is not found or known[2] is not context:
            silenced = version.settings.ignore
            analysis = Analysis(dockerfile, context, found.setup, silenced, found.mistake)
            self._analysed = (version, found, context, analysis)
            return analysis
        return known[3]

    def _parsed(self, version: Version) -> Dockerfile:
        if self._analysed is not None and self._analysed[0] is version:
            return self._analysed[3].dockerfile
        return parse_dockerfile(version.text)

    def _fresh_setup(self, version: Version, *, stale: bool) -> Found:
        found = self._found
        if (
            found is None
            or (found.settings, found.folders) != (version.settings, version.folders)
            or (stale and found.marks != marks(self.path, found.setup.templates))
        ):
            self._found = found = self._find(version)
        return found

    def _find(self, version: Version) -> Found:
        mistake = None
        try:
            setup = document_setup(self.path, version.settings, version.folders)
        except ConfigError as error:
            setup, mistake = plain_setup(version.settings), str(error)
        return Found(setup, mistake, version.settings, version.folders, marks(self.path, setup.templates))

    def _fresh_context(self, version: Version, dockerfile: Dockerfile, setup: Setup, *, stale: bool) -> Context:
        if self.path is None:
            return self._nothing
        root = setup.context if setup.stated else context_root(self.path, version.folders, dockerfile)
        known = self._context
        moved = known is None or known.root != Path(os.path.realpath(root))
        if known is None or moved or (stale and not known.is_fresh()):
            self._context = known = StampedContext(root, self.path)
        return known


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
