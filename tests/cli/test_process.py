"""Streams that cannot be written, or that nobody reads: a message, the right exit code, no traceback."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import FIXTURES

PROJECT = FIXTURES / "go/g06-templates"
MAIN = "from dockerslim_rewrite.cli.{module} import main; main()"
REWRITE = (sys.executable, "-c", MAIN.format(module="rewrite"))
APP = (sys.executable, "-c", MAIN.format(module="app"))
PRINTING = {
    "diff": (*REWRITE, "--diff", "Dockerfile"),
    "text": (*REWRITE, "Dockerfile"),
    "json": (*REWRITE, "--json", "Dockerfile"),
    "version": (*REWRITE, "--version"),
    "help": (*REWRITE, "--help"),
    "check": (*APP, "check", "--fail-on", "never", "."),
    "explain": (*APP, "explain", "G01"),
    "init-ignore": (*APP, "init-ignore", "."),
}


def shell(command: tuple[str, ...], redirection: str, cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    line = f"{shlex.join(command)} {redirection}"
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=cwd, check=False, timeout=60)


@pytest.mark.parametrize("command", PRINTING.values(), ids=PRINTING)
@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", "<&- >&-"])
def test_stdout_that_cannot_be_written_is_told(command: tuple[str, ...], redirection: str) -> None:
    done = shell(command, redirection)
    assert done.returncode == 2
    assert "stdout: cannot be written (" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert "defect" not in done.stderr


@pytest.mark.parametrize("command", [PRINTING[name] for name in PRINTING if name != "help"])
def test_a_reader_that_has_left_is_no_error(command: tuple[str, ...]) -> None:
    done = shell(command, "| true; exit ${PIPESTATUS[0]}")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "rror" not in done.stderr


def test_the_exit_code_does_not_depend_on_the_reader() -> None:
    assert shell((*REWRITE, "--check", "--json"), "| true; exit ${PIPESTATUS[0]}").returncode == 1


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-", "<&- 2>&-"])
def test_a_report_that_is_lost_does_not_stop_the_work(tmp_path: Path, redirection: str) -> None:
    target = tmp_path / "Dockerfile.ms"
    assert shell((*REWRITE, "Dockerfile", "-o", str(target)), redirection).returncode == 0
    assert target.read_text() == shell((*REWRITE, "-q"), "").stdout
    assert shell((*REWRITE, "nothing"), redirection).returncode == 2


def test_a_closed_stdout_is_no_hindrance_to_a_file(tmp_path: Path) -> None:
    """The file that is opened next would get the number of stdout, and with it what is printed."""
    target = tmp_path / "Dockerfile.ms"
    assert shell((*REWRITE, "Dockerfile", "-o", str(target)), ">&-").returncode == 0
    assert target.read_text() == shell((*REWRITE, "-q"), "").stdout


def test_a_closed_stdin_is_told() -> None:
    done = shell((*REWRITE, "-"), "<&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rewrite: <stdin>: cannot be read (")


def test_all_of_a_long_output_is_written_before_the_end(tmp_path: Path) -> None:
    comments = "".join(f"# {number} {'x' * 60}\n" for number in range(5_000))
    source = tmp_path / "Dockerfile"
    source.write_text(comments + (PROJECT / "Dockerfile").read_text())
    done = shell((*REWRITE, "--context", ".", str(source)), "| (sleep 0.2; cat)")
    assert done.stdout.startswith(comments)
    assert done.stdout.endswith((PROJECT / "Dockerfile").read_text()[-20:])
