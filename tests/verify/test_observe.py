"""What a container did, as an engine tells it: a small program answers in the engine's place."""

from __future__ import annotations

import io
import json
import tarfile
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


def proved(fake: FakeEngine, tmp_path: Path, check: Check, **fields: object) -> Proof:
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
        return prove(session, job, tmp_path / "scratch", lambda text, is_step: None)


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
