"""What a container did, as an engine tells it: a small program answers in the engine's place."""

from __future__ import annotations

import io
import json
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dockerslim_rewrite.verify.check import Check
from dockerslim_rewrite.verify.engine import Engine, EngineError
from dockerslim_rewrite.verify.observe import Answer, Conditions, Observation, configured_user, observe
from dockerslim_rewrite.verify.proof import CannotVerify, Job, Proof
from dockerslim_rewrite.verify.prove import prove
from dockerslim_rewrite.verify.session import Session
from tests.verify.fake_engine import FakeEngine

PASSWD = "root:x:0:0::/root:/bin/sh\napp:x:7:8::/home/app:/bin/sh\nbroken\n"
GROUP = "root:x:0:\nstaff:x:50:app\n"


@pytest.fixture
def fake(tmp_path: Path) -> FakeEngine:
    engine = FakeEngine(tmp_path / "engine")
    inspected(engine, {})
    engine.answer("inspect", stdout="running 0\n")
    engine.answer("top", code=1)
    return engine


def inspected(fake: FakeEngine, config: dict[str, object]) -> None:
    fake.answer("image", "inspect", stdout=json.dumps([{"Config": config, "Size": 5}]))


def seen_under(fake: FakeEngine, conditions: Conditions) -> Observation:
    with Session(Engine(str(fake.path))) as session:
        return observe(session, "image", conditions)


def test_a_program_that_does_not_start_is_an_observation(fake: FakeEngine) -> None:
    fake.answer("start", code=1, stderr="exec: no such file\n")
    fake.answer("inspect", stdout="created 127\n")
    seen = seen_under(fake, Conditions())
    assert (seen.start_error, seen.exit_code) == ("exec: no such file", 127)
    assert "exec: no such file" in seen.talk


def test_a_run_to_its_end(fake: FakeEngine) -> None:
    fake.answer("inspect", stdout="exited 3\n")
    fake.answer("logs", stdout="out\n", stderr="err\n")
    seen = seen_under(fake, Conditions())
    assert (seen.exit_code, seen.stdout, seen.stderr, seen.stop) == (3, "out\n", "err\n", None)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_service_that_says_that_it_is_ready(fake: FakeEngine, stream: str) -> None:
    fake.answer("logs", **{stream: "listening\n"})
    fake.answer("top", stdout="PID UID GID\n1 7 8\n")
    seen = seen_under(fake, Conditions(ready="listening"))
    assert seen.ready and seen.uid_gid == (7, 8) and seen.exit_code is None
    assert seen.stop is not None and not seen.stop.killed
    assert ["stop", "--time", "2"] in [call[:3] for call in fake.calls]


def test_a_service_that_never_says_it(fake: FakeEngine) -> None:
    seen = seen_under(fake, Conditions(ready="listening", timeout=0.3))
    assert not seen.ready and seen.answers == ()


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (["CMD", "/check", "-x"], ["/check", "-x"]),
        (["CMD-SHELL", "exit 1"], ["/bin/sh", "-c", "exit 1"]),
        (["NONE"], None),
    ],
)
def test_the_health_check_is_run_once(fake: FakeEngine, check: list[str], words: list[str] | None) -> None:
    inspected(fake, {"Healthcheck": {"Test": check}})
    fake.answer("logs", stdout="up\n")
    fake.answer("exec", code=1, stdout="not well\n")
    seen = seen_under(fake, Conditions(ready="up"))
    assert seen.health == (None if words is None else (1, "not well"))
    assert [call[2:] for call in fake.calls if call[0] == "exec"] == ([] if words is None else [words])
    assert ("not well" in seen.talk) == (words is not None)


def test_an_engine_that_loses_the_port_of_a_running_container_has_failed(fake: FakeEngine) -> None:
    fake.answer("port", code=1, stderr="no public port")
    with pytest.raises(EngineError, match="no public port"):
        seen_under(fake, Conditions(port=80, timeout=5))


def test_an_answer_that_is_not_understood_is_an_error(fake: FakeEngine) -> None:
    fake.answer("inspect", stdout="<nil>\n")
    with pytest.raises(EngineError, match="unexpected answer"):
        seen_under(fake, Conditions())


def test_a_connection_that_fails_is_told() -> None:
    answers = (Answer(0, "", "ConnectionResetError: x"), Answer(200, "", "fine"), Answer(500, "", "oh"))
    talk = Observation("image", None, 1, stderr="said\n", answers=answers).talk  # type: ignore[arg-type]
    assert "ConnectionResetError" in talk and "oh" in talk and "fine" not in talk


