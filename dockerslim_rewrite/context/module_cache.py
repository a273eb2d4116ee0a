"""The machine's Go module cache, read only: sources of exactly the versions that go.mod names.

It is outside the build context, so it has a door of its own. Layout: https://go.dev/ref/mod#module-cache.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

MAX_SOURCE_BYTES = 4 * 1024 * 1024


class ModuleCache:
    """Read access to the modules below `root` (GOMODCACHE). Without a root every module is absent."""

    def __init__(self, root: Path | None) -> None:
        self._root = root
        self._known: dict[tuple[str, str], Path | None] = {}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> ModuleCache:
        """Return the cache that the go command would use here; the environment is `os.environ` by default."""
        environment = os.environ if environment is None else environment
        root = environment.get("GOMODCACHE")
        if not root:
            first = environment.get("GOPATH", "").split(os.pathsep)[0]
            home = environment.get("HOME") or environment.get("USERPROFILE") or ""
            if not first and not home:
                return cls(None)
            root = str(Path(first or Path(home, "go"), "pkg", "mod"))
        path = Path(root)
        return cls(path if path.is_absolute() else None)

    def has(self, module: str, version: str) -> bool:
        """Tell whether a module's sources are there in this version."""
        return self._directory(module, version) is not None

    def go_files(self, module: str, version: str, directory: str) -> Mapping[str, str] | None:
        """Return the texts of a package's Go files (tests left out) by name, or None when the package is not there."""
        root = self._directory(module, version)
        if root is None or ".." in directory.split("/"):
            return None
        texts: dict[str, str] = {}
        try:
            entries = sorted(os.scandir(root / directory), key=lambda entry: entry.name)
        except OSError:
            return None
        for entry in entries:
            if entry.name.endswith(".go") and not entry.name.endswith("_test.go"):
                text = _read(entry)
                if text is not None:
                    texts[entry.name] = text
        return texts or None

    def _directory(self, module: str, version: str) -> Path | None:
        key = (module, version)
        if key not in self._known:
            self._known[key] = self._find(module, version)
        return self._known[key]

    def _find(self, module: str, version: str) -> Path | None:
        if self._root is None or not module or ".." in module.split("/") or "/" in version or "\0" in module + version:
            return None
        path = self._root / f"{_escape(module)}@{_escape(version)}"
        return path if path.is_dir() else None


def _escape(text: str) -> str:
    """Escape upper-case letters as the cache does: `!a` for `A`."""
    return "".join(f"!{letter.lower()}" if letter.isascii() and letter.isupper() else letter for letter in text)


def _read(entry: os.DirEntry[str]) -> str | None:
    try:
        if not entry.is_file() or entry.stat().st_size > MAX_SOURCE_BYTES:
            return None
        return Path(entry.path).read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
