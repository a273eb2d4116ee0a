"""A rewrite in a process that has made one before: by the size of the Dockerfile and of the context."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.timing import median_ms, table
from dockerslim_rewrite.context.local import LocalContext, NoContext
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options

LINES = (10, 100, 1_000, 10_000)
FILES = (10, 100, 1_000, 10_000, 100_000)
PER_FOLDER = 100
NAMES = 100  # of variables: docs/security.md has a limit for variables times instructions


def report() -> str:
    """Return the section of docs/performance.md: processor time."""
    lines = table(("lines of the Dockerfile", "ms", "µs a line"), _by_lines())
    files = table(("files of the context", "ms", "µs a file"), _by_files())
    return f"Median processor time.\n\nWithout context:\n\n{lines}\n\nWith a Go project of so many files:\n\n{files}"


def dockerfile(lines: int) -> str:
    """Return a Dockerfile of so many lines: settings, commands, comments and a build."""
    head = ["FROM golang:1.24", "WORKDIR /app", "COPY . ."]
    tail = ["RUN go build -o /app/server .", "EXPOSE 8080", 'CMD ["/app/server"]']
    kinds = ("ENV NAME{1}=value{0}", "RUN mkdir -p /srv/data{0}", "# a remark on {0}", 'LABEL key{0}="value {0}"', "")
    body = [
        kinds[number % len(kinds)].format(number, number % NAMES) for number in range(lines - len(head) - len(tail))
    ]
    return "\n".join([*head, *body, *tail, ""])


def make_context(folder: Path, files: int) -> None:
    """Write a Go program and so many files beside it, a hundred in a folder."""
    (folder / "go.mod").write_text("module example.com/bench\n\ngo 1.24\n")
    (folder / "main.go").write_text("package main\n\nfunc main() { println(1) }\n")
    for number in range(files - 2):
        place = folder / f"part{number // PER_FOLDER}"
        place.mkdir(exist_ok=True)
        (place / f"file{number}.txt").touch()


def _by_lines() -> Iterator[tuple[int, float, float]]:
    for lines in LINES:
        text = dockerfile(lines)
        used = median_ms(partial(rewrite, text, NoContext(), Options()), 5 if lines > 1_000 else 21)
        yield lines, used, 1000 * used / lines


def _by_files() -> Iterator[tuple[int, float, float]]:
    text = dockerfile(10)
    for files in FILES:
        with tempfile.TemporaryDirectory() as name:
            make_context(Path(name), files)
            used = median_ms(partial(_rewrite_in, text, Path(name)), 5)
        yield files, used, 1000 * used / files


def _rewrite_in(text: str, folder: Path) -> None:
    rewrite(text, LocalContext(folder), Options())
