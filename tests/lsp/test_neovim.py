"""A real Neovim opens a file, gets the diagnostic, applies the code action and saves."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.lsp.editor import SERVER, server_environment
from tests.lsp.test_actions import command_line
from tests.support import FIXTURES, ROOT

NVIM = shutil.which("nvim")

pytestmark = pytest.mark.skipif(
    NVIM is None and not os.environ.get("DOCKERSLIM_REQUIRE_EDITORS"),
    reason="nvim is not installed (apt-get install neovim)",
)


@pytest.mark.parametrize(
    ("name", "file"),
    [("go/article", "Dockerfile"), ("go/d11-crlf", "Dockerfile"), ("node/n06-typescript", "api.Dockerfile")],
)
def test_neovim_applies_the_preferred_rewrite(name: str, file: str, tmp_path: Path) -> None:
    assert NVIM is not None, "nvim is required here"
    folder = tmp_path / "app"
    shutil.copytree(FIXTURES / name, folder)
    (folder / "Dockerfile").rename(folder / file)
    expected = command_line(folder / file)
    command = ", ".join(f'"{part}"' for part in (part.replace('"', '\\"') for part in SERVER))
    start = f'lua dofile("{ROOT}/editors/neovim/dockerslim.lua").setup({{ cmd = {{ {command} }} }})'
    call = [NVIM, "--headless", "--clean", "-i", "NONE", "-n", "--cmd", start, file]
    call += ["-c", f"luafile {ROOT}/tests/lsp/apply.lua"]
    environment = {**server_environment(), "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(
        call,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{shlex.join(call)}\n{done.stdout}{done.stderr}"
    assert (folder / file).read_bytes() == expected.encode()
