"""An editor for tests: pytest-lsp's client at a real server process."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest_lsp
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities

from tests.support import ROOT

SERVER = (sys.executable, "-c", "from dockerslim_rewrite.cli.app import main; main()", "lsp", "--stdio")
WAIT = 20


def server_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def capabilities(**changes: Any) -> types.ClientCapabilities:
    """Return VS Code's capabilities without pull diagnostics, so that the server pushes them."""
    found = client_capabilities("visual_studio_code")
    assert found.text_document is not None and found.workspace is not None
    found.text_document.diagnostic = changes.get("diagnostic")
    if encodings := changes.get("encodings"):
        found.general = types.GeneralClientCapabilities(position_encodings=encodings)
    found.workspace.configuration = changes.get("configuration", False)
    return found


class Editor:
    """One open Dockerfile, with the requests as methods."""

    def __init__(self, client: LanguageClient, path: Path, text: str) -> None:
        self.client = client
        self.uri = path.as_uri()
        self.text = text
        self.version = 1
        self.document = types.TextDocumentIdentifier(self.uri)

    @property
    def diagnostics(self) -> list[types.Diagnostic]:
        return list(self.client.diagnostics[self.uri])

    def codes(self) -> list[object]:
        return [entry.code for entry in self.diagnostics]

    def open(self, language: str = "dockerfile") -> None:
        item = types.TextDocumentItem(self.uri, language, self.version, self.text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def type(self, text: str, where: types.Range | None = None) -> None:
        self.version += 1
        change: types.TextDocumentContentChangeEvent = types.TextDocumentContentChangeWholeDocument(text)
        if where is not None:
            change = types.TextDocumentContentChangePartial(where, text)
        else:
            self.text = text
        document = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def published(self) -> list[types.Diagnostic]:
        await asyncio.wait_for(self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS), WAIT)
        return self.diagnostics

    async def actions(
        self, first: int = 0, last: int | None = None, **context: Any
    ) -> list[types.CodeAction | types.Command]:
        where = types.Range(types.Position(first, 0), types.Position(first if last is None else last, 0))
        asked = types.CodeActionContext(diagnostics=context.pop("diagnostics", []), **context)
        request = types.CodeActionParams(self.document, where, asked)
        return list(await self.client.text_document_code_action_async(request) or [])

    async def rewrites(self, **context: Any) -> list[types.CodeAction]:
        found = await self.actions(only=[types.CodeActionKind.RefactorRewrite], **context)
        return [entry for entry in found if isinstance(entry, types.CodeAction)]

    async def hover(self, line: int, column: int = 0) -> types.Hover | None:
        request = types.HoverParams(self.document, types.Position(line, column))
        return await self.client.text_document_hover_async(request)

    def send(self, method: str, params: Any, identifier: str) -> "asyncio.Task[Any]":
        """Send a request without waiting for its answer."""
        protocol: Any = self.client.protocol
        return asyncio.create_task(protocol.send_request_async(method, params, msg_id=identifier))

    async def command(self, name: str, *arguments: Any) -> Any:
        request = types.ExecuteCommandParams(name, [*arguments])
        return await self.client.workspace_execute_command_async(request)


@asynccontextmanager
async def editor(
    path: Path,
    text: str | None = None,
    options: Any = None,
    folder: Path | None = None,
    client_can: types.ClientCapabilities | None = None,
    configuration: Any = None,
    server: Sequence[str] = SERVER,
    registered: list[types.RegistrationParams] | None = None,
) -> AsyncIterator[Editor]:
    """Start a server and an editor for one file; the file is not opened yet. What it registers is in `registered`."""
    client = pytest_lsp.make_test_lsp_client()
    if configuration is not None:
        client.set_configuration(configuration)

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
    def register(params: types.RegistrationParams) -> None:
        if registered is not None:
            registered.append(params)

    await client.start_io(*server, env=server_environment())
    folders = [types.WorkspaceFolder((folder or path.parent).as_uri(), "workspace")]
    await client.initialize_session(
        types.InitializeParams(
            capabilities=client_can or capabilities(), workspace_folders=folders, initialization_options=options
        )
    )
    try:
        yield Editor(client, path, path.read_bytes().decode() if text is None else text)
    finally:
        await client.shutdown_session()
        await client.stop()  # type: ignore[no-untyped-call]


def apply(text: str, edit: types.WorkspaceEdit | None, encoding: str = "utf-16") -> str:
    """Apply a workspace edit of one document, by the rules of the protocol and without the server's code."""
    assert edit is not None
    changes: list[Any] = []
    for document in edit.document_changes or []:
        assert isinstance(document, types.TextDocumentEdit)
        changes.extend(document.edits)
    for entries in (edit.changes or {}).values():
        changes.extend(entries)
    for change in sorted(changes, key=lambda it: (it.range.start.line, it.range.start.character), reverse=True):
        start, end = _offset(text, change.range.start, encoding), _offset(text, change.range.end, encoding)
        text = text[:start] + change.new_text + text[end:]
    return text


def _offset(text: str, position: types.Position, encoding: str) -> int:
    starts = [0]
    for at, character in enumerate(text):
        if character == "\n" or (character == "\r" and text[at + 1 : at + 2] != "\n"):
            starts.append(at + 1)
    assert position.line < len(starts)
    start = starts[position.line]
    codec = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    unit = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    return start + len(text[start:].encode(codec)[: position.character * unit].decode(codec))
