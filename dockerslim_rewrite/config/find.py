"""Which configuration holds for a path."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path

from dockerslim_rewrite.config.model import Choices, Config
from dockerslim_rewrite.config.read import FILE, Codes, any_code, read_config
from dockerslim_rewrite.discovery.builds import is_repository
from dockerslim_rewrite.discovery.gitignore import Patterns

# The names of configuration files; in one folder the first wins.
CONFIG_FILES = (FILE, "pyproject.toml")


def absolute(path: Path) -> str:
    """Return the absolute path: the folder without links, so that it lies below its configuration's folder."""
    return f"{os.path.realpath(path.parent).rstrip('/')}/{path.name}"


class Configs:
    """The configuration files of a run, each read once.

    `fixed` holds for every path; without it the nearest one from a path's folder up to the repository's root does.
    With `enabled` False nothing is read. Paths are absolute.

    Raises:
        ConfigError: from every method, when a file is wrong.
    """

    def __init__(self, fixed: Config | None = None, codes: Codes = any_code, *, enabled: bool = True) -> None:
        self._fixed = fixed
        self._codes = codes
        self._enabled = enabled
        self._by_folder: dict[str, Config | None] = {}
        self._patterns: dict[tuple[str, ...], Patterns] = {}

    def of(self, path: str) -> Config:
        """Return the configuration for a file; an empty one when there is none."""
        folder = posixpath.dirname(path)
        found = self._fixed or (self._nearest(folder) if self._enabled else None)
        return found or Config(Path(folder))

    def choices(self, path: str) -> Choices:
        """Return the choices for a file: the last override that says something wins, then the file's own table."""
        config = self.of(path)
        choices = config.choices
        for override in config.overrides:
            if self._matches(override.paths, config.folder, path, is_dir=False):
                choices = override.choices.over(choices)
        return choices

    def chosen(self, path: str, is_dir: bool) -> bool | None:
        """Return True for a path that `include` takes, False for one that `exclude` leaves out, None otherwise."""
        config = self.of(path)
        if self._matches(config.exclude, config.folder, path, is_dir=is_dir):
            return False
        return True if self._matches(config.include, config.folder, path, is_dir=is_dir) else None

    def _matches(self, patterns: tuple[str, ...], folder: Path, path: str, *, is_dir: bool) -> bool:
        if not patterns or not path.startswith(f"{folder}/".replace("//", "/")):
            return False
        if patterns not in self._patterns:
            self._patterns[patterns] = Patterns(patterns)
        relative = os.path.relpath(path, folder)
        return self._patterns[patterns].verdict(relative, is_dir=is_dir) is True

    def _nearest(self, folder: str) -> Config | None:
        if folder not in self._by_folder:
            self._by_folder[folder] = self._look(folder)
        return self._by_folder[folder]

    def _look(self, folder: str) -> Config | None:
        for name in CONFIG_FILES:
            path = Path(folder, name)
            if path.is_file() and (config := read_config(path, self._codes)) is not None:
                return config
        above = posixpath.dirname(folder)
        if above == folder or is_repository(folder):
            return None
        return self._nearest(above)
