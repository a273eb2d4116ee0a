"""The configuration, and compose and bake files, hold in the editor as they do on the command line."""

import shutil
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.editor import Editor, apply, editor
from tests.lsp.test_actions import command_line
from tests.support import FIXTURES, ROOT, copy_project

pytestmark = pytest.mark.asyncio


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the Dockerfile of a project in a repository."""
    (tmp_path / ".git").mkdir()
    return copy_project(FIXTURES / "node/n06-typescript", tmp_path / "app") / "Dockerfile"


async def preferred(it: Editor) -> str:
    action = await it.client.code_action_resolve_async((await it.rewrites())[0])
    return apply(it.text, action.edit)


def told(it: Editor, path: Path) -> None:
    """Tell the server that a file changed."""
    event = types.FileEvent(path.as_uri(), types.FileChangeType.Changed)
    it.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))


async def test_the_configuration_is_read_and_watched(project: Path) -> None:
    config = project.parent.parent / "dockerslim-rewrite.toml"
    async with editor(project) as it:
        it.open()
        await it.published()
        assert "distroless" in await preferred(it)
        config.write_text('runtime = "slim"\nignore = ["multi-stage"]\n')
        told(it, config)
        await it.published()
        assert "multi-stage" not in it.codes()
        config.write_text('runtime = "slim"\n')
        told(it, config)
        await it.published()
        assert await preferred(it) == command_line(project)
        assert "FROM node:20-bookworm-slim\n" in await preferred(it)
        config.write_text('runtmie = "slim"\n')
        told(it, config)
        (error,) = await it.published()
        assert error.severity is types.DiagnosticSeverity.Error
        assert error.message == f"{config}: runtmie is not a key; did you mean runtime?"
        assert await it.rewrites() == []
        config.unlink()
        told(it, config)
        await it.published()
        assert "distroless" in await preferred(it)


async def test_an_error_in_a_template_is_shown(project: Path) -> None:
    templates = project.parent / "templates"
    templates.mkdir()
    (templates / "dockerfile.j2").write_text("{{ builder }}\n{% for %}\n")
    (project.parent / "dockerslim-rewrite.toml").write_text('templates = "templates"\n')
    async with editor(project) as it:
        it.open()
        (error,) = await it.published()
        assert "dockerfile.j2:2:" in error.message
        shutil.copy(ROOT / "templates/dockerfile.j2", templates / "dockerfile.j2")
        told(it, templates / "dockerfile.j2")
        await it.published()
        assert "multi-stage" in it.codes()


async def test_settings_of_the_editor_add_to_the_configuration(project: Path) -> None:
    (project.parent / "dockerslim-rewrite.toml").write_text('runtime = "slim"\n')
    async with editor(project, options={"ignore": ["multi-stage"], "nonroot": True}) as it:
        it.open()
        await it.published()
        assert "multi-stage" not in it.codes()
        assert await preferred(it) == command_line(project, "--nonroot")


async def test_compose_names_the_context_and_the_arguments(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    copy_project(FIXTURES / "node/d22-arguments", root)
    (root / ".git").mkdir()
    (root / "compose.yaml").unlink()
    (root / "docker").mkdir()
    path = Path(shutil.move(root / "Dockerfile", root / "docker" / "tides.Dockerfile"))
    compose = root / "compose.yaml"
    async with editor(path) as it:
        it.open()
        await it.published()
        assert it.codes() == ["D20"]
        build = "{context: ., dockerfile: docker/tides.Dockerfile, args: {NODE_IMAGE: node:20}}"
        compose.write_text(f"services:\n  tides:\n    build: {build}\n")
        told(it, compose)
        await it.published()
        assert "multi-stage" in it.codes()
        assert await preferred(it) == command_line(path)
