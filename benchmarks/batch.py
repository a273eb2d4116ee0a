"""Many files: `check` and hadolint on the same generated Dockerfiles."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.timing import run, table

FILES = (1_000, 2_500, 5_000)
MAIN = "from dockerslim_rewrite.cli.app import main; main()"


def report() -> str:
    """Return the section of docs/performance.md."""
    with tempfile.TemporaryDirectory() as name:
        rows = [row for files in FILES for row in _rows(Path(name) / str(files), files)]
    text = "One run each; every Dockerfile is a Go program in a folder of its own, but for the row that says so."
    return f"{text}\n\n{table(('command', 'files', 'wall s', 'CPU s', 'CPU ms a file', 'MB of a process'), rows)}"


def make_files(folder: Path, files: int, *, together: bool = False) -> list[str]:
    """Write Dockerfiles with their programs and return their paths."""
    paths = []
    for number in range(files):
        place = folder if together else folder / f"service{number}"
        place.mkdir(parents=True, exist_ok=True)
        path = place / (f"Dockerfile.{number}" if together else "Dockerfile")
        path.write_text(
            f"FROM golang:1.24\nWORKDIR /app\nCOPY . .\nENV NUMBER={number}\n"
            f'RUN go build -o /app/server{number} .\nEXPOSE 8080\nCMD ["/app/server{number}"]\n'
        )
        (place / "go.mod").write_text("module example.com/bench\n\ngo 1.24\n")
        (place / "main.go").write_text("package main\n\nfunc main() { println(1) }\n")
        paths.append(str(path))
    return paths


def _rows(folder: Path, files: int) -> Iterator[Sequence[object]]:
    paths = make_files(folder / "apart", files)
    check = (sys.executable, "-c", MAIN, "check", "--quiet", "--format", "json")
    for workers in (1, 2):
        command = (*check, "--workers", str(workers), str(folder / "apart"))
        yield _row(f"`check --workers {workers}`", files, command)
    make_files(folder / "together", files, together=True)
    yield _row("`check --workers 1`, all in one folder", files, (*check, "--workers", "1", str(folder / "together")))
    hadolint = Path(sys.executable).with_name("hadolint")
    if hadolint.exists() and sum(map(len, paths)) < os.sysconf("SC_ARG_MAX") // 2:
        yield _row("`hadolint`", files, (str(hadolint), *paths))


def _row(name: str, files: int, command: Sequence[str]) -> Sequence[object]:
    used = run(command)
    return name, files, used.wall / 1000, used.cpu / 1000, used.cpu / files, used.memory
