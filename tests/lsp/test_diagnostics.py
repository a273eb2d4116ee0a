import asyncio
import shutil
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.lsp.editor import capabilities, editor
from tests.support import FIXTURES

pytestmark = pytest.mark.asyncio


async def test_from_has_one_hint_with_the_gain() -> None:
    async with editor(FIXTURES / "go/article/Dockerfile") as it:
        it.open()
        found = await it.published()
    hint = next(entry for entry in found if entry.code == "multi-stage")
    assert hint.severity is types.DiagnosticSeverity.Hint
    assert hint.source == "dockerslim"
    assert hint.range.start == types.Position(0, 0)
    assert "MB to" in hint.message


@pytest.mark.parametrize("name", ["refused/d17-no-cmd", "refused/d11-onbuild", "refused/n17-nodemon"])
async def test_a_refusal_is_an_information_with_a_code_and_a_page(name: str) -> None:
    async with editor(FIXTURES / name / "Dockerfile") as it:
        it.open()
        found = await it.published()
    assert found
    for entry in found:
        assert entry.severity is types.DiagnosticSeverity.Information
        assert entry.code_description is not None
        assert entry.code_description.href.startswith("file:")
        assert entry.code_description.href.endswith(f"{entry.code}.md")


@pytest.mark.parametrize("name", ["unchanged/nginx", "unchanged/d16-multi-stage-go", "unchanged/scratch"])
async def test_an_unchanged_file_has_none(name: str) -> None:
    async with editor(FIXTURES / name / "Dockerfile") as it:
        it.open()
        assert await it.published() == []


async def test_pull_knows_an_unchanged_answer_and_nothing_is_pushed() -> None:
    async with editor(
        FIXTURES / "node/n10-workspaces/Dockerfile", client_can=client_capabilities("neovim@v0.11.0")
    ) as it:
        it.open()
        first = await it.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(it.document))
        assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
        assert [entry.code for entry in first.items] != []
        second = await it.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(it.document, previous_result_id=first.result_id)
        )
        assert isinstance(second, types.RelatedUnchangedDocumentDiagnosticReport)
        it.type("FROM nginx\n")
        third = await it.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(it.document, previous_result_id=first.result_id)
        )
        assert isinstance(third, types.RelatedFullDocumentDiagnosticReport)
        assert list(third.items) == []
        assert not it.client.diagnostics


async def test_a_comment_switches_a_code_off() -> None:
    path = FIXTURES / "refused/d17-no-cmd/Dockerfile"
    async with editor(path, "# dockerslim: ignore=D17\n" + path.read_text()) as it:
        it.open()
        assert await it.published() == []
        it.type(path.read_text())
        await it.published()
        assert it.codes() == ["D17"]


async def test_settings_switch_codes_off() -> None:
    options = {"ignore": ["D17"]}
    async with editor(FIXTURES / "refused/d17-no-cmd/Dockerfile", options=options) as it:
        it.open()
        assert await it.published() == []
        settings = types.DidChangeConfigurationParams({"dockerslim": {"ignore": []}})
        it.client.workspace_did_change_configuration(settings)
        await it.published()
        assert it.codes() == ["D17"]


async def test_settings_are_asked_for_where_the_client_can_answer() -> None:
    can = capabilities(configuration=True)
    path = FIXTURES / "refused/d17-no-cmd/Dockerfile"
    async with editor(path, client_can=can, configuration={"dockerslim": {"ignore": ["D17"]}}) as it:
        await asyncio.sleep(0.3)
        it.open()
        assert await it.published() == []


