"""Where the rewritten image does otherwise than the original, and why."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from dockerslim_rewrite.verify.cause import find_cause
from dockerslim_rewrite.verify.config import compare_configs
from dockerslim_rewrite.verify.difference import Difference, is_allowed
from dockerslim_rewrite.verify.engine import Engine
from dockerslim_rewrite.verify.observe import Answer, Conditions, Observation, Request, Stop
from dockerslim_rewrite.verify.session import IDLE, Session


class ContainerFiles(Struct, frozen=True):
    """The files of an image, read through a container that is not started."""

    engine: Engine
    container: str
    workdir: str

    def exists(self, path: str) -> bool:
        """Tell whether the path exists in the image."""
        return self.engine.exists(self.container, posixpath.join(self.workdir, path))

    def read(self, path: str) -> bytes | None:
        """Return a file's content, None when there is none."""
        return self.engine.read_file(self.container, posixpath.join(self.workdir, path))


def compare(
    session: Session,
    original: Observation,
    rewritten: Observation,
    conditions: Conditions,
    allowed: frozenset[str] = frozenset(),
) -> tuple[Difference, ...]:
    """Return every difference that no decision announced; empty when both images do the same.

    `allowed` are the decisions' names of changes: "cmd", "env:GOPATH", "env:*".
    """
    found = [*compare_configs(original.config, rewritten.config)]
    if _behaves_alike(original, rewritten, conditions, allowed):
        return tuple(item for item in found if not is_allowed(item.kind, allowed))
    with session.container(rewritten.image, IDLE) as container:
        files = ContainerFiles(session.engine, container, rewritten.config.workdir)
        cause = find_cause(_news(original.talk, rewritten.talk), files)
    found += _compare_behaviour(original, rewritten, conditions, allowed, cause)
    return tuple(item for item in found if not is_allowed(item.kind, allowed))


def _behaves_alike(
    original: Observation, rewritten: Observation, conditions: Conditions, allowed: frozenset[str]
) -> bool:
    return not any(True for _ in _compare_behaviour(original, rewritten, conditions, allowed, None))


def _compare_behaviour(
    original: Observation, rewritten: Observation, conditions: Conditions, allowed: frozenset[str], cause: str | None
) -> Iterator[Difference]:
    if original.ready and not rewritten.ready:
        said = rewritten.talk.strip().splitlines()
        yield Difference("start", "ready", said[-1] if said else "silent", cause or "the service does not start")
        return
    if original.exit_code != rewritten.exit_code or bool(original.start_error) != bool(rewritten.start_error):
        before, after = _exit(original), _exit(rewritten)
        yield Difference("exit code", before, after, cause or "the program ends otherwise")
    if not conditions.is_service and original.stdout != rewritten.stdout:
        yield Difference("stdout", original.stdout, rewritten.stdout, cause or "the program prints something else")
    if original.uid_gid != rewritten.uid_gid:
        before, after = _ids(original.uid_gid), _ids(rewritten.uid_gid)
        yield Difference("process user", before, after, f"the process runs as {after} instead of {before}")
    for request, before_answer, after_answer in zip(
        conditions.requests, original.answers, rewritten.answers, strict=False
    ):
        yield from _compare_answers(request, before_answer, after_answer, cause)
    if _health_code(original) == 0 and _health_code(rewritten) != 0:
        shown = rewritten.health[1] if rewritten.health else "no check"
        yield Difference("health", "passes", shown or "fails", cause or "the health check cannot run")
    yield from _compare_stops(original.stop, rewritten.stop, announced="cmd" in allowed or "entrypoint" in allowed)


def _compare_answers(request: Request, before: Answer, after: Answer, cause: str | None) -> Iterator[Difference]:
    kind = f"http {request}"
    if before.status != after.status:
        yield Difference(kind, str(before.status), str(after.status or after.body), cause or "another status")
    elif before.body != after.body:
        yield Difference(kind, before.body, after.body, cause or "another body")
    elif before.content_type != after.content_type:
        why = cause or "another content type: the original's table of file types (/etc/mime.types) may be missing"
        yield Difference(kind, before.content_type, after.content_type, why)


def _compare_stops(before: Stop | None, after: Stop | None, *, announced: bool) -> Iterator[Difference]:
    """Yield a difference when the rewrite ignores a signal that the original obeyed, or leaves with another code.

    A rewrite that obeys where the original was killed, or that leaves with 0 where the original (mostly a wrapper such
    as npm) did not, is better, not different; and when the start command was changed by a decision, the code may be
    that of the program instead of its wrapper's.
    """
    if before is None or after is None or before.killed:
        return
    if after.killed:
        yield Difference("stop signal", f"exit {before.code}", "killed", "the stop signal does not reach the program")
    elif before.code != after.code != 0 and not announced:
        yield Difference("stop signal", f"exit {before.code}", f"exit {after.code}", "another exit code on stop")


def _news(before: str, after: str) -> str:
    """Return the lines that only the rewrite says: what both say is no cause."""
    known = set(before.splitlines())
    return "\n".join(line for line in after.splitlines() if line not in known)


def _exit(seen: Observation) -> str:
    if seen.start_error:
        return "does not start"
    return "still running" if seen.exit_code is None else str(seen.exit_code)


def _ids(ids: tuple[int, int] | None) -> str:
    return "unknown" if ids is None else f"{ids[0]}:{ids[1]}"


def _health_code(seen: Observation) -> int | None:
    return seen.health[0] if seen.health else None
