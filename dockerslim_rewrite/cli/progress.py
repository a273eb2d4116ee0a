"""How far a run over many files is, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_INTERVAL_SECONDS = 0.1
_CLEAR_LINE = "\r\x1b[K"


def with_progress(items: Iterable[T], total: int, *, quiet: bool) -> Iterator[T]:
    """Yield the items and say on stderr how many of `total` are done; silent when `quiet` or not on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield from items
        return
    shown = 0.0
    try:
        for done, item in enumerate(items, 1):
            if (now := time.monotonic()) - shown >= _INTERVAL_SECONDS:
                shown = now
                sys.stderr.write(f"{_CLEAR_LINE}{done} of {total} files")
                sys.stderr.flush()
            yield item
    finally:
        sys.stderr.write(_CLEAR_LINE)
        sys.stderr.flush()
