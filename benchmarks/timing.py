"""Measuring of processes and functions, and tables of the figures."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Usage(NamedTuple):
    """What a process used: wall and processor time in milliseconds, the largest resident memory in megabytes."""

    wall: float
    cpu: float
    memory: float


def run(command: Sequence[str], times: int = 1) -> Usage:
    """Run a command several times, its output thrown away, and return the medians. Its exit code does not matter.

    Of several runs one more is made first, which is not counted and leaves the bytecode behind.
    """
    found = [_once(command) for _ in range(times + (times > 1))][times > 1 :]
    return Usage(*(statistics.median(values) for values in zip(*found, strict=True)))


def _once(command: Sequence[str]) -> Usage:
    started = time.perf_counter()
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    process = os.posix_spawn(command[0], list(command), _ENVIRONMENT, file_actions=null)
    _, _, used = os.wait4(process, 0)
    return Usage(1000 * (time.perf_counter() - started), 1000 * (used.ru_utime + used.ru_stime), used.ru_maxrss / 1024)


def median_ms(call: Callable[[], object], times: int) -> float:
    """Return the median processor time of a call in milliseconds, after one call that is not counted."""
    call()
    found = []
    for _ in range(times):
        started = time.process_time()
        call()
        found.append(1000 * (time.process_time() - started))
    return statistics.median(found)


def table(title: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table of Markdown: the first column is text, the others are figures."""
    lines = ["| " + " | ".join(title) + " |", "|---|" + "---:|" * (len(title) - 1)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if value < 10 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
