"""The `verify` command where no engine is needed, or where there is none."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support import FIXTURES, ROOT, copy_project
from tests.verify.fake_engine import FakeEngine

_MAIN = "from dockerslim_rewrite.cli.app import main; main()"
GO = FIXTURES / "go/g06-templates/Dockerfile"


def verify(*words: str | Path, path: str = "/nowhere", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _MAIN, "verify", *map(str, words)]
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    environment.pop("DOCKERSLIM_ENGINE", None)
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60)


def test_no_engine() -> None:
    done = verify(GO)
    assert (done.returncode, done.stdout) == (2, "")
    assert "docker: not installed; podman: not installed; nerdctl: not installed" in done.stderr


def test_refused_and_unchanged() -> None:
    refused = verify(FIXTURES / "refused/g10-air/Dockerfile")
    assert refused.returncode == 2 and "refused [G10]" in refused.stderr
    unchanged = verify(FIXTURES / "unchanged/d16-multi-stage-go/Dockerfile")
    assert unchanged.returncode == 0 and "unchanged [D16]" in unchanged.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing/Dockerfile"], "no such file"),
        ([GO, GO], "--bake takes many"),
        ([GO, "--context", "missing"], "no such folder"),
        ([GO, "--html", "missing/page.html"], "does not exist"),
        ([GO, "--path", "health"], "starts with /"),
        ([GO, "--rewritten", "missing"], "no such file"),
        ([GO, "--smoke-cmd", "true", "--path", "/health"], "--path and --smoke-cmd exclude each other"),
        ([GO, "--bake", "bake.json", "--trace"], "--bake builds and runs nothing: --trace has no meaning with it"),
    ],
)
def test_bad_usage(words: list[str | Path], message: str) -> None:
    done = verify(*words)
    assert done.returncode == 2 and message in done.stderr


def test_build_options_reach_the_engine(tmp_path: Path) -> None:
    fake = FakeEngine(tmp_path)
    fake.answer("buildx", code=1, stdout="out of luck\n")
    words = ("--builder", "farm", "--build-arg", "A=b c", "--build-arg", "HOME", "--network", "host")
    done = verify(GO, *words, path=str(fake.path.parent))
    assert done.returncode == 2 and "the original does not build:\nout of luck" in done.stderr
    call = next(call for call in fake.calls if call[0] == "buildx")
    assert call[:5] == ["buildx", "build", "--builder", "farm", "--load"]
    assert {"A=b c", f"HOME={os.environ['HOME']}"} <= set(call) and call[call.index("--network") + 1] == "host"
    assert any(call[:2] == ["image", "rm"] for call in fake.calls)


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    """An engine whose images and containers are all alike."""
    fake = FakeEngine(tmp_path / "engine")
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w").close()
    fake.answer("export", stdout=empty.getvalue().decode())
    fake.answer("image", "inspect", stdout='[{"Config": {}, "Size": 5000000}]')
    fake.answer("inspect", stdout="exited 0\n")
    return fake


def test_a_result_for_people_for_programs_and_as_a_page(engine: FakeEngine, tmp_path: Path) -> None:
    done = verify(GO, path=str(engine.path.parent))
    assert done.returncode == 0 and done.stdout.startswith(f"{GO}: same (run to the end")
    page = tmp_path / "proof.html"
    done = verify(GO, "--json", "--html", page, path=str(engine.path.parent))
    data = json.loads(done.stdout)
    assert (data["outcome"], data["original"]["size"], data["edit"]["file"]) == ("same", 5_000_000, "main.go")
    text = page.read_text()
    assert f"<title>{GO}: same</title>" in text and "comment line more in <code>main.go</code>" in text


def test_bake_file(tmp_path: Path) -> None:
    done = verify(FIXTURES / "refused/g10-air", FIXTURES / "go/d05-args", "--bake", "bake.json", cwd=tmp_path)
    assert done.returncode == 0 and "2 targets of 1 Dockerfiles, 1 left out" in done.stderr
    assert "left out" in done.stderr and "[G10]" in done.stderr
    data = json.loads((tmp_path / "bake.json").read_text())
    (original, rewritten) = data["target"].values()
    assert data["group"]["default"] == {"targets": ["original", "rewritten"]}
    assert data["group"]["rewritten"]["targets"] == [list(data["target"])[1]]
    assert (tmp_path / original["context"]).resolve() == FIXTURES / "go/d05-args"
    assert original["dockerfile"] == "Dockerfile"
    assert "FROM golang:$${GO_TAG} AS builder" in rewritten["dockerfile-inline"]


def test_a_bake_file_passes_arguments_and_the_network_on(tmp_path: Path) -> None:
    words = ("--build-arg", "A=${b}", "--network", "host")
    assert verify(FIXTURES / "go/d05-args", "--bake", "bake.json", *words, cwd=tmp_path).returncode == 0
    for target in json.loads((tmp_path / "bake.json").read_text())["target"].values():
        assert (target["args"]["A"], target["network"]) == ("$${b}", "host")


def test_what_cannot_be_in_a_bake_file_is_left_out(tmp_path: Path) -> None:
    copy_project(FIXTURES / "go/d05-args", tmp_path / "own")
    (tmp_path / "own/Dockerfile.dockerignore").write_text("x\n")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/Dockerfile").write_text("FROM golang:1.24\nCOPY\n")
    done = verify(tmp_path / "own", tmp_path / "bad", "--bake", "bake.json", cwd=tmp_path)
    assert "it has an ignore file of its own" in done.stderr
    assert f"left out: {tmp_path}/bad/Dockerfile:2: " in done.stderr


def test_bake_file_without_targets(tmp_path: Path) -> None:
    assert verify(tmp_path, "--bake", tmp_path / "bake.json").returncode == 2
    assert verify(tmp_path / "missing", "--bake", tmp_path / "bake.json").returncode == 2
    assert list(tmp_path.iterdir()) == []
