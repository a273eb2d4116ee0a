"""The `verify` command against the real engine: its verdicts, its trace, its bake file, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dockerslim_rewrite.verify.engine import Engine
from tests.images.harness import NETWORK, rewrite_fixture
from tests.support import FIXTURES, ROOT

pytestmark = pytest.mark.image

# a test run in the background may have SIGINT ignored, and children inherit that
_INTERRUPTIBLE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
_MAIN = _INTERRUPTIBLE + "from dockerslim_rewrite.cli.app import main; main()"
_ORIGINAL = """FROM alpine:3.20
WORKDIR /app
COPY . .
RUN mkdir -p share/words && echo tide > share/words/sea && echo calm > share/words/lake
CMD ["sh", "-c", "cat share/words/sea share/words/lake; exec sh greet.sh"]
"""
_REWRITTEN = """FROM alpine:3.20 AS builder
WORKDIR /app
COPY . .
RUN mkdir -p share/words && echo tide > share/words/sea && echo calm > share/words/lake

FROM alpine:3.20
WORKDIR /app
COPY --from=builder /app/share share
COPY --from=builder /app/greet.sh .
CMD ["sh", "-c", "cat share/words/sea share/words/lake; exec sh greet.sh"]
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A project of shell scripts, and an engine command that notes each call before it passes it on."""

    folder: Path
    calls: Path
    environment: dict[str, str]

    def write(self, original: str, rewritten: str) -> None:
        (self.folder / "Dockerfile").write_text(original)
        (self.folder.parent / "rewritten.Dockerfile").write_text(rewritten)

    def command(self, *words: str) -> list[str]:
        given = [str(self.folder / "Dockerfile"), "--rewritten", str(self.folder.parent / "rewritten.Dockerfile")]
        return [sys.executable, "-c", _MAIN, "verify", *given, *words]

    def verify(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=600
        )

    def left(self, engine: Engine) -> list[str]:
        """Return what the noted calls made and what is still there."""
        assert self.calls.exists(), "the engine was never asked"
        words = {word for line in self.calls.read_text().splitlines() for word in line.split()}
        names = {word for word in words if word.startswith("dockerslim-verify-")}
        there = engine.must("ps", "--all", "--format", "{{.Names}}").split()
        there += engine.must("images", "--format", "{{.Repository}}:{{.Tag}}").split()
        there += engine.must("network", "ls", "--format", "{{.Name}}").split()
        temporary = (path.name for path in Path(self.environment["TMPDIR"]).iterdir())
        return sorted(names.intersection(there)) + sorted(temporary)


@pytest.fixture
def project(engine: Engine, tmp_path: Path) -> Iterator[Project]:
    folder, calls, wrapper = tmp_path / "project", tmp_path / "calls", tmp_path / "bin" / engine.name
    for new in (folder, wrapper.parent, tmp_path / "tmp"):
        new.mkdir()
    (folder / "greet.sh").write_text("echo ahoy\n")
    (folder / "tool.py").write_text("print()\n")
    wrapper.write_text(f'#!/bin/sh\necho "$*" >> {calls}\nexec {engine.program} "$@"\n')
    wrapper.chmod(0o755)
    environment = {**os.environ, "DOCKERSLIM_ENGINE": str(wrapper), "TMPDIR": str(tmp_path / "tmp")}
    made = Project(folder, calls, environment)
    made.write(_ORIGINAL, _REWRITTEN)
    yield made
    assert made.left(engine) == []


def test_same(project: Project, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = project.verify("--json", "--html", str(page), "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    data = json.loads(done.stdout)
    assert data["outcome"] == "same" and data["differences"] == []
    before, after = data["original"], data["rewritten"]
    assert before["numbers"]["os_packages"] == after["numbers"]["os_packages"] > 0
    assert before["numbers"]["layers"] >= 4
    assert data["edit"]["file"] == "tool.py"
    # the script in Python is copied into the original only: an edit of it changes nothing that is shipped
    assert before["rebuild"]["changed_bytes"] > 0 and after["rebuild"]["changed_bytes"] == 0
    assert (project.folder / "tool.py").read_text() == "print()\n"
    assert "<!doctype html>" in page.read_text()


def test_different_with_the_line_that_fixes_it(project: Project) -> None:
    broken = _REWRITTEN.replace("COPY --from=builder /app/share share\n", "")
    project.write(_ORIGINAL, broken)
    done = project.verify("--no-measure", "--trace")
    assert done.returncode == 1, done.stderr
    assert "stdout" in done.stdout and "was not copied to the runtime stage" in done.stdout
    if os.geteuid() != 0 or sys.platform != "linux":
        assert "no trace" in done.stdout
        return
    line = "COPY --from=builder /app/share/words /app/share/words"
    assert line in done.stdout
    project.write(_ORIGINAL, broken.replace("\nCMD", f"\n{line}\nCMD"))
    done = project.verify("--no-measure", "--trace")
    assert done.returncode == 0, done.stdout
    assert "the rewrite has every file that the original opened" in done.stdout


def test_rewrite_that_does_not_build(project: Project) -> None:
    project.write(_ORIGINAL, _REWRITTEN.replace("/app/share share", "/app/shore share"))
    done = project.verify("--no-measure")
    assert done.returncode == 1
    assert "the rewritten Dockerfile does not build" in done.stdout and "/app/shore" in done.stdout


def test_original_that_does_not_build(project: Project) -> None:
    project.write("FROM alpine:3.20\nRUN echo out of luck && false\n", _REWRITTEN)
    done = project.verify("--no-measure")
    assert done.returncode == 2
    assert "the original does not build" in done.stderr and "out of luck" in done.stderr


def test_output_that_differs_from_run_to_run_is_no_difference(project: Project) -> None:
    (project.folder / "greet.sh").write_text("cat /proc/sys/kernel/random/uuid; echo ahoy\n")
    done = project.verify("--no-measure")
    assert done.returncode == 0, done.stdout
    assert "differ from run to run of the original" in done.stdout


def test_smoke_command(project: Project) -> None:
    waits = 'CMD ["sh", "-c", "sh greet.sh > /tmp/said; exec sleep 60"]\n'
    original, rewritten = (text.split("CMD")[0] + waits for text in (_ORIGINAL, _REWRITTEN))
    smoke = ("--no-measure", "--timeout", "5", "--smoke-cmd", '"$ENGINE" exec "$CONTAINER" grep ahoy /tmp/said')
    project.write(original, rewritten)
    assert project.verify(*smoke).returncode == 0
    project.write(original, rewritten.replace("COPY --from=builder /app/greet.sh .\n", ""))
    done = project.verify(*smoke)
    assert done.returncode == 1 and "smoke command" in done.stdout


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("step", ["build", "create"])
def test_interrupted(project: Project, engine: Engine, sent: signal.Signals, step: str) -> None:
    slow = "RUN sleep 30\n" if step == "build" else ""
    project.write(f'FROM alpine:3.20\n{slow}CMD ["sleep", "60"]\n', 'FROM alpine:3.20\nCMD ["sleep", "60"]\n')
    with subprocess.Popen(project.command(), cwd=ROOT, env=project.environment, stderr=subprocess.PIPE) as process:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if project.calls.exists() and f"\n{step} " in project.calls.read_text():
                break
            time.sleep(0.1)
        time.sleep(1.5)
        process.send_signal(sent)
        process.communicate(timeout=60)
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[sent]
    assert project.left(engine) == []


def test_timeout(project: Project) -> None:
    project.write('FROM alpine:3.20\nEXPOSE 9\nCMD ["sleep", "60"]\n', _REWRITTEN)
    done = project.verify("--no-measure", "--timeout", "1")
    assert done.returncode == 2 and "does not answer HTTP on port 9 within 1 s" in done.stderr
    project.write("FROM alpine:3.20\nRUN sleep 60\n", _REWRITTEN)
    done = project.verify("--no-measure", "--build-timeout", "2")
    assert done.returncode == 2 and "took longer than 2 s" in done.stderr


def test_bake_file_is_built_by_buildx(engine: Engine, tmp_path: Path) -> None:
    if engine.name != "docker" or engine.call("buildx", "version").code != 0:
        pytest.skip(f"{engine.name} has no buildx bake")
    fixtures = [FIXTURES / "go" / name / "Dockerfile" for name in ("g06-templates", "d05-args")]
    file = tmp_path / "bake.json"
    words = ["verify", *map(str, fixtures), "--bake", str(file)] + (["--network", NETWORK] if NETWORK else [])
    subprocess.run([sys.executable, "-c", _MAIN, *words], cwd=ROOT, check=True)
    bake = [engine.program, "buildx", "bake", "--file", str(file)]
    allow = [f"--allow=network.{NETWORK}"] if NETWORK == "host" else []
    printed = subprocess.run([*bake, "--print"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    shown = json.loads(printed)["target"]
    assert sorted(shown) == [
        f"fixtures-go-{name}-{kind}" for name in ("d05-args", "g06-templates") for kind in ("original", "rewritten")
    ]
    for path, name in zip(fixtures, ("g06-templates", "d05-args"), strict=True):
        inline = shown[f"fixtures-go-{name}-rewritten"]["dockerfile-inline"]
        # what --print says can be read again as a bake file: it escapes as we do
        assert inline.replace("$${", "${") == rewrite_fixture(path.parent).text
    tags = [tag for target in shown.values() for tag in target["tags"]]
    try:
        subprocess.run([*bake, *allow, "--load"], cwd=ROOT, check=True, capture_output=True, timeout=900)
        assert all(engine.has_image(tag) for tag in tags)
    finally:
        engine.call("image", "rm", "--force", *tags)
