"""Reading of the TOML tables beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import rtoml


@cache
def load(name: str) -> dict[str, Any]:
    """Return the table `<name>.toml`, read once. The result is shared: do not change it."""
    return rtoml.load(Path(__file__).with_name(f"{name}.toml"))
