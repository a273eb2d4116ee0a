from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dockerslim_rewrite.verify.compare import compare
from dockerslim_rewrite.verify.config import compare_configs, read_config
from dockerslim_rewrite.verify.difference import Difference
from dockerslim_rewrite.verify.engine import Engine
from dockerslim_rewrite.verify.observe import Answer, Conditions, Observation, Request, Stop
from dockerslim_rewrite.verify.session import Session
from tests.verify.fake_engine import FakeEngine

CONFIG: dict[str, Any] = {
    "Env": ["PATH=/bin", "TOKEN=a=b"],
    "User": "app",
    "WorkingDir": "/app",
    "Entrypoint": ["/app/srv"],
    "Cmd": ["-v"],
    "ExposedPorts": {"80/tcp": {}},
    "Volumes": {"/data": {}},
    "Labels": {"team": "x"},
    "StopSignal": "SIGINT",
    "Healthcheck": {"Test": ["CMD", "/app/srv", "-check"], "Interval": 5},
}
SAME = Observation("o", read_config({"Config": CONFIG}), 100, exit_code=0, stdout="hi\n", uid_gid=(1, 1))
SERVICE = replace(
    SAME,
    exit_code=None,
    ready=True,
    answers=(Answer(200, "text/html", "page"),),
    stop=Stop(0.1, 0, False),
    health=(0, ""),
)
HTTP = Conditions(port=80, requests=(Request("/"),))


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"Env": ["PATH=/bin"]}, "env:TOKEN", "ENV TOKEN is lost"),
        ({"Env": ["PATH=/sbin", "TOKEN=a=b"]}, "env:PATH", "another value"),
        ({"Env": ["PATH=/bin", "TOKEN=a=b", "X=1"]}, "env:X", "is new"),
        ({"User": ""}, "user", "USER differs"),
        ({"WorkingDir": ""}, "workdir", "WORKDIR differs"),
        ({"Entrypoint": None}, "entrypoint", "ENTRYPOINT is lost"),
        ({"Cmd": ["-q"]}, "cmd", "CMD differs"),
        ({"ExposedPorts": None}, "expose:80/tcp", "lost"),
        ({"Volumes": {"/data": {}, "/new": {}}}, "volume:/new", "new"),
        ({"Labels": {}}, "label:team", "LABEL team is lost"),
        ({"StopSignal": None}, "stopsignal", "STOPSIGNAL"),
        ({"Healthcheck": None}, "healthcheck", "HEALTHCHECK is lost"),
    ],
)
def test_configuration_differences(change: dict[str, Any], kind: str, words: str) -> None:
    found = list(compare_configs(read_config({"Config": CONFIG}), read_config({"Config": {**CONFIG, **change}})))
    assert [item.kind for item in found] == [kind]
    assert words in found[0].cause


def test_root_by_any_name_and_unset_workdir_are_equal() -> None:
    for name in ("root", "0", "0:0"):
        assert not list(compare_configs(read_config({"Config": {"User": ""}}), read_config({"Config": {"User": name}})))
    assert not list(compare_configs(read_config({}), read_config({"Config": {"WorkingDir": "/"}})))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(Engine(str(FakeEngine(tmp_path / "engine").path)))


def kinds(found: tuple[Difference, ...]) -> list[str]:
    return [item.kind for item in found]


def test_same_behaviour(session: Session) -> None:
    assert compare(session, SAME, SAME, Conditions()) == ()
    assert compare(session, SERVICE, SERVICE, HTTP) == ()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"exit_code": 1}, "exit code"),
        ({"stdout": "ho\n"}, "stdout"),
        ({"uid_gid": (0, 0)}, "process user"),
        ({"start_error": "exec: no"}, "exit code"),
    ],
)
def test_program_differences(session: Session, change: dict[str, Any], kind: str) -> None:
    assert kinds(compare(session, SAME, replace(SAME, **change), Conditions())) == [kind]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"ready": False, "answers": (), "exit_code": 1, "stderr": "open a: no such file or directory"}, "start"),
        ({"answers": (Answer(500, "text/html", "page"),)}, "http GET /"),
        ({"answers": (Answer(200, "text/html", "other"),)}, "http GET /"),
        ({"answers": (Answer(200, "text/plain", "page"),)}, "http GET /"),
        ({"stop": Stop(2.0, 137, True)}, "stop signal"),
        ({"stop": Stop(0.1, 143, False)}, "stop signal"),
        ({"health": (1, "sh: curl: not found")}, "health"),
        ({"health": None}, "health"),
    ],
)
def test_service_differences(session: Session, change: dict[str, Any], kind: str) -> None:
    assert kinds(compare(session, SERVICE, replace(SERVICE, **change), HTTP)) == [kind]


def test_the_cause_is_what_only_the_rewrite_says(session: Session) -> None:
    old = replace(SERVICE, stderr="open optional.yaml: no such file or directory")
    new = replace(SERVICE, ready=False, stderr=old.stderr + "\nopen needed.yaml: no such file or directory")
    (found,) = compare(session, old, new, HTTP)
    assert "needed.yaml" in found.cause and "optional.yaml" not in found.cause


def test_announced_changes_are_no_differences(session: Session) -> None:
    other = replace(SAME, config=read_config({"Config": {**CONFIG, "Env": ["PATH=/x"], "Cmd": ["-q"]}}))
    assert kinds(compare(session, SAME, other, Conditions())) == ["cmd", "env:PATH", "env:TOKEN"]
    assert compare(session, SAME, other, Conditions(), frozenset({"cmd", "env:*"})) == ()
    assert kinds(compare(session, SAME, other, Conditions(), frozenset({"cmd", "env:PATH"}))) == ["env:TOKEN"]


def test_a_better_stop_and_an_announced_start_are_no_differences(session: Session) -> None:
    killed = replace(SERVICE, stop=Stop(2.0, 137, True))
    assert compare(session, killed, SERVICE, HTTP) == ()
    wrapped = replace(SERVICE, stop=Stop(0.5, 1, False))
    assert compare(session, wrapped, SERVICE, HTTP) == ()
    coded = replace(SERVICE, stop=Stop(0.1, 143, False))
    assert compare(session, SERVICE, coded, HTTP, frozenset({"cmd"})) == ()


def test_message_names_kind_values_and_cause() -> None:
    assert str(Difference("env:A", "x" * 200, "", "ENV A is lost")).endswith("...' became nothing: ENV A is lost")
