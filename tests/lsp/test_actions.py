import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.lsp.actions import Target, list_actions, resolve_action
from dockerslim_rewrite.lsp.analysis import Analysis
from dockerslim_rewrite.lsp.client import Client
from dockerslim_rewrite.lsp.positions import LineIndex
from dockerslim_rewrite.lsp.settings import Settings
from dockerslim_rewrite.lsp.setup import plain_setup
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from tests.lsp.editor import apply, capabilities, editor, server_environment
from tests.support import FIXTURES

NAMES = ["go/article", "go/d11-crlf", "go/d11-heredoc", "node/n10-workspaces", "node/n01-bcrypt", "node/n06-typescript"]


def command_line(path: Path, *options: str) -> str:
    """Return what the command prints for a file."""
    call = [sys.executable, "-c", "from dockerslim_rewrite.cli.rewrite import main; main()", str(path), *options]
    return subprocess.run(call, check=True, capture_output=True, env=server_environment()).stdout.decode()


@pytest.mark.asyncio
@pytest.mark.parametrize("name", NAMES)
async def test_the_preferred_rewrite_equals_the_command_line(name: str) -> None:
    path = FIXTURES / name / "Dockerfile"
    async with editor(path) as it:
        it.open()
        first = (await it.rewrites())[0]
        assert first.is_preferred
        assert first.kind == types.CodeActionKind.RefactorRewrite
        assert first.edit is None, "the edit is made when it is asked for"
        action = await it.client.code_action_resolve_async(first)
    assert action.edit is not None
    assert action.edit.document_changes is not None
    change = action.edit.document_changes[0]
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == (it.uri, 1)
    assert apply(it.text, action.edit) == command_line(path)


@pytest.mark.asyncio
async def test_one_action_for_each_base_that_fits() -> None:
    path = FIXTURES / "node/n06-typescript/Dockerfile"
    async with editor(path) as it:
        it.open()
        found = await it.rewrites()
        titles = [entry.title for entry in found]
        assert len(titles) == len(set(titles))
        assert [entry.is_preferred for entry in found[1:]] == [None] * (len(found) - 1)
        for style in ("slim", "alpine"):
            action = next(entry for entry in found if entry.title == f"Convert to multi-stage build ({style})")
            resolved = await it.client.code_action_resolve_async(action)
            assert apply(it.text, resolved.edit) == command_line(path, "--runtime", style)


@pytest.mark.asyncio
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_unsaved_text_in_every_position_encoding(encoding: str) -> None:
    path = FIXTURES / "go/article/Dockerfile"
    text = "# \U0001f40b caf\u00e9\n" + path.read_text().replace("FROM", "  FROM").rstrip("\n") + " # \U0001f40b"
    text = text.replace('CMD ["/app/myapp"] # \U0001f40b', 'LABEL a="\U0001f40b"\nCMD ["/app/myapp"]')
    can = capabilities(encodings=[types.PositionEncodingKind(encoding)])
    async with editor(path, text, client_can=can) as it:
        it.open()
        resolved = await it.client.code_action_resolve_async((await it.rewrites())[0])
        found = await it.hover(1, 3)
    result = apply(text, resolved.edit, encoding)
    assert result.startswith("# \U0001f40b caf\u00e9\n  FROM golang:1.19 AS builder\n")
    assert result.count('LABEL a="\U0001f40b"') >= 1
    assert found is not None


@pytest.mark.asyncio
async def test_rewrites_are_offered_on_from_and_where_asked_for() -> None:
    async with editor(FIXTURES / "go/article/Dockerfile") as it:
        it.open()
        assert await it.actions(0)
        assert await it.actions(3) == []
        assert await it.actions(0, 6)
        assert await it.actions(3, trigger_kind=types.CodeActionTriggerKind.Invoked)
        assert await it.actions(3, only=[types.CodeActionKind.Refactor])
        assert await it.actions(0, only=[types.CodeActionKind.SourceOrganizeImports]) == []


@pytest.mark.asyncio
async def test_a_refusal_is_shown_as_the_reason_of_a_disabled_action() -> None:
    async with editor(FIXTURES / "refused/d17-no-cmd/Dockerfile") as it:
        it.open()
        found = await it.rewrites()
    assert [entry.disabled is not None and "[D17]" in entry.disabled.reason for entry in found] == [True]


