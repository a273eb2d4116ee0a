"""Nothing is left in the engine after success, failure, a timeout, Ctrl-C and SIGTERM."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dockerslim_rewrite.verify.engine import Build, BuildFailed, Engine
from dockerslim_rewrite.verify.observe import Conditions, observe
from dockerslim_rewrite.verify.session import Session, Start
from tests.images.harness import NETWORK
from tests.support import ROOT

pytestmark = pytest.mark.image

# Runs in a process of its own that can be interrupted: says its session's name, then that a step has begun.
# a test run in the background may have SIGINT ignored, and children inherit that
_PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
import sys
from pathlib import Path
from dockerslim_rewrite.verify.engine import Build, find_engine
from dockerslim_rewrite.verify.observe import Conditions, observe
from dockerslim_rewrite.verify.session import Session, Start

context, step = Path(sys.argv[1]), sys.argv[2]
with Session(find_engine()) as session:
    print(session.name, flush=True)
    mark = lambda line: print("begun", flush=True) if "sleep" in line else None
    seconds = {"SECONDS": "30" if step == "build" else "0"}
    tag = session.build(Build(context, context / "Dockerfile", step, seconds, sys.argv[3] or None), mark)
    print("begun", flush=True)
    observe(session, tag, Conditions(start=Start(args=("sleep", "30"))))
"""


def _context(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM alpine:3.20\nARG SECONDS=0\nRUN sleep $SECONDS && date > /stamp\n")
    return tmp_path


def _left(engine: Engine, name: str) -> list[str]:
    containers = engine.must("ps", "--all", "--filter", f"name={name}", "--format", "{{.Names}}").split()
    images = engine.must("images", "--format", "{{.Repository}}:{{.Tag}}", name).split()
    networks = engine.must("network", "ls", "--filter", f"name={name}", "--format", "{{.Name}}").split()
    return [*containers, *images, *networks]


def _build(tmp_path: Path) -> Build:
    context = _context(tmp_path)
    return Build(context, context / "Dockerfile", "original", network=NETWORK)


def test_after_success_and_timeout(engine: Engine, tmp_path: Path) -> None:
    with Session(engine) as session:
        tag = session.build(_build(tmp_path))
        assert observe(session, tag, Conditions(start=Start(args=("cat", "/stamp")))).exit_code == 0
        began = time.monotonic()
        late = observe(session, tag, Conditions(start=Start(args=("sleep", "30")), timeout=1))
        assert late.exit_code is None and time.monotonic() - began < 15
        assert tag in _left(engine, session.name)
    assert _left(engine, session.name) == []


def test_after_a_failed_build(engine: Engine, tmp_path: Path) -> None:
    build = _build(tmp_path)
    build.dockerfile.write_text("FROM alpine:3.20\nRUN echo out of luck && false\n")
    with pytest.raises(BuildFailed, match="out of luck"), Session(engine) as session:
        session.build(build)
    assert _left(engine, session.name) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("step", ["build", "run"])
def test_after_ctrl_c(engine: Engine, tmp_path: Path, step: str, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(_context(tmp_path)), step, NETWORK or ""],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert process.stdout.readline().strip() == "begun"
        time.sleep(1.5)
        process.send_signal(number)
        assert process.wait(30) != 0
    assert _left(engine, name) == []
