"""Finds the Dockerfiles below files and folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from dockerslim_rewrite.discovery.builds import leaves_repository
from dockerslim_rewrite.discovery.gitignore import GitIgnore
from dockerslim_rewrite.knowledge.discovery import (
    is_bake_name,
    is_compose_name,
    is_dockerfile_name,
    is_skipped_directory,
)

MAX_DEPTH = 100

# What a folder's configuration says about a path: (absolute path, is a folder) -> take it, leave it, or None.
Choice = Callable[[str, bool], bool | None]


def _no_choice(_path: str, _is_dir: bool) -> None:
    return None


class Found(Struct):
    """What a search found, sorted by path, each file once.

    `dockerfiles` and `builds` (compose and bake files) are paths as reached from what the user named; `missing` are
    named paths that do not exist.
    """

    dockerfiles: list[str] = []
    builds: list[str] = []
    missing: list[str] = []


def find_dockerfiles(paths: Iterable[Path], choice: Choice = _no_choice, *, gitignore: bool = True) -> Found:
    """Find the Dockerfiles below `paths`.

    A file that is named is taken whatever it is called. In folders the usual names count, and what `choice` takes;
    files that Git ignores, folders of fetched code and links to folders are left out. Nothing raises: what cannot be
    listed is not searched.
    """
    found = Found()
    seen: set[str] = set()
    for path in paths:
        if not path.exists():
            found.missing.append(str(path))
        elif path.is_dir():
            real = os.path.realpath(path)
            rules = GitIgnore.above(Path(real)) if gitignore else GitIgnore()
            # Who names an ignored folder wants to see what is in it.
            rules = GitIgnore() if rules.ignores(real, is_dir=True) else rules
            for name, is_build in _search(str(path), real, rules, choice, gitignore, 0):
                _add(found.builds if is_build else found.dockerfiles, name, seen)
        else:
            _add(found.dockerfiles, str(path), seen)
    found.dockerfiles.sort()
    found.builds.sort()
    return found


def _add(names: list[str], name: str, seen: set[str]) -> None:
    real = os.path.realpath(name)
    if real not in seen:
        seen.add(real)
        names.append(os.path.normpath(name))


def _search(
    shown: str, real: str, rules: GitIgnore, choice: Choice, gitignore: bool, depth: int
) -> Iterator[tuple[str, bool]]:
    """Yield `(path, is a compose or bake file)` below a folder: `shown` is the user's path, `real` the true one."""
    if gitignore:
        rules = rules.inside(Path(real))
    for entry in _entries(real):
        path, name = f"{real}/{entry.name}", f"{shown}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            skipped = is_skipped_directory(entry.name) or choice(path, True) is False
            if depth < MAX_DEPTH and not skipped and not rules.ignores(path, is_dir=True):
                yield from _search(name, path, rules, choice, gitignore, depth + 1)
        elif _is_build(entry.name):
            yield name, True
        elif _is_wanted(entry, choice(path, False)) and _is_own(entry) and not rules.ignores(path, is_dir=False):
            yield name, False


def _is_wanted(entry: os.DirEntry[str], chosen: bool | None) -> bool:
    return is_dockerfile_name(entry.name) if chosen is None else chosen


def _is_own(entry: os.DirEntry[str]) -> bool:
    """A link out of the repository is not taken: its target would be read, and replaced by `--write`."""
    return entry.is_file() and not (entry.is_symlink() and leaves_repository(entry.path))


def _is_build(name: str) -> bool:
    return is_compose_name(name) or is_bake_name(name)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []
