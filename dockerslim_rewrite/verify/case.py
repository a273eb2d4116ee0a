"""`case.toml`: how a fixture is built and run, and what must come out. The format is in fixtures/README.md."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import rtoml
from msgspec import Struct

from dockerslim_rewrite.verify.observe import Conditions, Observation, Request
from dockerslim_rewrite.verify.session import Start

T = TypeVar("T")


class CaseError(Exception):
    """A case file that cannot be read as one; the text names the file, the key and what was meant."""


class Check(Struct, frozen=True):
    """A request with the expected answer: status, and texts that the body contains."""

    request: Request
    status: int
    body: tuple[str, ...]


class Case(Struct, frozen=True):
    """One fixture's case. `images` are names to tag from images at hand when they do not exist.

    `optimize` asks for the edits of the builder stage. `absent` are paths that the rewritten image must not hold.
    `base` is the expected runtime base (None: any), `max_ratio` the largest allowed size of the rewrite divided by the
    original's, `allowed` extra names of changes.
    """

    name: str
    args: Mapping[str, str]
    images: Mapping[str, str]
    conditions: Conditions
    exit_code: int
    stdout: tuple[str, ...]
    stdout_equal: str | None
    checks: tuple[Check, ...]
    absent: tuple[str, ...]
    base: str | None
    max_ratio: float | None
    allowed: frozenset[str] = frozenset()
    optimize: bool = False


def load_case(path: Path) -> Case:
    """Read a case file.

    Raises:
        CaseError: for a file that is no TOML, an unknown key (with the likely one) or a value of a wrong type.
    """
    try:
        data = rtoml.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CaseError(f"{path}: {error}") from error
    top = _Table(data, str(path), ("rewrite", "build", "run", "http", "absent", "expect"))
    build = top.table("build", ("args", "images"))
    run = top.table("run", ("args", "env", "port", "ready", "exit_code", "stdout", "stdout_equal", "timeout", "grace"))
    expect = top.table("expect", ("base", "max_ratio", "allowed"))
    checks = tuple(
        _check(entry) for entry in top.tables("http", ("path", "method", "headers", "send", "status", "body"))
    )
    if checks and run.get("port", int) is None:
        raise CaseError(f"{path}: [[http]] needs a port in [run]")
    return Case(
        name="/".join(path.parent.parts[-2:]),
        args=build.strings("args"),
        images=build.strings("images"),
        conditions=_conditions(run, checks),
        exit_code=run.get("exit_code", int) or 0,
        stdout=run.texts("stdout"),
        stdout_equal=run.get("stdout_equal", str),
        checks=checks,
        absent=top.table("absent", ("files",)).texts("files"),
        base=expect.get("base", str),
        max_ratio=expect.number("max_ratio"),
        allowed=frozenset(expect.texts("allowed")),
        optimize=top.table("rewrite", ("optimize",)).flag("optimize"),
    )


def unmet(case: Case, seen: Observation) -> list[str]:
    """Return what an image did not do of what the case expects, one sentence each; empty when all is met."""
    said = f"; it said: {seen.talk.strip()[-400:]!r}" if seen.talk.strip() else ""
    if case.conditions.is_service:
        if not seen.ready:
            return [f"the service was not ready in {case.conditions.timeout:g} s{said}"]
        return [text for check, answer in zip(case.checks, seen.answers, strict=True) for text in _unmet(check, answer)]
    problems = []
    if seen.exit_code != case.exit_code:
        problems.append(f"exit code {seen.exit_code} instead of {case.exit_code}{said}")
    problems += [f"stdout lacks {text!r}: {seen.stdout!r}" for text in case.stdout if text not in seen.stdout]
    if case.stdout_equal is not None and seen.stdout != case.stdout_equal:
        problems.append(f"stdout is {seen.stdout!r} instead of {case.stdout_equal!r}{said}")
    return problems


def _unmet(check: Check, answer: Any) -> Iterable[str]:
    if answer.status != check.status:
        yield f"{check.request}: status {answer.status} instead of {check.status}: {answer.body[:200]!r}"
    yield from (
        f"{check.request}: body lacks {text!r}: {answer.body[:400]!r}" for text in check.body if text not in answer.body
    )


def _conditions(run: _Table, checks: tuple[Check, ...]) -> Conditions:
    start = Start(args=run.texts("args"), env=tuple(run.strings("env").items()))
    return Conditions(
        start=start,
        port=run.get("port", int),
        ready=run.get("ready", str),
        requests=tuple(check.request for check in checks),
        timeout=run.number("timeout") or 30,
        grace=run.get("grace", int) or 2,
    )


def _check(entry: _Table) -> Check:
    request = Request(
        path=entry.get("path", str) or "/",
        method=entry.get("method", str) or "GET",
        headers=tuple(entry.strings("headers").items()),
        body=entry.get("send", str),
    )
    return Check(request, entry.get("status", int) or 200, entry.texts("body"))


class _Table:
    """A TOML table whose keys are known; every access checks the type."""

    def __init__(self, data: Mapping[str, Any], where: str, keys: tuple[str, ...]) -> None:
        self._data = data
        self._where = where
        for key in data:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, 1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(keys)}"
                raise CaseError(f"{where}: unknown key {key}: {hint}")

    def get(self, key: str, kind: type[T]) -> T | None:
        value = self._data.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or isinstance(value, bool):
            raise CaseError(f"{self._where}: {key} must be {_KINDS[kind]}, not {value!r}")
        return value

    def number(self, key: str) -> float | None:
        whole = self._data.get(key)
        return float(whole) if isinstance(whole, int) and not isinstance(whole, bool) else self.get(key, float)

    def flag(self, key: str) -> bool:
        value = self._data.get(key, False)
        if not isinstance(value, bool):
            raise CaseError(f"{self._where}: {key} must be true or false, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.get(key, list) or []
        if not all(isinstance(value, str) for value in values):
            raise CaseError(f"{self._where}: {key} must be a list of strings, not {values!r}")
        return tuple(values)

    def strings(self, key: str) -> dict[str, str]:
        values = self.get(key, dict) or {}
        if not all(isinstance(value, str) for value in values.values()):
            raise CaseError(f"{self._where}: {key} must hold strings, not {values!r}")
        return dict(values)

    def table(self, key: str, keys: tuple[str, ...]) -> _Table:
        return _Table(self.get(key, dict) or {}, f"{self._where} [{key}]", keys)

    def tables(self, key: str, keys: tuple[str, ...]) -> list[_Table]:
        return [_Table(entry, f"{self._where} [[{key}]]", keys) for entry in self.get(key, list) or []]


_KINDS: Mapping[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}
