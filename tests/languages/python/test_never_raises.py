import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.languages.python.commands import read_command
from tests.languages.python.support import infer
from tests.support import ROOT

WORDS = st.sampled_from(
    [
        "pip",
        "python",
        "-m",
        "install",
        "-r",
        "venv",
        "poetry",
        "uv",
        "sync",
        "run",
        "--system",
        "-t",
        "",
        ".",
        "-",
        "x",
        None,
    ]
)


@given(st.lists(WORDS, max_size=6))
def test_command_lines(words: list[str | None]) -> None:
    read_command(words)


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="import subprocess.run(['\"git]) \n:=cv2", max_size=80))
def test_sources(text: str) -> None:
    infer("FROM python:3.12\nCOPY . /app\nCMD python /app/a.py\n", {"a.py": f"import cv2\n{text}"})


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 20_000,
        "-" * 20_000 + "1",
        "1" + "+1" * 20_000,
        "b" + ".c" * 20_000,
        "b" + "()" * 20_000,
        "lambda:" * 20_000 + "1",
        "1\nif 1:\n pass\n" + "elif 1:\n pass\n" * 20_000,
        "1" * 20_000,
        "'\ud800'",
        "subprocess.run(' ')",
        "subprocess.run([[]])",
        "subprocess.run(f'')",
        "'\\d'",
    ],
)
def test_sources_of_any_depth(expression: str) -> None:
    """libcst's parser recurses without a bound, which would end the process."""
    infer(
        "FROM python:3.12\nCOPY . /app\nCMD python /app/a.py\n", {"a.py": f"import cv2, subprocess\na = {expression}\n"}
    )


def test_libcst_is_not_loaded_without_need() -> None:
    code = (
        "import sys\n"
        "from tests.languages.python.support import run\n"
        "run('FROM python:3.12\\nCOPY a.py /app/a.py\\nCMD python /app/a.py\\n', {'a.py': 'print(1)'})\n"
        "run('FROM golang:1.24\\nCOPY . /x\\nWORKDIR /x\\nRUN go build\\nCMD ./a\\n', {'main.go': 'package main'})\n"
        "sys.exit('libcst' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
