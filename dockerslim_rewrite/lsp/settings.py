"""What the user configured in the editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

SECTION = "dockerslim"
DEFAULT_DEBOUNCE_MS = 5
MAX_DEBOUNCE_MS = 5000


class Settings(Struct, frozen=True):
    """The settings of the section `dockerslim`.

    `ignore` are codes that are not reported; `context` is the build context, relative to the workspace folder or
    absolute ("" finds it); `nonroot` also adds an unprivileged user; `debounce_ms` is how long a pause in typing is
    waited for, in milliseconds.
    """

    ignore: tuple[str, ...] = ()
    context: str = ""
    nonroot: bool = False
    debounce_ms: int = DEFAULT_DEBOUNCE_MS


def read_settings(value: object) -> Settings:
    """Read settings as clients send them, with or without the section around; what has a wrong type is left out."""
    data = _mapping(value)
    data = _mapping(data[SECTION]) if SECTION in data else data
    ignore, context, debounce = data.get("ignore"), data.get("context"), data.get("debounceMs")
    return Settings(
        ignore=tuple(code for code in ignore if isinstance(code, str)) if isinstance(ignore, list | tuple) else (),
        context=context if isinstance(context, str) else "",
        nonroot=data.get("nonroot") is True,
        debounce_ms=min(max(debounce, 0), MAX_DEBOUNCE_MS) if isinstance(debounce, int) else DEFAULT_DEBOUNCE_MS,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    """Return a JSON object as a mapping; the protocol library hands objects of unknown type over as named tuples."""
    if isinstance(value, Mapping):
        return value
    if hasattr(value, "_asdict"):
        return _mapping(value._asdict())
    return {}
