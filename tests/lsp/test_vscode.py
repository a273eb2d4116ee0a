"""The VS Code extension: it is built and packaged, and its language client talks to a real server under Node."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.lsp.editor import SERVER, server_environment
from tests.lsp.test_actions import command_line
from tests.support import FIXTURES, ROOT

NPM = shutil.which("npm")
EXTENSION = ROOT / "editors" / "vscode"

pytestmark = pytest.mark.skipif(
    not os.environ.get("DOCKERSLIM_REQUIRE_EDITORS"),
    reason="needs npm packages: set DOCKERSLIM_REQUIRE_EDITORS=1 (.ci/run does)",
)


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the extension with its packages installed."""
    assert NPM is not None, "npm is required here"
    folder = tmp_path_factory.mktemp("vscode") / "vscode"
    shutil.copytree(EXTENSION, folder, ignore=shutil.ignore_patterns("node_modules", "out", "*.vsix"))
    subprocess.run([NPM, "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True)
    return folder


def test_the_package_holds_the_bundle_and_nothing_else(extension: Path) -> None:
    subprocess.run([str(NPM), "run", "package"], cwd=extension, check=True, capture_output=True)
    with zipfile.ZipFile(extension / "dockerslim-rewrite.vsix") as package:
        names = {name for name in package.namelist() if name.startswith("extension/")}
    assert names == {
        "extension/package.json",
        "extension/readme.md",
        "extension/LICENSE.txt",
        "extension/out/extension.js",
    }


@pytest.mark.parametrize("name", ["go/article", "node/n06-typescript"])
def test_the_client_applies_the_preferred_rewrite(name: str, extension: Path, tmp_path: Path) -> None:
    path = FIXTURES / name / "Dockerfile"
    expected = tmp_path / "expected"
    expected.write_text(command_line(path), newline="")
    call = [str(NPM), "test", "--", str(path), str(expected), "--", *SERVER]
    done = subprocess.run(
        call, cwd=extension, env=server_environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
