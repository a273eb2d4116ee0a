"""What is wrong with a configuration file."""

from __future__ import annotations

from pathlib import Path


class ConfigError(Exception):
    """A configuration file that cannot be used: its path and what is wrong, in one sentence."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{path}: {message}")
