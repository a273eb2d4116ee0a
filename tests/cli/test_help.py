"""Help fits a terminal of 80 columns, and every command has it."""

import os
import subprocess
import sys

import pytest

import dockerslim_rewrite
from dockerslim_rewrite.cli.app import make_app

COMMANDS = [info.name or "" for info in make_app().registered_commands]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from dockerslim_rewrite.cli.app import main; main()", *arguments]
    environment = os.environ | {"COLUMNS": "80", "TERM": "dumb"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_fits_80_columns(name: str) -> None:
    done = run(*([name] if name else []), "--help")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_version() -> None:
    assert run("--version").stdout == f"dockerslim-rewrite {dockerslim_rewrite.__version__}\n"


def test_completion_for_a_shell() -> None:
    done = run("--show-completion")
    assert "complete" in done.stdout.lower() or "shell" in done.stderr.lower()
