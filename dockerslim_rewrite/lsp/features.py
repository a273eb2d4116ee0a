"""The requests and notifications of the protocol, each handed to the server or to the module that answers it."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcInvalidParams

from dockerslim_rewrite.lsp.actions import EXPLAIN, PREVIEW, Target, list_actions, read_options, resolve_action
from dockerslim_rewrite.lsp.hover import describe
from dockerslim_rewrite.lsp.server import Server, diagnose_target
from dockerslim_rewrite.lsp.settings import read_settings
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.report.decisions import decision_page, decision_path

# The protocol's code for "ask again"; the library has no class for it.
SERVER_CANCELLED = -32802


def make_server() -> Server:
    """Return a server with every feature."""
    server = Server()
    _add_life_cycle(server)
    _add_documents(server)
    _add_requests(server)
    _add_commands(server)
    return server


def _add_life_cycle(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(ls: Server, params: types.InitializeParams) -> None:
        ls.greet(params)

    @server.feature(types.INITIALIZED)
    def initialized(ls: Server, _: types.InitializedParams) -> None:
        if ls.client.configures:
            ls.spawn(ls.fetch_settings())
        if ls.client.watches:
            ls.spawn(ls.start_watching())

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(ls: Server, params: types.DidChangeConfigurationParams) -> None:
        if ls.client.configures:
            ls.spawn(ls.fetch_settings())
        elif params.settings:
            ls.configure(read_settings(params.settings))

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(ls: Server, _: types.DidChangeWorkspaceFoldersParams) -> None:
        ls.configure(ls.documents.settings)


def _add_documents(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
        ls.open(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
        ls.change(params.text_document.uri, params.text_document.version, [*params.content_changes])

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Server, _: types.DidSaveTextDocumentParams) -> None:
        ls.look_again()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
        ls.close(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(ls: Server, _: types.DidChangeWatchedFilesParams) -> None:
        ls.look_again()


def _add_requests(server: Server) -> None:
    options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False)

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def diagnostic(
        ls: Server, params: types.DocumentDiagnosticParams
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        try:
            found = await ls.ask(params.text_document.uri, diagnose_target) or []
        except JsonRpcContentModified as error:
            raise JsonRpcContentModified("the text changed meanwhile", SERVER_CANCELLED) from error
        ls.schedule_preparation(params.text_document.uri)
        return _report(found, params.previous_result_id)

    kinds = [types.CodeActionKind.RefactorRewrite, types.CodeActionKind.QuickFix]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(kinds, resolve_provider=True))
    async def code_action(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction] | None:
        return await ls.ask(params.text_document.uri, lambda it: list_actions(it, params.range, params.context))

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(ls: Server, action: types.CodeAction) -> types.CodeAction:
        uri = action.data.get("uri") if isinstance(action.data, dict) else None
        if not isinstance(uri, str):
            return action
        resolved = await ls.ask(uri, lambda target: resolve_action(target, action))
        if resolved is None:
            raise JsonRpcContentModified("this rewrite is not possible any more")
        return resolved

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
        return await ls.ask(params.text_document.uri, lambda target: _hover(target, params.position))


def _report(
    found: list[types.Diagnostic], previous: str | None
) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
    result = format(hash(repr(found)) & 0xFFFFFFFFFFFF, "012x")
    if result == previous:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=result)
    return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=result)


def _hover(target: Target, position: types.Position) -> types.Hover | None:
    offset = target.index.offset(position)
    # The parser counts lines by LF, the editor also by a lone CR.
    instruction = target.analysis.instruction_at(target.analysis.dockerfile.line_of(offset))
    if instruction is None:
        return None
    markdown = target.client.markdown
    text = describe(target.analysis, instruction, markdown=markdown)
    if text is None:
        return None
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    body = instruction.span.of(target.analysis.text).rstrip()
    where = target.index.range(instruction.span.start, instruction.span.start + len(body))
    return types.Hover(types.MarkupContent(kind, text), where)


def _add_commands(server: Server) -> None:
    @server.command(PREVIEW)
    async def preview(ls: Server, *arguments: Any) -> dict[str, str]:
        if not arguments or not isinstance(arguments[0], str):
            raise JsonRpcInvalidParams("the URI of an open Dockerfile is needed")
        uri, choice = arguments[0], arguments[1] if len(arguments) > 1 else None
        text = await ls.ask(uri, lambda target: _rewritten(target, choice))
        if text is None:
            raise JsonRpcInvalidParams("no multi-stage build to preview for this document")
        if not ls.client.previews and ls.client.shows_documents:
            path = ls.previews.write(uri, text)
            ls.spawn(_show(ls, path.as_uri()))
        return {"uri": uri, "text": text}

    @server.command(EXPLAIN)
    def explain(ls: Server, *arguments: Any) -> dict[str, str]:
        code = arguments[0].upper() if arguments and isinstance(arguments[0], str) else ""
        page, path = decision_page(code), decision_path(code)
        if page is None or path is None:
            raise JsonRpcInvalidParams("no decision has this code")
        if not ls.client.previews and ls.client.shows_documents:
            ls.spawn(_show(ls, path.as_uri()))
        return {"code": code, "uri": path.as_uri(), "text": page}


async def _show(ls: Server, uri: str) -> None:
    await ls.window_show_document_async(types.ShowDocumentParams(uri, take_focus=False))


def _rewritten(target: Target, choice: object) -> str | None:
    base = target.analysis.options
    outcome = target.analysis.outcome_of(read_options(choice, base) or base)
    return outcome.text if isinstance(outcome, Rewritten) else None