def archive(text: str) -> str:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as out:
        member = tarfile.TarInfo("x")
        member.size = len(text)
        out.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue().decode()


@pytest.mark.parametrize(
    ("user", "ids"),
    [
        ("", (0, 0)),
        ("app", (7, 8)),
        ("7", (7, 8)),
        ("app:staff", (7, 50)),
        ("app:9", (7, 9)),
        ("5:6", (5, 6)),
        ("5", (5, 0)),
        ("nobody", None),
        ("app:nobody", None),
    ],
)
def test_what_user_means_in_the_image(fake: FakeEngine, user: str, ids: tuple[int, int] | None) -> None:
    fake.answer("cp", "-L", "box:/etc/passwd", stdout=archive(PASSWD))
    fake.answer("cp", "-L", "box:/etc/group", stdout=archive(GROUP))
    assert configured_user(Engine(str(fake.path)), "box", user) == ids


def proved(fake: FakeEngine, tmp_path: Path, check: Check, scratch: Path | None = None, **fields: object) -> Proof:
    (tmp_path / "Dockerfile").write_text("FROM x\nCOPY data /\n")
    job = Job(
        tmp_path / "Dockerfile",
        tmp_path,
        "FROM x\nCOPY data /\n",
        "FROM y\n",
        check=check,
        **fields,  # type: ignore[arg-type]
    )
    with Session(Engine(str(fake.path))) as session:
        return prove(session, job, scratch or tmp_path / "scratch", lambda text, is_step: None)


def test_paths_without_a_port_are_no_check(fake: FakeEngine, tmp_path: Path) -> None:
    with pytest.raises(CannotVerify, match="--path needs a port"):
        proved(fake, tmp_path, Check(paths=("/health",)))


def test_an_original_that_does_not_start_proves_nothing(fake: FakeEngine, tmp_path: Path) -> None:
    fake.answer("start", code=1, stderr="no such file\n")
    with pytest.raises(CannotVerify, match="the original does not start: no such file"):
        proved(fake, tmp_path, Check())


def test_a_smoke_command_that_fails_against_the_original_proves_nothing(fake: FakeEngine, tmp_path: Path) -> None:
    fake.answer("logs", stdout="my own trouble\n")
    with pytest.raises(CannotVerify, match=r"(?s)does not succeed against the original: why\n.*my own trouble"):
        proved(fake, tmp_path, Check(smoke="echo why; exit 1", timeout=0.2))


def test_a_service_without_an_answer_says_what_it_said(fake: FakeEngine, tmp_path: Path) -> None:
    inspected(fake, {"ExposedPorts": {"80/tcp": {}}})
    fake.answer("port", stdout="127.0.0.1:1\n")
    with pytest.raises(CannotVerify, match=r"(?s)does not answer HTTP on port 80 within 0.2 s.*It said:\nnothing"):
        proved(fake, tmp_path, Check(timeout=0.2))


def test_an_original_that_fails_is_noted_and_compared(fake: FakeEngine, tmp_path: Path) -> None:
    fake.answer("inspect", stdout="exited 3\n")
    proof = proved(fake, tmp_path, Check(), measured=False)
    assert proof.same and proof.notes == ("the original itself ends with exit code 3: --env, --arg or --run-arg?",)


def test_nothing_is_timed_where_no_source_is_copied(fake: FakeEngine, tmp_path: Path) -> None:
    fake.answer("inspect", stdout="exited 0\n")
    buffer = io.BytesIO()
    tarfile.open(fileobj=buffer, mode="w").close()
    fake.answer("export", stdout=buffer.getvalue().decode())
    proof = proved(fake, tmp_path, Check())
    assert proof.same and proof.edit is None and proof.original.numbers is not None
    assert proof.notes == ("no rebuild was timed: the Dockerfile copies no source file of a known language",)


