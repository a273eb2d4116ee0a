"""Suggested lines of .dockerignore."""

import subprocess
import sys
from pathlib import Path

from dockerslim_rewrite.context.ignore import IgnoreRules
from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.discovery.ignore_file import render_lines, suggest_lines
from dockerslim_rewrite.syntax.parser import parse_dockerfile


def make(root: Path, *names: str) -> LocalContext:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    return LocalContext(root)


def suggest(context: LocalContext, text: str) -> dict[str, bool]:
    """Return the patterns, and whether each is left to the author."""
    return {line.pattern: line.ask for line in suggest_lines(context, [parse_dockerfile(text)])}


def test_only_what_is_there(tmp_path: Path) -> None:
    context = make(tmp_path, "a.js", ".git/config", "a/node_modules/x/y.js", "b/.DS_Store", "b/x.log")
    text = "FROM node:20\nCOPY . .\nRUN npm ci\n"
    assert suggest(context, text) == {".git": False, "**/node_modules": False, "**/*.log": False, "**/.DS_Store": False}
    assert suggest(make(tmp_path / "b" / "c", "main.go"), text) == {}


def test_what_the_build_needs_stays(tmp_path: Path) -> None:
    context = make(tmp_path, ".git/config", "node_modules/x/y.js", "x.log", ".env")
    assert suggest(context, "FROM node:20\nCOPY . .\n") == {".git": False, "**/*.log": False, "**/.env": True}
    assert suggest(context, "FROM node:20\nRUN git describe\n")[".git"] is True
    assert suggest(context, "FROM node:20\nRUN ./build.sh\n")[".git"] is True
    assert suggest(context, "FROM node:20\nRUN sh build.sh\n")[".git"] is True
    assert ".git" not in suggest(context, "FROM node:20\nCOPY .git /src/.git\n")
    assert "**/*.log" not in suggest(context, "FROM node:20\nCOPY x.log /\n")
    assert "**/.env" not in suggest(context, "FROM node:20\nCOPY .env package.json ./\n")


def test_what_is_ignored_already_is_not_said_again(tmp_path: Path) -> None:
    context = make(tmp_path, ".git/config", "x.log")
    (tmp_path / ".dockerignore").write_text(".git\n")
    assert suggest(context, "FROM node:20\nCOPY . .\n") == {"**/*.log": False, ".dockerignore": False}


def test_each_line_is_explained_and_valid(tmp_path: Path) -> None:
    context = make(tmp_path, ".git/config", ".env", ".vscode/a", "Dockerfile")
    text = render_lines(suggest_lines(context, []), ".dockerignore")
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line and not line.startswith("#"):
            assert lines[number - 1].startswith("# ")
    rules = IgnoreRules(text)
    assert rules.excludes(".git/config")
    assert not rules.excludes(".env")
    assert render_lines((), "x") == "# x: nothing in this context is worth ignoring.\n"


def test_the_command_writes_nothing(tmp_path: Path) -> None:
    make(tmp_path, "Dockerfile", ".git/config")
    (tmp_path / "Dockerfile").write_text("FROM node:20\nRUN git status\n")
    program = "from dockerslim_rewrite.cli.app import main; main()"
    command = [sys.executable, "-c", program, "init-ignore", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "# .git\n" in done.stdout
    assert "the build runs git" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "Dockerfile"]
    missing = subprocess.run([*command[:-1], str(tmp_path / "no")], capture_output=True, text=True, check=False)
    assert (missing.returncode, "no such folder" in missing.stderr) == (2, True)
