"""What is not in the image any more: a COPY of it would end the build."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from dockerslim_rewrite.analysis.effects import Builds, CommandEffect, Removes, Unknown, Writes
from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.paths import below


def removed_paths(paths: Iterable[str], facts: StageFacts, effects: Sequence[CommandEffect]) -> frozenset[str]:
    """Return those of some absolute paths that are removed. Few commands remove anything: only for what their patterns
    cover is the whole stage looked at."""
    patterns = removal_patterns(effects)
    covered = (path for path in paths if covers(patterns, path))
    return frozenset(path for path in covered if is_removed(path, facts, effects))


def removal_patterns(effects: Iterable[CommandEffect]) -> frozenset[str]:
    """Return the paths and patterns that commands remove."""
    return frozenset(
        pattern
        for command in effects
        for effect in command.effects
        if isinstance(effect, Removes)
        for pattern in effect.paths
    )


def is_removed(path: str, facts: StageFacts, effects: Iterable[CommandEffect]) -> bool:
    """Tell whether a command removes an absolute path, and nothing that follows may bring it back."""
    removed_by: CommandEffect | None = None
    for command in effects:
        for effect in command.effects:
            if isinstance(effect, Removes) and covers(effect.paths, path):
                removed_by = command
            elif isinstance(effect, Builds | Unknown) or (
                isinstance(effect, Writes) and any(_are_related(path, other) for other in effect.paths)
            ):
                removed_by = None
    if removed_by is None:
        return False
    later = [step.copy for step in facts.steps if step.index > removed_by.step and step.copy is not None]
    return not any(_are_related(path, copy.dest) for copy in later)


def covers(patterns: Iterable[str], path: str) -> bool:
    """Tell whether one of some removed paths, which may hold globs, is a path or a directory above it."""
    return any(_covers(pattern, path) for pattern in patterns)


def _covers(pattern: str, path: str) -> bool:
    wanted, parts = (posixpath.normpath(text).strip("/").split("/") for text in (pattern, path))
    return len(wanted) <= len(parts) and all(map(_matches, wanted, parts))


def _matches(pattern: str, name: str) -> bool:
    hidden = name.startswith(".") and not pattern.startswith(".")
    return not hidden and fnmatchcase(name, pattern)


def _are_related(path: str, other: str) -> bool:
    """Tell whether one of two paths is the other or lies below it."""
    one, two = posixpath.normpath(path), posixpath.normpath(other)
    return below(one, (two,)) or below(two, (one,))