class Service(ThreadingHTTPServer):
    """A service that answers GET with the bodies given, one after the other, and the last one from then on."""

    def __init__(self, bodies: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.bodies = bodies
        self.asked: list[str] = []


class Answers(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = self.server.bodies.pop(0) if len(self.server.bodies) > 1 else self.server.bodies[0]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def served(fake: FakeEngine, tmp_path: Path, bodies: list[str]) -> tuple[Proof, list[str]]:
    """Prove a rewrite of a service; each run asks once whether it is ready, then for /health."""
    inspected(fake, {"ExposedPorts": {"80/tcp": {}}})
    with Service(bodies) as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        fake.answer("port", stdout=f"127.0.0.1:{service.server_port}\n")
        proof = proved(fake, tmp_path, Check(paths=("/health",)), measured=False)
        service.shutdown()
    return proof, service.asked


def test_a_service_that_answers_alike_is_the_same(fake: FakeEngine, tmp_path: Path) -> None:
    proof, asked = served(fake, tmp_path, ["well"])
    assert proof.same and proof.checks == ("GET /health on port 80",) and proof.notes == ()
    assert asked == ["/health"] * 4


def test_another_answer_is_a_difference_when_the_original_repeats_its_own(fake: FakeEngine, tmp_path: Path) -> None:
    proof, asked = served(fake, tmp_path, ["well", "well", "ill", "ill", "well", "well"])
    assert [(item.kind, item.original, item.rewritten) for item in proof.differences] == [
        ("http GET /health", "well", "ill")
    ]
    assert proof.notes == () and len(asked) == 6


@pytest.mark.parametrize(
    ("bodies", "note", "same"),
    [
        (["up 1 s", "up 2 s", "up 3 s", "up 4 s", "up 5 s", "up 6 s"], "numbers in the output differ", True),
        (["up 1 s", "up 2 s", "down 3 s", "down 4 s", "up 5 s", "up 6 s"], "numbers in the output differ", False),
        (["heads", "heads", "tails", "tails", "edge", "edge"], "the output differs from run to run", True),
    ],
)
def test_what_differs_from_run_to_run_is_not_compared(
    fake: FakeEngine, tmp_path: Path, bodies: list[str], note: str, same: bool
) -> None:
    proof, _ = served(fake, tmp_path, bodies)
    assert proof.same is same
    assert [text[: len(note)] for text in proof.notes] == [note]


def test_a_smoke_command_that_fails_against_the_rewrite_alone(fake: FakeEngine, tmp_path: Path) -> None:
    command = f"echo taken; mkdir {tmp_path}/once 2>/dev/null"
    proof = proved(fake, tmp_path, Check(smoke=command, timeout=0.3), measured=False)
    assert proof.checks == (f"command {command}",)
    assert [(item.kind, item.original, item.rewritten) for item in proof.differences] == [
        ("smoke command", "succeeds", "exit 1: taken")
    ]


def measured(fake: FakeEngine, tmp_path: Path) -> Proof:
    """Prove a rewrite of a project with a source file, with all that is counted and timed."""
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / "data/main.py").write_text("print()\n")
    fake.answer("inspect", stdout="exited 0\n")
    buffer = io.BytesIO()
    tarfile.open(fileobj=buffer, mode="w").close()
    fake.answer("export", stdout=buffer.getvalue().decode())
    fake.answer("history", stdout="3\tCOPY data\n2\tbase\n")
    return proved(fake, project, Check(), scratch=tmp_path / "scratch")


def test_a_rebuild_after_an_edit_is_timed(fake: FakeEngine, tmp_path: Path) -> None:
    layers = [{"Config": {}, "Size": 5, "RootFS": {"Layers": ["a", "b"]}}]
    fake.answer("image", "inspect", stdout=json.dumps(layers))
    proof = measured(fake, tmp_path)
    assert proof.notes == () and proof.edit is not None and proof.edit.file == "data/main.py"
    for side in (proof.original, proof.rewritten):
        assert side is not None and side.numbers is not None and side.rebuild is not None
        assert (side.numbers.layers, side.rebuild.changed_layers) == (2, 0)
    builds = [call for call in fake.calls if call[0] == "build"]
    assert [call[-1] for call in builds] == [str(tmp_path / "project")] * 2 + [str(tmp_path / "scratch/edited")] * 2
    edited = (tmp_path / "scratch/edited/data/main.py").read_text()
    assert edited == f"print()\n{proof.edit.line}\n" and (tmp_path / "project/data/main.py").read_text() == "print()\n"


def test_a_context_that_cannot_be_copied_times_nothing(fake: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "scratch/edited").mkdir(parents=True)
    proof = measured(fake, tmp_path)
    assert proof.same and proof.original.numbers is not None and proof.original.rebuild is None
    assert [note.split(": ")[0] for note in proof.notes] == ["no rebuild was timed"]
