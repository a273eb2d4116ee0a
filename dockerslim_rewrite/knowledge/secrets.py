"""What secrets are called, and what to do instead of storing them in an image."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from dockerslim_rewrite.knowledge.tables import load


class SecretFile(Struct, frozen=True):
    """Names of a kind of file as `fnmatch` patterns, what it holds then, and what to do instead."""

    names: tuple[str, ...]
    content: re.Pattern[str]
    advice: str


@cache
def secret_files() -> tuple[SecretFile, ...]:
    """Return the kinds of files that hold secrets."""
    return tuple(
        SecretFile(tuple(row["names"]), re.compile(row["content"], re.IGNORECASE), row["advice"])
        for row in load("secrets")["file"]
    )


def is_secret(name: str, value: str) -> bool:
    """Tell whether a variable is called like a secret and its value is one."""
    table = load("secrets")["variables"]
    called = re.search(table["names"], name, re.IGNORECASE) is not None
    return called and re.search(table["places"], value, re.IGNORECASE) is None