@pytest.mark.parametrize("name", ["Dockerfile.dev", "api.Dockerfile", "Containerfile", "dockerfile"])
async def test_names(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    shutil.copy(FIXTURES / "refused/d17-no-cmd/Dockerfile", path)
    async with editor(path) as it:
        it.open(language="plaintext")
        await it.published()
        assert it.codes() == ["D17"]


async def test_other_documents_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("FROM golang:1.24\n")
    async with editor(path) as it:
        it.open(language="plaintext")
        assert await it.hover(0) is None
        it.type("FROM golang:1.24\nCMD x\n")
        it.client.text_document_did_close(types.DidCloseTextDocumentParams(it.document))
        assert await it.actions() == []
        assert not it.client.diagnostics


async def test_closing_takes_the_diagnostics_back() -> None:
    async with editor(FIXTURES / "refused/d17-no-cmd/Dockerfile") as it:
        it.open()
        assert await it.published()
        it.client.text_document_did_close(types.DidCloseTextDocumentParams(it.document))
        assert await it.published() == []


async def test_a_document_that_is_closed_at_once_or_late_has_none() -> None:
    async with editor(FIXTURES / "refused/d17-no-cmd/Dockerfile") as it:
        it.open()
        it.client.text_document_did_close(types.DidCloseTextDocumentParams(it.document))
        assert await it.published() == []
        it.open()
        assert await it.published() != []
        await asyncio.sleep(0.5)
        it.client.text_document_did_close(types.DidCloseTextDocumentParams(it.document))
        assert await it.published() == []


async def test_a_client_that_pulls_is_asked_to_look_again_and_gets_nothing_pushed() -> None:
    can = capabilities(diagnostic=types.DiagnosticClientCapabilities())
    assert can.workspace is not None
    can.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    async with editor(FIXTURES / "refused/d17-no-cmd/Dockerfile", client_can=can) as it:
        it.open()
        await it.hover(0)
        before = it.client.diagnostic_refresh_count
        it.client.text_document_did_save(types.DidSaveTextDocumentParams(it.document))
        await it.hover(0)
        assert it.client.diagnostic_refresh_count == before + 1
        it.client.text_document_did_close(types.DidCloseTextDocumentParams(it.document))
        assert await it.hover(0) is None
        assert not it.client.diagnostics


async def test_files_are_watched_where_the_client_can() -> None:
    can = capabilities()
    assert can.workspace is not None
    watching = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    can.workspace.did_change_watched_files = watching
    registered: list[types.RegistrationParams] = []
    async with editor(FIXTURES / "go/article/Dockerfile", client_can=can, registered=registered) as it:
        it.open()
        await it.published()
    (params,) = registered
    (entry,) = params.registrations
    assert entry.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    patterns = [watcher["globPattern"] for watcher in dict(entry.register_options or {})["watchers"]]
    assert any("package.json" in text for text in patterns) and any("go.mod" in text for text in patterns)


async def test_half_typed_and_odd_texts_do_not_stop_the_server() -> None:
    path = FIXTURES / "go/article/Dockerfile"
    whole = path.read_text()
    async with editor(path) as it:
        it.open()
        await it.published()
        for text in [
            whole[: len(whole) // 2],
            "FROM",
            "FROM \\",
            "RUN <<EOF\nx",
            "",
            "\0\ud83d",
            "\r\r\r",
            "FROM $X\n",
        ]:
            it.type(text)
            await it.published()
        it.type(whole)
        await it.published()
        assert "multi-stage" in it.codes()


async def test_partial_changes_are_applied_in_the_units_of_the_client() -> None:
    path = FIXTURES / "refused/d17-no-cmd/Dockerfile"
    async with editor(path, "# \U0001f680 x\n" + path.read_text()) as it:
        it.open()
        await it.published()
        assert it.codes() == ["D17"]
        start, end = types.Position(0, 2), types.Position(0, 6)  # the rocket is two units of UTF-16
        it.type("dockerslim: ignore=D17", types.Range(start, end))
        assert await it.published() == []


async def test_a_change_of_a_file_that_was_read_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    shutil.copytree(FIXTURES / "node/n06-typescript", folder)
    async with editor(folder / "Dockerfile") as it:
        it.open()
        await it.published()
        assert "multi-stage" in it.codes()
        manifest = folder / "package.json"
        manifest.write_text(manifest.read_text().replace('"dependencies"', '"dependencies_"'))
        await asyncio.sleep(0.01)
        event = types.FileEvent(manifest.as_uri(), types.FileChangeType.Changed)
        it.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        before = it.diagnostics
        await it.published()
        shutil.rmtree(folder)
        it.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        after = await it.published()
        assert after != before
        assert await it.hover(0) is not None


async def test_the_context_is_the_folder_that_holds_what_copy_names(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "go/article", tmp_path / "shop")
    path = tmp_path / "shop" / "deploy" / "Dockerfile"
    path.parent.mkdir()
    text = (FIXTURES / "go/article/Dockerfile").read_text()
    path.write_text(text.replace("COPY . .", "COPY go.mod main.go ./"))
    async with editor(path, folder=tmp_path / "shop") as it:
        it.open()
        await it.published()
        assert "multi-stage" in it.codes()


async def test_an_untitled_document_has_no_context() -> None:
    async with editor(FIXTURES / "go/article/Dockerfile") as it:
        it.uri = "untitled:Untitled-1"
        it.document = types.TextDocumentIdentifier(it.uri)
        it.open()
        await it.published()
        assert await it.hover(0) is not None
