"""Regular expressions that are compiled when they are first used.

A run uses a third of the patterns that its modules name, and compiling all of them is a tenth of its time.
"""

from __future__ import annotations

import re
from typing import Any, cast


class Lazy:
    """A pattern whose first attribute that is asked for compiles it; from then on it costs what `re.Pattern` does."""

    __slots__ = ("_flags", "_text", "findall", "finditer", "fullmatch", "match", "pattern", "search", "split", "sub")

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Called for what is not set: nothing is before the first use.

        Raises:
            re.error: when the pattern is none (tests/architecture compiles each).
        """
        compiled = re.compile(self._text, self._flags)
        for known in Lazy.__slots__[2:]:
            setattr(self, known, getattr(compiled, known))
        return getattr(compiled, name)


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return a constant's pattern; what is built from data at run time uses `re.compile`."""
    return cast("re.Pattern[str]", Lazy(text, flags))
