"""Finds the lock file of a package and reads it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from dockerslim_rewrite.analysis.paths import upwards
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.languages.node.locks.bun import read_bun_lock
from dockerslim_rewrite.languages.node.locks.model import Lock
from dockerslim_rewrite.languages.node.locks.npm import read_npm_lock
from dockerslim_rewrite.languages.node.locks.pnpm import read_pnpm_lock
from dockerslim_rewrite.languages.node.locks.yarn import read_yarn_lock
from dockerslim_rewrite.languages.node.manifest import Manifest

# npm prefers the shrinkwrap to the lock file.
LOCK_FILES = {
    "npm": ("npm-shrinkwrap.json", "package-lock.json"),
    "yarn": ("yarn.lock",),
    "pnpm": ("pnpm-lock.yaml",),
    "bun": ("bun.lock",),
}


def read_lock(context: Context, manifest: Manifest, manager: str, members: Iterable[Manifest] = ()) -> Lock | None:
    """Read the lock file that a package manager uses for a package: beside it, or above it (a workspace).

    `members` are the packages of its workspaces, whose dependencies a production install brings as well.
    """
    roots = [pair for item in (manifest, *members) for pair in item.production.items()]
    for directory in upwards(manifest.directory):
        for name in LOCK_FILES.get(manager, ()):
            path = posixpath.join(directory, name)
            text = context.read_text(path)
            if text is not None:
                return _read(path, text, manager, roots)
    return None


def _read(path: str, text: str, manager: str, roots: Iterable[tuple[str, str]]) -> Lock | None:
    if manager == "npm":
        return read_npm_lock(path, text)
    if manager == "pnpm":
        return read_pnpm_lock(path, text)
    if manager == "bun":
        return read_bun_lock(path, text)
    return read_yarn_lock(path, text, roots)
