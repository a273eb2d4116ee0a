"""The server: documents in, diagnostics, actions and hovers out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from dockerslim_rewrite import __version__
from dockerslim_rewrite.lsp.actions import Target
from dockerslim_rewrite.lsp.analysis import describe_error
from dockerslim_rewrite.lsp.client import Client, read_client
from dockerslim_rewrite.lsp.diagnostics import diagnose
from dockerslim_rewrite.lsp.documents import Documents
from dockerslim_rewrite.lsp.names import is_dockerfile
from dockerslim_rewrite.lsp.positions import LineIndex
from dockerslim_rewrite.lsp.preview import Previews
from dockerslim_rewrite.lsp.protocol import QuietProtocol, log
from dockerslim_rewrite.lsp.settings import SECTION, Settings, read_settings

T = TypeVar("T")

_WATCHED = (
    "**/{package.json,package-lock.json,npm-shrinkwrap.json,yarn.lock,pnpm-lock.yaml,pnpm-workspace.yaml,bun.lock}",
    "**/{lerna.json,nx.json,turbo.json,.npmrc,.yarnrc.yml,.dockerignore,*.dockerignore,tsconfig*.json}",
    "**/{go.mod,go.sum,go.work,Makefile,Taskfile.yml,Taskfile.yaml}",
    "**/{requirements*.txt,constraints*.txt,Pipfile,Pipfile.lock,poetry.lock,uv.lock,setup.py,setup.cfg}",
    "**/{pyproject.toml,dockerslim-rewrite.toml,*compose*.yml,*compose*.yaml,*bake*.hcl,*bake*.json}",
    "**/*.{go,js,mjs,cjs,jsx,ts,mts,cts,tsx,py,sh}",
)


# After such a pause in typing the other bases are tried, so that the menu opens at once.
_PREPARE_MS = 150


class Server(LanguageServer):
    """The language server of one client. Analyses run in one worker thread, one at a time, the newest text only."""

    def __init__(self) -> None:
        # Whole texts, since Dockerfiles are small and editors disagree on what ends a line.
        super().__init__(
            "dockerslim-rewrite",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            protocol_cls=QuietProtocol,
        )
        self.client = Client()
        self.documents = Documents()
        self.previews = Previews()
        self._worker = ThreadPoolExecutor(1, "analysis")
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log a defect in one line; the client is not bothered with it."""
        if not isinstance(error, JsonRpcContentModified):
            log(describe_error(error))

    def shutdown(self) -> None:
        """End the worker and remove what previews left."""
        self.previews.remove()
        if self._stop_event is not None:
            self._stop_event.set()
        # Not waited for: when the editor keeps the pipe open, the thread that reads waits for input that never comes.
        for pool in (self._worker, self._thread_pool):
            if pool is not None:
                pool.shutdown(wait=False, cancel_futures=True)

    async def ask(self, uri: str, answer: Callable[[Target], T]) -> T | None:
        """Return an answer about an open document, computed in the worker; None for a document that is not open.

        Raises:
            JsonRpcContentModified: when the text changed before the answer was there.
        """
        document = self.documents.get(uri)
        if document is None:
            return None
        version = document.version

        def work() -> T:
            if document.version is not version:
                raise JsonRpcContentModified
            analysis = document.analysis(version)
            index = LineIndex(analysis.text, self.workspace.position_encoding or types.PositionEncodingKind.Utf16)
            return answer(Target(uri, version.number, analysis, index, self.client))

        result = await asyncio.get_running_loop().run_in_executor(self._worker, work)
        if document.version is not version:
            raise JsonRpcContentModified
        return result

    def schedule(self, uri: str) -> None:
        """Publish diagnostics after a pause; a new call for the same document starts the pause again."""
        self._after(uri, self.documents.settings.debounce_ms, self._publish)

    def _after(self, uri: str, delay_ms: float, work: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        if (timer := self._timers.pop(uri, None)) is not None:
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[uri] = loop.call_later(delay_ms / 1000, lambda: self.spawn(work(uri)))

    def schedule_all(self) -> None:
        """Look at every open document again, or ask a client that pulls to do so."""
        if self.client.pulls:
            if self.client.refreshes:
                self.spawn(self._refresh())
            return
        for document in self.documents:
            self.schedule(document.uri)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine beside the messages; a failure is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log(describe_error(error))

    async def _refresh(self) -> None:
        await self.workspace_diagnostic_refresh_async(None)

    async def _publish(self, uri: str) -> None:
        self._timers.pop(uri, None)
        document = self.documents.get(uri)
        if document is None:
            return
        number = document.version.number
        with contextlib.suppress(JsonRpcContentModified):  # the newer text has its own timer
            found = await self.ask(uri, diagnose_target)
            if found is not None and self.documents.get(uri) is document:
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version=number))
                self.schedule_preparation(uri)

    def schedule_preparation(self, uri: str) -> None:
        """Try the other bases when nothing is typed for a moment."""
        self._after(uri, _PREPARE_MS, self._prepare)

    async def _prepare(self, uri: str) -> None:
        self._timers.pop(uri, None)
        with contextlib.suppress(JsonRpcContentModified):
            while await self.ask(uri, lambda target: target.analysis.prepare()):
                pass  # one job for each base: a keystroke waits for one of them at most

    def open(self, item: types.TextDocumentItem) -> None:
        """Take in a document, if it is a Dockerfile."""
        if is_dockerfile(item.uri, item.language_id):
            self.documents.open(item.uri, _path_of(item.uri), item.version, item.text)
            self._changed(item.uri)

    def change(self, uri: str, number: int, changes: list[types.TextDocumentContentChangeEvent]) -> None:
        """Take in new text of a document."""
        document = self.documents.get(uri)
        if document is None:
            return
        text = document.version.text
        for change in changes:
            text = self._changed_text(text, change)
        self.documents.change(uri, number, text)
        self._changed(uri)

    def _changed_text(self, text: str, change: types.TextDocumentContentChangeEvent) -> str:
        """Apply a change; a client may send ranges although whole texts were asked for."""
        if not isinstance(change, types.TextDocumentContentChangePartial):
            return change.text
        index = LineIndex(text, self.workspace.position_encoding or types.PositionEncodingKind.Utf16)
        return text[: index.offset(change.range.start)] + change.text + text[index.offset(change.range.end) :]

    def _changed(self, uri: str) -> None:
        if not self.client.pulls:
            self.schedule(uri)

    def close(self, uri: str) -> None:
        """Forget a document and take its diagnostics back."""
        if self.documents.get(uri) is None:
            return
        self.documents.close(uri)
        if (timer := self._timers.pop(uri, None)) is not None:
            timer.cancel()
        if not self.client.pulls:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def look_again(self) -> None:
        """Compare every context with the disk now."""
        for document in self.documents:
            document.forget_times()
        self.schedule_all()

    def configure(self, settings: Settings) -> None:
        """Use other settings."""
        folders = [_path_of(folder.uri) for folder in self.workspace.folders.values()]
        root = self.workspace.root_path
        known = [folder for folder in folders if folder is not None] or ([Path(root)] if root else [])
        self.documents.configure(settings, tuple(known))
        self.schedule_all()

    async def fetch_settings(self) -> None:
        """Ask the client for its settings."""
        item = types.ConfigurationItem(section=SECTION)
        answer = await self.workspace_configuration_async(types.ConfigurationParams([item]))
        if answer and answer[0] is not None:
            self.configure(read_settings(answer[0]))

    async def start_watching(self) -> None:
        """Ask the client to tell of changes in files that a context is made of."""
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = types.Registration("dockerslim-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        await self.client_register_capability_async(types.RegistrationParams([registration]))

    def greet(self, params: types.InitializeParams) -> None:
        """Read what the client can do and what it was configured with."""
        options = params.initialization_options
        previews = isinstance(options, dict) and options.get("previews") is True
        self.client = read_client(params.capabilities, previews=previews)
        self.configure(read_settings(options))


def diagnose_target(target: Target) -> list[types.Diagnostic]:
    """Return the diagnostics of a document, and log what went wrong in this program."""
    found = diagnose(target.analysis, target.index)
    if target.analysis.problem is not None:
        log(f"{target.uri}: {target.analysis.problem}")
    return found


def _path_of(uri: str) -> Path | None:
    path = to_fs_path(uri)
    return Path(path) if uri.startswith("file:") and path else None
