"""The command as a user runs it, in a process of its own."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import FIXTURES

GO = FIXTURES / "go/g06-templates"


def run(*arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    code = "from dockerslim_rewrite.cli.rewrite import main; main()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, cwd=cwd, input=stdin, check=False, timeout=60)


def text_of(folder: Path) -> bytes:
    return next(folder.rglob("Dockerfile")).read_bytes()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    subprocess.run(["cp", "-r", str(next(GO.rglob("Dockerfile")).parent), str(tmp_path / "p")], check=True)
    return tmp_path / "p"


def test_prints_the_result_and_reports_on_stderr(project: Path) -> None:
    done = run("Dockerfile", cwd=project)
    assert done.returncode == 0
    assert done.stdout.startswith(b"FROM golang:1.24 AS builder\n")
    assert b"Dockerfile: golang:1.24 -> gcr.io/distroless/static-debian12" in done.stderr


def test_writes_the_output_with_the_sources_mode(project: Path) -> None:
    (project / "Dockerfile").chmod(0o640)
    done = run("Dockerfile", "-o", "Dockerfile.ms", cwd=project)
    assert (done.returncode, done.stdout) == (0, b"")
    assert (project / "Dockerfile.ms").read_text().count("\nFROM ") == 1
    assert stat.S_IMODE((project / "Dockerfile.ms").stat().st_mode) == 0o640
    assert sorted(path.name for path in project.iterdir() if path.name.startswith(".")) == []


def test_each_improvement_has_a_switch(project: Path) -> None:
    assert b"--mount" in run("--optimize", cwd=project).stdout
    done = run("--optimize", "--skip", "O02", "--skip", "o03", cwd=project)
    assert done.returncode == 0
    assert b"--mount" not in done.stdout
    assert b"-trimpath" not in done.stdout


@pytest.mark.parametrize("arguments", [["--optimize", "--skip", "G01"], ["--skip", "O01"]])
def test_a_switch_for_nothing_is_bad_usage(project: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=project)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--skip" in done.stderr


def test_in_place_keeps_a_link(project: Path) -> None:
    (project / "Dockerfile").rename(project / "real")
    (project / "Dockerfile").symlink_to("real")
    assert run("--in-place", "Dockerfile", cwd=project).returncode == 0
    assert (project / "Dockerfile").is_symlink()
    assert "\nFROM " in (project / "real").read_text()


def test_a_second_run_changes_nothing(project: Path) -> None:
    run("--in-place", cwd=project)
    first = (project / "Dockerfile").read_bytes()
    done = run("--in-place", cwd=project)
    assert (done.returncode, (project / "Dockerfile").read_bytes()) == (0, first)
    assert b"unchanged [D16]" in done.stderr


def test_diff_applies_with_patch(project: Path) -> None:
    diff = run("--diff", "-q", "Dockerfile", cwd=project).stdout
    assert diff.startswith(b"--- Dockerfile\n+++ Dockerfile\n")
    assert b"\x1b" not in diff
    subprocess.run(["patch", "-s", "-p0"], input=diff, cwd=project, check=True)
    patched = (project / "Dockerfile").read_bytes()
    subprocess.run(["patch", "-s", "-p0", "-R"], input=diff, cwd=project, check=True)
    assert run("-q", "Dockerfile", cwd=project).stdout == patched


def test_check(project: Path) -> None:
    assert run("--check", cwd=project).returncode == 1
    run("--in-place", cwd=project)
    assert run("--check", cwd=project).returncode == 0


def test_stdin_has_no_context(project: Path) -> None:
    done = run("-", stdin=(project / "Dockerfile").read_bytes(), cwd=project)
    assert done.returncode == 0
    assert b"FROM golang:1.24-bookworm AS builder" in done.stdout
    assert b"COPY --from=builder /blog /blog" in done.stdout
    assert b"with the build context (--context)" in done.stderr


def test_stdin_says_what_a_refusal_needs(tmp_path: Path) -> None:
    done = run("-", stdin=b'FROM golang:1.24\nCOPY . .\nCMD ["go", "run", "."]\n', cwd=tmp_path)
    assert done.returncode == 3
    assert b"or give the build context (--context DIR)" in done.stderr


def test_json(project: Path) -> None:
    data = json.loads(run("--json", "-q", cwd=project).stdout)
    assert (data["outcome"], data["schema"]) == ("rewritten", 1)
    assert data["plan"]["runtime_base"] == "gcr.io/distroless/static-debian12"
    assert all(decision["evidence"] for decision in data["plan"]["decisions"])


REFUSED = 'FROM golang:1.24\nRUN unheard-of-tool\nCMD ["x"]\n'


def test_refused_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(REFUSED)
    done = run("Dockerfile", "-o", "out", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"Dockerfile:" in done.stderr
    assert b"refused [" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["Dockerfile"]


def test_unchanged_leaves_no_file_and_prints_the_source(tmp_path: Path) -> None:
    source = b"FROM nginx:alpine\r\nCOPY x /y"
    (tmp_path / "Dockerfile").write_bytes(source)
    assert run("Dockerfile", "-o", "out", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "out").exists()
    assert run("Dockerfile", cwd=tmp_path).stdout == source


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Dockerfile:1: "),
        (b"# only a comment\n", "Dockerfile:"),
        (b"FROM golang:1.24\nRUN a\0b\n", "Dockerfile:2: binary data"),
        (b"FROM golang:1.24\n\xff\xfe\n", "Dockerfile:2: not UTF-8 text"),
        (b"FROM golang:1.24\nBLA x\n", "Dockerfile:2: "),
        (b"FROM golang:1.24\nRUN <<EOF\nx\n", "Dockerfile:2: "),
    ],
)
def test_bad_input(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "Dockerfile").write_bytes(content)
    done = run("Dockerfile", "-o", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent"], "absent: no such file"),
        (["."], "is a directory"),
        (["Dockerfile", "-o", "no/where/out"], "does not exist"),
        (["Dockerfile", "-o", "Dockerfile"], "--in-place"),
        (["Dockerfile", "-o", "sub"], "is a directory"),
        (["Dockerfile", "--diff", "--in-place"], "exclude each other"),
        (["Dockerfile", "--context", "absent"], "no such folder"),
        (["Dockerfile", "--templates", "absent"], "no such folder"),
        (["Dockerfile", "--runtime", "windows"], "windows"),
        (["-", "--in-place"], "needs a file"),
        (["--unknown"], "--unknown"),
    ],
)
def test_bad_usage(project: Path, arguments: list[str], message: str) -> None:
    (project / "sub").mkdir(exist_ok=True)
    before = sorted(project.rglob("*"))
    done = run(*arguments, cwd=project)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert sorted(project.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file(project: Path) -> None:
    (project / "Dockerfile").chmod(0)
    assert run(cwd=project).returncode == 2


def test_a_contradicted_base_is_refused_with_the_hazards_code(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        "FROM golang:1.24\nWORKDIR /a\nCOPY . .\nRUN CGO_ENABLED=0 go build -o x .\nCMD ./x -p $PORT\n"
    )
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.24\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    done = run("--runtime", "distroless", cwd=tmp_path)
    assert done.returncode == 3
    assert b"[D01]" in done.stderr


def test_broken_template(project: Path) -> None:
    (project / "t").mkdir()
    (project / "t/dockerfile.j2").write_text("{{ builder }}\n{% for %}\n")
    done = run("--templates", "t", cwd=project)
    assert done.returncode == 2
    assert b"dockerfile.j2:2" in done.stderr


def test_a_template_that_loses_the_builder_is_not_written(project: Path) -> None:
    (project / "t").mkdir()
    (project / "t/dockerfile.j2").write_text("FROM {{ runtime.base }}\n")
    done = run("--templates", "t", "-o", "out", cwd=project)
    assert done.returncode == 70
    assert not (project / "out").exists()
