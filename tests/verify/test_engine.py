from __future__ import annotations

import os
import signal
import tarfile
import threading
import time
from pathlib import Path

import pytest

from dockerslim_rewrite.verify.engine import Build, BuildFailed, Engine, EngineError, NoEngine, find_engine
from dockerslim_rewrite.verify.observe import Conditions, observe
from dockerslim_rewrite.verify.session import PREFIX, Session, Start, place_dockerfile
from tests.verify.fake_engine import FakeEngine


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    engine = FakeEngine(tmp_path / "engine")
    monkeypatch.setenv("PATH", str(engine.path.parent))
    monkeypatch.delenv("DOCKERSLIM_ENGINE", raising=False)
    return engine


def build(tmp_path: Path, **fields: object) -> Build:
    return Build(tmp_path, tmp_path / "Dockerfile", "original", **fields)  # type: ignore[arg-type]


def test_no_engine_says_what_was_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DOCKERSLIM_ENGINE", raising=False)
    with pytest.raises(NoEngine, match=r"docker: not installed; podman: not installed; nerdctl: not installed"):
        find_engine()


def test_an_engine_that_does_not_answer_is_passed_over(tmp_path: Path, fake: FakeEngine) -> None:
    fake.answer("version", code=1, stderr="Cannot connect to the daemon")
    with pytest.raises(NoEngine, match="Cannot connect to the daemon"):
        find_engine()
    podman = FakeEngine(tmp_path / "podman", "podman")
    os.environ["PATH"] += f":{podman.path.parent}"
    assert find_engine().name == "podman"
    with pytest.raises(NoEngine):
        find_engine("docker")


def test_build_command(fake: FakeEngine, tmp_path: Path) -> None:
    lines: list[str] = []
    fake.answer("build", stdout="#1 load\n", stderr="#2 done\n")
    Engine(str(fake.path)).build(build(tmp_path, args={"A": "b c"}, network="host"), lines.append)
    words = fake.calls[-1]
    assert words[0] == "build" and words[-1] == str(tmp_path)
    assert words[words.index("--build-arg") + 1] == "A=b c"
    assert words[words.index("--network") + 1] == "host"
    assert words[words.index("--file") + 1] == str(tmp_path / "Dockerfile")
    assert sorted(lines) == ["#1 load", "#2 done"]


def test_podman_shows_plain_progress_in_any_case(tmp_path: Path) -> None:
    podman = FakeEngine(tmp_path / "podman", "podman")
    Engine(str(podman.path)).build(build(tmp_path, target="app"))
    words = podman.calls[-1]
    assert words[:2] == ["build", "--file"] and words[words.index("--target") + 1] == "app"


def test_a_directory_is_no_file(fake: FakeEngine) -> None:
    header = tarfile.TarInfo("etc")
    header.type = tarfile.DIRTYPE
    fake.answer("cp", stdout=header.tobuf().decode())
    engine = Engine(str(fake.path))
    assert engine.read_file("box", "/etc") is None and engine.exists("box", "/etc")


def test_a_session_of_another_thread_leaves_signals_alone(fake: FakeEngine) -> None:
    before = signal.getsignal(signal.SIGINT)

    def work() -> None:
        with Session(Engine(str(fake.path))) as session, session.container("x", Start()):
            pass

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert names(fake, "rm") and signal.getsignal(signal.SIGINT) is before


def test_remote_builder_loads_its_result(fake: FakeEngine, tmp_path: Path) -> None:
    Engine(str(fake.path)).build(build(tmp_path, builder="farm"))
    assert fake.calls[-1][:5] == ["buildx", "build", "--builder", "farm", "--load"]


def test_failed_and_slow_builds(fake: FakeEngine, tmp_path: Path) -> None:
    engine = Engine(str(fake.path))
    fake.answer("build", code=1, stdout="go: cannot find main module\n")
    with pytest.raises(BuildFailed, match="cannot find main module"):
        engine.build(build(tmp_path))
    fake.answer("build", seconds=30)
    began = time.monotonic()
    with pytest.raises(EngineError, match=r"took longer than 0\.5 s"):
        engine.build(build(tmp_path, timeout=0.5))
    assert time.monotonic() - began < 10


def test_calls(fake: FakeEngine) -> None:
    engine = Engine(str(fake.path))
    fake.answer("tag", code=1, stderr="no such image\n")
    with pytest.raises(EngineError, match="docker tag: no such image"):
        engine.must("tag", "a", "b")
    fake.answer("wait", seconds=30)
    with pytest.raises(EngineError, match="longer"):
        engine.call("wait", timeout=0.3)
    with pytest.raises(EngineError, match="No such file"):
        Engine("/nowhere/docker").call("version")


