"""tally itself asks for the fix, validates it and writes the file."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acp.test_agent import ACP
from tests.lsp.editor import server_environment
from tests.support import FIXTURES

TALLY = shutil.which("tally", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


@pytest.mark.skipif(TALLY is None, reason="tally is not installed (pip install tally-cli)")
@pytest.mark.parametrize("name", ["go/article", "go/g06-templates"])
def test_tally_applies_the_fix(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    shutil.copytree(FIXTURES / name, folder)
    command = ["--fix", "--fix-unsafe", "--fix-rule", "tally/prefer-multi-stage-build", "--slow-checks=off"]
    agent = shlex.join(ACP)
    call = [str(TALLY), "lint", *command, "--acp-command", agent, "Dockerfile"]
    subprocess.run(call, cwd=folder, env=server_environment(), capture_output=True, check=False, timeout=60)
    rewritten = subprocess.run(
        [sys.executable, "-c", "from dockerslim_rewrite.cli.rewrite import main; main()", "--quiet", "Dockerfile"],
        cwd=FIXTURES / name,
        env=server_environment(),
        capture_output=True,
        check=True,
    )
    assert (folder / "Dockerfile").read_bytes() == rewritten.stdout
