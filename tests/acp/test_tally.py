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
from tests.lsp.test_actions import command_line
from tests.support import FIXTURES, copy_project

TALLY = shutil.which("tally", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


pytestmark = pytest.mark.skipif(TALLY is None, reason="tally is not installed (pip install tally-cli)")


def fixed_by_tally(name: str, tmp_path: Path) -> tuple[Path, str]:
    """Return the Dockerfile of a fixture's copy that tally was asked to fix, and what it said."""
    path = copy_project(FIXTURES / name, tmp_path / "app") / "Dockerfile"
    command = ["--fix", "--fix-unsafe", "--fix-rule", "tally/prefer-multi-stage-build", "--slow-checks=off"]
    call = [str(TALLY), "lint", *command, "--acp-command", shlex.join(ACP), path.name]
    done = subprocess.run(
        call, cwd=path.parent, env=server_environment(), capture_output=True, text=True, check=False, timeout=60
    )
    return path, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("go/article", "auto"),
        ("go/g06-templates", "auto"),
        ("node/n19-curl", "auto"),
        ("node/n19-runtime-package", "auto"),
        ("mixed/d19-node-with-go-tool", "slim"),  # distroless would change CMD, which tally rejects
    ],
)
def test_tally_applies_the_fix(name: str, style: str, tmp_path: Path) -> None:
    path, said = fixed_by_tally(name, tmp_path)
    fixed = path.read_bytes()
    assert "Fixed 1 issues" in said
    path.write_bytes((FIXTURES / name / "Dockerfile").read_bytes())
    assert fixed == command_line(path, "--runtime", style).encode()


def test_environment_that_is_added_stands_in_a_stage_of_its_own(tmp_path: Path) -> None:
    """Python's libraries move to a virtual environment, which adds to PATH; tally wants the last stage's own ENV."""
    path, said = fixed_by_tally("python/p06-opencv", tmp_path)
    assert "Fixed 1 issues" in said
    fixed = path.read_text()
    path.write_bytes((FIXTURES / "python/p06-opencv/Dockerfile").read_bytes())
    plain = command_line(path)
    added = "FROM python:3.11-slim AS runtime\nENV PATH=/opt/venv/bin:$PATH\n\nFROM runtime\n"
    assert fixed == plain.replace("FROM python:3.11-slim\nENV PATH=/opt/venv/bin:$PATH\n", added)
