"""Run one image and write down what it does."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.verify.config import ImageConfig
from dockerslim_rewrite.verify.engine import Engine, EngineError
from dockerslim_rewrite.verify.session import Session, Start

_BODY_LIMIT = 1 << 20
_POLL = 0.1


class Request(Struct, frozen=True):
    """An HTTP request to a container's port."""

    path: str = "/"
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Answer(Struct, frozen=True):
    """What came back: `status` is 0 when the connection failed, and `body` says how."""

    status: int
    content_type: str
    body: str


class Conditions(Struct, frozen=True):
    """Under which conditions both images are run.

    A *service* has a `port`, a `ready` text in its output or a `probe`, and is stopped; anything else runs to its end.
    `probe` gets the container's name, again and again until it says that the service did what it should. `watch` gets
    it before the start, and what it returns stands around all that the container does. `timeout` is for the start of a
    service or the whole run, `grace` from the stop signal to the kill, both in seconds.
    """

    start: Start = Start()
    port: int | None = None
    ready: str | None = None
    requests: tuple[Request, ...] = ()
    timeout: float = 30
    grace: int = 2
    probe: Callable[[str], bool] | None = None
    watch: Callable[[str], AbstractContextManager[object]] | None = None

    @property
    def is_service(self) -> bool:
        """Tell whether the container is expected to run until it is stopped."""
        return self.port is not None or self.ready is not None or self.probe is not None


class Stop(Struct, frozen=True):
    """How a container ended on its stop signal: seconds, exit code, and whether it had to be killed."""

    seconds: float
    code: int
    killed: bool


class Observation(Struct, frozen=True):
    """What one image did.

    `exit_code` is None for a service that was still running when it was stopped (`stop` tells the rest) and for a run
    that hit the timeout. `uid_gid` is the running process's, or what the image's USER means in its own passwd file.
    `health` is the exit code and output of the image's own HEALTHCHECK, run once. `start_error` is the engine's.
    """

    image: str
    config: ImageConfig
    size: int
    exit_code: int | None = None
    stdout: str = ""
    stderr: str = ""
    ready: bool = False
    answers: tuple[Answer, ...] = ()
    uid_gid: tuple[int, int] | None = None
    stop: Stop | None = None
    health: tuple[int, str] | None = None
    start_error: str = ""

    @property
    def talk(self) -> str:
        """Return everything that the container or the engine said."""
        bodies = [answer.body for answer in self.answers if answer.status >= 400 or answer.status == 0]
        health = self.health[1] if self.health and self.health[0] else ""
        return "\n".join(part for part in (self.start_error, self.stderr, self.stdout, health, *bodies) if part)


def observe(session: Session, image: str, conditions: Conditions) -> Observation:
    """Run an image under some conditions and return what it did. The container is gone afterwards.

    Raises:
        EngineError: when the engine itself fails; a program that does not start is an observation.
    """
    engine = session.engine
    start = conditions.start
    if conditions.port is not None:
        start = replace(start, ports=(*start.ports, conditions.port))
    seen = Observation(image, engine.config(image), engine.size(image))
    with session.container(image, start) as name:
        seen = replace(seen, uid_gid=configured_user(engine, name, seen.config.user))
        with conditions.watch(name) if conditions.watch else nullcontext():
            seen = _run(session, name, seen, replace(conditions, start=start))
        state, code = _state(engine, name)
        logs = engine.call("logs", name)
        exit_code = code if seen.stop is None and state in ("exited", "created", "stopped") else None
        return replace(seen, exit_code=exit_code, stdout=logs.stdout, stderr=logs.stderr)


def _run(session: Session, name: str, seen: Observation, conditions: Conditions) -> Observation:
    started = session.engine.call("start", name)
    if started.code != 0:
        # some engines report a program that cannot be executed here, others in the container's own output
        return replace(seen, start_error=started.text)
    if conditions.is_service:
        return _observe_service(session, name, seen, conditions)
    _wait(session.engine, name, conditions.timeout)
    return seen


def _observe_service(session: Session, name: str, seen: Observation, conditions: Conditions) -> Observation:
    engine = session.engine
    ready = _await_ready(session, name, conditions)
    if _state(engine, name)[0] != "running":
        return replace(seen, ready=ready)
    answers: tuple[Answer, ...] = ()
    where = _address(session, name, conditions) if ready else None
    if where is not None:
        answers = tuple(ask(where, request) for request in conditions.requests)
    return replace(
        seen,
        ready=ready,
        answers=answers,
        uid_gid=_running_user(engine, name) or seen.uid_gid,
        health=_check_health(engine, name, seen.config),
        stop=_stop(engine, name, conditions.grace),
    )


