"""Two editors, huge files, files that are deleted: what goes on around a server."""

import shutil
from pathlib import Path

import pytest
from lsprotocol import types

from dockerslim_rewrite.lsp.analysis import MAX_CHARACTERS
from tests.lsp.editor import apply, editor
from tests.lsp.test_actions import command_line
from tests.support import FIXTURES, copy_project

pytestmark = pytest.mark.asyncio


async def test_two_editors_of_one_file_do_not_meet(tmp_path: Path) -> None:
    path = copy_project(FIXTURES / "go/article", tmp_path / "app") / "Dockerfile"
    async with editor(path) as one, editor(path) as other:
        one.open()
        await one.published()
        other.open()
        await other.published()
        other.type("FROM nginx\n")
        assert await other.published() == []
        assert (await one.command("dockerslim.preview", one.uri))["text"] == command_line(path)
        action = await one.client.code_action_resolve_async((await one.rewrites())[0])
        path.write_text(apply(one.text, action.edit))
        one.type(path.read_text())
        assert "multi-stage" not in {entry.code for entry in await one.published()}
        other.type(path.read_text() + "\n")
        assert await other.published() == []


async def test_a_file_larger_than_any_person_writes_is_left_alone(tmp_path: Path) -> None:
    path = copy_project(FIXTURES / "go/article", tmp_path / "app") / "Dockerfile"
    text = path.read_text()
    async with editor(path, "# long\n" * (MAX_CHARACTERS // 7 + 1) + text) as it:
        it.open()
        assert await it.published() == []
        assert await it.rewrites() == []
        it.type(text)
        await it.published()
        assert "multi-stage" in it.codes()


async def test_a_file_whose_folder_is_deleted(tmp_path: Path) -> None:
    path = copy_project(FIXTURES / "go/article", tmp_path / "app") / "Dockerfile"
    async with editor(path) as it:
        it.open()
        await it.published()
        shutil.rmtree(path.parent)
        event = types.FileEvent(path.as_uri(), types.FileChangeType.Deleted)
        it.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        await it.published()
        assert await it.hover(0) is not None
        it.type(it.text + "# the text in the editor still counts\n")
        await it.published()
        await it.rewrites()
        copy_project(FIXTURES / "go/article", path.parent)
        it.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        await it.published()
        assert "multi-stage" in it.codes()
