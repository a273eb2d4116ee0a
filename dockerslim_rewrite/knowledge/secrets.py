"""What secrets are called, and what to do instead of storing them in an image."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import cache

from msgspec import Struct

from dockerslim_rewrite.knowledge.tables import load


class SecretFile(Struct, frozen=True):
    """A kind of file: what it is called, what it holds then, and what to do instead. `tools`: no program reads it."""

    names: re.Pattern[str]
    content: re.Pattern[str]
    advice: str
    tools: bool


def secret_kind(name: str) -> SecretFile | None:
    """Return the kind of secret file that is called so; None for any other file and for an example of one."""
    # Nearly every file of a context is of no kind: one match says so.
    if _any_name().match(name) is None:
        return None
    return next((kind for kind in _secret_files() if kind.names.match(name)), None)


@cache
def _secret_files() -> tuple[SecretFile, ...]:
    return tuple(
        SecretFile(
            _pattern(row["names"]), re.compile(row["content"], re.IGNORECASE), row["advice"], row.get("tools", False)
        )
        for row in load("secrets")["file"]
    )


@cache
def _any_name() -> re.Pattern[str]:
    table = load("secrets")
    names = _pattern(name for row in table["file"] for name in row["names"])
    return re.compile(f"(?!{_pattern(table['examples']).pattern}){names.pattern}")


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(map(translate, names))})")


def is_secret(name: str, value: str) -> bool:
    """Tell whether a variable is called like a secret and its value is one."""
    table = load("secrets")["variables"]
    called = re.search(table["names"], name, re.IGNORECASE) is not None
    return called and re.search(table["places"], value, re.IGNORECASE) is None