@pytest.mark.asyncio
async def test_a_quick_fix_ignores_a_code() -> None:
    async with editor(FIXTURES / "refused/d17-no-cmd/Dockerfile") as it:
        it.open()
        shown = await it.published()
        found = await it.actions(0, diagnostics=shown, only=[types.CodeActionKind.QuickFix])
        titles = [entry.title for entry in found]
        assert titles == ["Ignore D17 in this file", "Explain D17"]
        assert isinstance(found[0], types.CodeAction)
        it.type(apply(it.text, found[0].edit))
        assert await it.published() == []


def long_to_read(name: str) -> str:
    """Return lines that the server has not met: what is sent next arrives while it reads them."""
    return "\n" + "".join(f"LABEL {name}{number}=value\n" for number in range(3_000))


@pytest.mark.asyncio
async def test_superseded_and_cancelled_requests_are_answered() -> None:
    async with editor(FIXTURES / "go/article/Dockerfile") as it:
        it.open()
        first = (await it.rewrites())[0]
        request = types.CodeActionParams(
            it.document, types.Range(types.Position(0, 0), types.Position(0, 1)), types.CodeActionContext([])
        )
        it.type(it.text + long_to_read("late"))
        task = it.send(types.TEXT_DOCUMENT_CODE_ACTION, request, "late")
        await asyncio.sleep(0)
        it.type(it.text + "\n\n\n")
        with pytest.raises(JsonRpcException) as caught:
            await task
        assert caught.value.code == -32801
        it.type(it.text + long_to_read("gone"))
        task = it.send(types.TEXT_DOCUMENT_CODE_ACTION, request, "gone")
        await asyncio.sleep(0)
        it.client.protocol.notify(types.CANCEL_REQUEST, types.CancelParams("gone"))
        with pytest.raises(JsonRpcException) as caught:
            await task
        assert caught.value.code == -32800
        it.type("FROM nginx\n")
        with pytest.raises(JsonRpcException) as caught:
            await it.client.code_action_resolve_async(first)
        assert caught.value.code == -32801
        assert await it.rewrites() == []


def target(text: str, folder: Path, client: Client) -> Target:
    analysis = Analysis(parse_dockerfile(text), LocalContext(folder), plain_setup(Settings(nonroot=True)))
    return Target("file:///Dockerfile", 7, analysis, LineIndex(text), client)


def test_decisions_to_review_are_confirmed_together() -> None:
    folder = FIXTURES / "go/article"
    it = target((folder / "Dockerfile").read_text(), folder, Client(annotates=True, versions=True))
    where = types.Range(types.Position(0, 0), types.Position(0, 0))
    action = list_actions(it, where, types.CodeActionContext([]))[0]
    assert action.edit is not None, "a client that cannot resolve gets the edit at once"
    assert action.edit.change_annotations is not None
    ((name, note),) = action.edit.change_annotations.items()
    assert note.needs_confirmation
    assert note.description is not None
    assert "[D04]" in note.description
    assert action.edit.document_changes is not None
    change = action.edit.document_changes[0]
    assert isinstance(change, types.TextDocumentEdit)
    assert {getattr(edit, "annotation_id", None) for edit in change.edits} == {name}


def test_a_client_without_annotations_or_versions_gets_plain_edits() -> None:
    folder = FIXTURES / "go/article"
    it = target((folder / "Dockerfile").read_text(), folder, Client())
    where = types.Range(types.Position(0, 0), types.Position(0, 0))
    action = list_actions(it, where, types.CodeActionContext([]))[0]
    assert action.edit is not None
    assert action.edit.document_changes is None
    assert "USER" in apply(it.analysis.text, action.edit)


@pytest.mark.parametrize("data", [None, 3, {}, {"options": {"runtime": 1}}, {"options": {"runtime": "auto"}}])
def test_foreign_data_resolves_to_nothing(data: object) -> None:
    folder = FIXTURES / "go/article"
    it = target((folder / "Dockerfile").read_text(), folder, Client())
    assert resolve_action(it, types.CodeAction("x", data=data)) is None
