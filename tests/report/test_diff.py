import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.diff import unified_diff

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "d", "\n", "e\x0cf\n"]), max_size=8).map("".join)


def test_equal_texts_have_no_diff() -> None:
    assert unified_diff("a\n", "a\n", "x", "x") == ""


def test_a_missing_line_end_is_marked() -> None:
    assert unified_diff("a", "a\n", "x", "x").endswith("-a\n\\ No newline at end of file\n+a\n")


@pytest.mark.skipif(shutil.which("patch") is None, reason="the patch program is not installed")
@given(before=LINES, after=LINES)
def test_patch_applies_it(tmp_path_factory: pytest.TempPathFactory, before: str, after: str) -> None:
    diff = unified_diff(before, after, "Dockerfile", "Dockerfile")
    if not diff or not before or not after:
        return  # patch creates and deletes files for empty sides
    folder = tmp_path_factory.mktemp("patch")
    target = Path(folder) / "Dockerfile"
    target.write_bytes(before.encode())
    subprocess.run(["patch", "--binary", "-s", "-p0"], input=diff.encode(), cwd=folder, check=True)
    assert target.read_bytes().decode() == after


def test_terminal_escapes_are_shown_not_sent() -> None:
    assert printable("a\x1b[31mb\u202ec\td\n") == "a\\x1b[31mb\\u202ec\td\n"