def _await_ready(session: Session, name: str, conditions: Conditions) -> bool:
    """Wait until the service answers or says that it is ready; False when it ends or the time is up."""
    end = time.monotonic() + conditions.timeout
    probe = conditions.requests[0] if conditions.requests else Request()
    probe = Request(probe.path) if probe.method == "GET" else Request("/")
    while time.monotonic() < end:
        if conditions.probe is not None:
            if conditions.probe(name):
                return True
        elif conditions.ready is not None:
            logs = session.engine.call("logs", name)
            if conditions.ready in logs.stdout or conditions.ready in logs.stderr:
                return True
        elif (where := _address(session, name, conditions)) is not None and ask(where, probe, timeout=2).status:
            return True
        if _state(session.engine, name)[0] != "running":
            return False
        time.sleep(_POLL)
    return False


def _address(session: Session, name: str, conditions: Conditions) -> tuple[str, int] | None:
    """Return where the service is reached; None without a port, and once the container has ended."""
    if conditions.port is None:
        return None
    try:
        return session.address(name, conditions.port, conditions.start)
    except EngineError:
        if _state(session.engine, name)[0] == "running":
            raise
        return None


def ask(where: tuple[str, int], request: Request, timeout: float = 10) -> Answer:
    """Send one request; a failed connection is an answer with status 0."""
    connection = http.client.HTTPConnection(*where, timeout=timeout)
    try:
        body = request.body.encode() if request.body is not None else None
        connection.request(request.method, request.path, body, dict(request.headers))
        response = connection.getresponse()
        content = response.read(_BODY_LIMIT).decode("utf-8", "replace")
        return Answer(response.status, response.headers.get_content_type(), content)
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, "", f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def configured_user(engine: Engine, container: str, user: str) -> tuple[int, int] | None:
    """Return the ids that USER means in the container's own passwd and group files; None when they do not say."""
    name, _, group = (user or "0").partition(":")
    accounts = _rows(engine, container, "/etc/passwd") if not (name.isdigit() and group.isdigit()) else []
    row = next((row for row in accounts if len(row) > 3 and name in (row[0], row[2])), None)
    uid = int(name) if name.isdigit() else (int(row[2]) if row else None)
    if group.isdigit():
        gid: int | None = int(group)
    elif group:
        found = next((entry for entry in _rows(engine, container, "/etc/group") if entry[0] == group), None)
        gid = int(found[2]) if found else None
    else:
        gid = int(row[3]) if row else 0
    return None if uid is None or gid is None else (uid, gid)


def _rows(engine: Engine, container: str, path: str) -> list[list[str]]:
    content = engine.read_file(container, path) or b""
    return [line.split(":") for line in content.decode("utf-8", "replace").splitlines() if line.count(":") >= 2]


def _running_user(engine: Engine, name: str) -> tuple[int, int] | None:
    # The engine asks its own host's ps, so the image needs none; where that does not work, USER is all there is.
    top = engine.call("top", name, "-eo", "pid,uid,gid")
    rows = [line.split() for line in top.stdout.splitlines()[1:]]
    numbers = [tuple(map(int, row)) for row in rows if len(row) == 3 and all(word.isdigit() for word in row)]
    return (numbers[0][1], numbers[0][2]) if top.code == 0 and numbers else None


def _check_health(engine: Engine, name: str, config: ImageConfig) -> tuple[int, str] | None:
    kind, *words = config.healthcheck or ("NONE",)
    if kind == "CMD":
        done = engine.call("exec", name, *words)
    elif kind == "CMD-SHELL":
        done = engine.call("exec", name, *(config.shell or ("/bin/sh", "-c")), *words)
    else:
        return None
    return done.code, (done.stdout + done.stderr).strip()


def _stop(engine: Engine, name: str, grace: int) -> Stop:
    began = time.monotonic()
    engine.call("stop", "--time", str(grace), name, timeout=grace + 60)
    seconds = time.monotonic() - began
    code = _state(engine, name)[1]
    return Stop(seconds, code, killed=code == 137 and seconds >= grace)


def _wait(engine: Engine, name: str, timeout: float) -> None:
    end = time.monotonic() + timeout
    while time.monotonic() < end and _state(engine, name)[0] in ("running", "created", "starting"):
        time.sleep(_POLL)


def _state(engine: Engine, name: str) -> tuple[str, int]:
    out = engine.must("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", name)
    match = re.match(r"(\w+) (-?\d+)", out.strip())
    if match is None:
        raise EngineError(f"{engine.name} inspect {name}: unexpected answer {out!r}")
    return match[1], int(match[2])