def test_history_from_the_base_up(fake: FakeEngine) -> None:
    fake.answer("history", stdout="7\tCOPY app\n0\tCMD x\n100\tbase <tab>\there\nodd\n")
    assert [(entry.size, entry.created_by) for entry in Engine(str(fake.path)).history("x")] == [
        (100, "base <tab>\there"),
        (0, "CMD x"),
        (7, "COPY app"),
    ]


def names(fake: FakeEngine, *prefix: str) -> list[str]:
    return [call[-1] for call in fake.calls if call[: len(prefix)] == list(prefix)]


def test_session_removes_what_it_made(fake: FakeEngine, tmp_path: Path) -> None:
    fake.answer("image", "inspect", code=1)
    fake.answer("port", stdout="0.0.0.0:49153\n")
    with Session(Engine(str(fake.path))) as session:
        tag = session.build(build(tmp_path))
        assert tag.startswith(PREFIX) and tag.endswith(":original")
        assert session.lend_tag("golang:1.19", "golang:1.24")
        start = Start(ports=(80,), env=(("A", "1"),), args=("-v",))
        with session.container(tag, start) as name:
            assert session.address(name, 80, start) == ("127.0.0.1", 49153)
    create = next(call for call in fake.calls if call[0] == "create")
    assert create[-2:] == [tag, "-v"] and "127.0.0.1::80" in create
    assert names(fake, "rm") == [name]
    assert names(fake, "image", "rm") == ["golang:1.19", tag]
    assert names(fake, "network", "rm") == [session.name + "-net"]


def test_an_existing_tag_is_not_touched(fake: FakeEngine) -> None:
    with Session(Engine(str(fake.path))) as session:
        assert not session.lend_tag("golang:1.19", "golang:1.24")
    assert names(fake, "image", "rm") == []


def test_failures_clean_up(fake: FakeEngine, tmp_path: Path) -> None:
    fake.answer("build", code=1)
    fake.answer("create", code=1, stderr="no such image")
    with pytest.raises(BuildFailed), Session(Engine(str(fake.path))) as session:
        session.build(build(tmp_path))
    assert names(fake, "image", "rm") == [f"{session.name}:original"]
    with pytest.raises(EngineError), Session(Engine(str(fake.path))) as session, session.container("x", Start()):
        pytest.fail("there is no container")
    assert len(names(fake, "rm")) == 1


def test_a_network_of_the_users_choice(fake: FakeEngine) -> None:
    start = Start(ports=(80,), options=("--network=host",))
    with Session(Engine(str(fake.path))) as session, session.container("x", start) as name:
        assert session.address(name, 80, start) == ("127.0.0.1", 80)
    assert not any(call[0] == "network" or "--publish" in call for call in fake.calls)


def _interrupt_in(fake: FakeEngine, step: str, number: signal.Signals) -> None:
    """Send a signal to this process as soon as the engine is at a step, however slow the machine is."""
    while not names(fake, step):
        time.sleep(0.05)
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
@pytest.mark.parametrize("step", ["build", "create"])
def test_interrupts_clean_up(
    fake: FakeEngine, tmp_path: Path, step: str, number: signal.Signals, error: type[BaseException]
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    fake.answer(step, seconds=5)
    threading.Thread(target=_interrupt_in, args=(fake, step, number), daemon=True).start()
    with pytest.raises(error), Session(Engine(str(fake.path))) as session:
        session.build(build(tmp_path))
        with session.container("x", Start()):
            time.sleep(5)
    assert names(fake, "image", "rm") == [f"{session.name}:original"]
    assert len(names(fake, "rm")) == (1 if step == "create" else 0)
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_ignore_file_of_the_dockerfile_comes_along(tmp_path: Path) -> None:
    original = tmp_path / "app" / "api.Dockerfile"
    original.parent.mkdir()
    original.write_text("FROM x\n")
    placed = place_dockerfile("FROM y\n", tmp_path / "out", original)
    assert placed.read_text() == "FROM y\n" and not placed.with_name("Dockerfile.dockerignore").exists()
    (tmp_path / "app" / "api.Dockerfile.dockerignore").write_text("*.md\n")
    placed = place_dockerfile("FROM y\n", tmp_path / "out", original)
    assert placed.with_name("Dockerfile.dockerignore").read_text() == "*.md\n"


def test_a_service_that_ends_before_its_port_is_known_is_an_observation(fake: FakeEngine) -> None:
    fake.answer("image", "inspect", stdout='[{"Config": {}, "Size": 1}]')
    fake.answer("inspect", stdout="exited 1\n")
    fake.answer("port", code=1, stderr="no public port")
    fake.answer("logs", stderr="cannot start\n")
    with Session(Engine(str(fake.path))) as session:
        seen = observe(session, "image", Conditions(port=80, timeout=5))
    assert (seen.ready, seen.exit_code, seen.stderr) == (False, 1, "cannot start\n")
