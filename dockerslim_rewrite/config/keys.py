"""Known and unknown keys."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any


def check_keys(data: Mapping[str, Any], known: Iterable[str], prefix: str = "") -> None:
    """Check that a table holds only known keys.

    Raises:
        ValueError: it names the first unknown key and the nearest known one.
    """
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(key.replace("_", "-"), list(known), n=1, cutoff=0.6)
            raise ValueError(f"{prefix}{key} is not a key" + (f"; did you mean {near[0]}?" if near else ""))
