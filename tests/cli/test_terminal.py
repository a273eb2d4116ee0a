"""What a person sees on a terminal, and what a file that cannot be read or written says."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from dockerslim_rewrite.cli import files, progress
from dockerslim_rewrite.cli.files import UnreadableFile, UserError, read_dockerfile, write_atomically
from dockerslim_rewrite.cli.progress import with_progress
from dockerslim_rewrite.cli.steps import Steps


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Called in a test, not before it: pytest puts its own stderr in place when a test begins."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_progress_on_a_terminal_is_wiped_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    monkeypatch.setattr(progress, "_INTERVAL_SECONDS", 0)
    assert list(with_progress("ab", 2, quiet=False)) == ["a", "b"]
    assert terminal.getvalue() == "\r\x1b[K1 of 2 files\r\x1b[K2 of 2 files\r\x1b[K"


def test_progress_is_not_shown_for_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    assert len(list(with_progress(range(500), 500, quiet=False))) == 500
    assert terminal.getvalue().count("files") < 100


def test_progress_is_silent_when_asked_or_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    assert list(with_progress("ab", 2, quiet=True)) == ["a", "b"]
    assert terminal.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", pipe := io.StringIO())
    assert list(with_progress("ab", 2, quiet=False)) == ["a", "b"]
    assert pipe.getvalue() == ""


def test_steps_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    steps = Steps()
    steps("building", True)
    steps("line\tone\x1b[31m", False)
    steps("running", True)
    steps.end()
    shown = terminal.getvalue()
    assert "building: line one" in shown and "\x1b[31m" not in shown
    assert "\r\x1b[Kbuilding: 0.0 s\n" in shown and shown.endswith("running: 0.0 s\n")


def test_steps_in_a_pipe_and_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", pipe := io.StringIO())
    for steps in (Steps(), Steps(quiet=True)):
        steps("building", True)
        steps("a line of output", False)
        steps.end()
    assert pipe.getvalue() == "building\n"


def test_what_is_no_dockerfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableFile, match="not a regular file"):
        read_dockerfile(tmp_path / "pipe")
    (tmp_path / "lines").write_text("#\n" * 20)
    monkeypatch.setattr(files, "MAX_LINES", 10)
    with pytest.raises(UnreadableFile, match="more than 10 lines"):
        read_dockerfile(tmp_path / "lines")


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "Dockerfile"
    target.write_text("old")
    monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(UserError, match="cannot be written \\(No space left on device\\)"):
        write_atomically(target, "new", None)
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]
    with pytest.raises(UserError, match="does not exist"):
        write_atomically(tmp_path / "none" / "x", "new", None)


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")
