"""What is asked of both containers: HTTP requests, a command of the user, or a run to the end."""

from __future__ import annotations

import os
import subprocess

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.verify.config import ImageConfig
from dockerslim_rewrite.verify.observe import Conditions, Request
from dockerslim_rewrite.verify.session import Session, Start

ROOT_PATH = ("/",)
_SMOKE_SECONDS = 30


class Check(Struct, frozen=True):
    """What the user asked for.

    `port` None takes an exposed one; `paths` are requested with GET; `smoke` is a shell command of the user's own
    machine that must succeed against each container; `timeout` is in seconds.
    """

    start: Start = Start()
    port: int | None = None
    paths: tuple[str, ...] = ROOT_PATH
    smoke: str | None = None
    timeout: float = 30


class Smoke(Struct):
    """The user's command. It finds CONTAINER, ENGINE, HOST and PORT in its environment; `said` is its last output."""

    session: Session
    command: str
    start: Start
    port: int | None
    code: int | None = None
    said: str = ""

    def __call__(self, container: str) -> bool:
        """Run the command against a running container and tell whether it succeeded."""
        env = {**os.environ, "CONTAINER": container, "ENGINE": self.session.engine.program}
        if self.port is not None:
            host, port = self.session.address(container, self.port, self.start)
            env |= {"HOST": host, "PORT": str(port)}
        try:
            done = subprocess.run(  # noqa: S602 - the user's own command line
                self.command, shell=True, env=env, capture_output=True, timeout=_SMOKE_SECONDS, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            self.code, self.said = None, f"no end within {_SMOKE_SECONDS} s"
            return False
        self.code, self.said = done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        return done.returncode == 0


def make_conditions(session: Session, check: Check, config: ImageConfig) -> Conditions:
    """Return the conditions for both images; the original's configuration says what was not asked for."""
    port = check.port if check.port is not None else exposed_port(config)
    if check.smoke is not None:
        start = replace(check.start, ports=(port,)) if port is not None else check.start
        return Conditions(start, timeout=check.timeout, probe=Smoke(session, check.smoke, start, port))
    requests = tuple(map(Request, check.paths)) if port is not None else ()
    return Conditions(check.start, port=port, requests=requests, timeout=check.timeout)


def exposed_port(config: ImageConfig) -> int | None:
    """Return the TCP port to probe: the one that ENV PORT names when it is exposed, else the lowest; None for none."""
    ports = sorted(int(number) for number, _, kind in (e.partition("/") for e in config.expose) if kind in ("", "tcp"))
    wanted = config.env.get("PORT", "")
    if wanted.isdigit() and int(wanted) in ports:
        return int(wanted)
    return ports[0] if ports else None


def describe(conditions: Conditions) -> tuple[str, ...]:
    """Return in words what both containers were asked."""
    if isinstance(conditions.probe, Smoke):
        return (f"command {conditions.probe.command}",)
    if conditions.port is not None:
        return tuple(f"{request} on port {conditions.port}" for request in conditions.requests)
    return ("run to the end: exit code and output",)
