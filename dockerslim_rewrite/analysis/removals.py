"""What is not in the image any more: a COPY of it would end the build."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import Builds, CommandEffect, Effect, MayRemove, Removes, Unknown, Writes
from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.shell.model import SimpleCommand

# By a command's step and its number in the step's script: the directories that it may write below, None for anywhere.
Writers: TypeAlias = Mapping[tuple[int, int], tuple[str, ...] | None]


class Standing(Struct, frozen=True):
    """Whether a path is in the image at the end of a stage.

    `state`: it is `there` as far as commands tell; `gone`; `removed`, while a command elsewhere may bring it back;
    `unclear` whether it is removed. `step` is the last one that decides about it, -1 when none does.
    """

    state: Literal["there", "gone", "removed", "unclear"]
    step: int = -1


_THERE = Standing("there")


def removal_patterns(effects: Iterable[CommandEffect]) -> frozenset[str]:
    """Return the paths and patterns that commands remove."""
    return frozenset(pattern for command in effects for effect in command.effects for pattern in _removed_by(effect))


def standing_of(path: str, facts: StageFacts, effects: Iterable[CommandEffect], writers: Writers) -> Standing:
    """Find out whether an absolute path is still there. `writers` are the commands that a language understands: others,
    and those that may write anywhere, are taken to bring back what lies in or around the directory they work in."""
    standing = _THERE
    for command in effects:
        for effect in command.effects:
            standing = _after(effect, command, standing, path, facts, writers)
    return _THERE if standing.step >= 0 and is_copied_after(standing.step, path, facts) else standing


def is_copied_after(step: int, path: str, facts: StageFacts) -> bool:
    """Tell whether a COPY or ADD after a step may bring an absolute path."""
    later = (item.copy for item in facts.steps if item.index > step and item.copy is not None)
    return any(_are_related(path, copy.dest) for copy in later)


def _after(
    effect: Effect, command: CommandEffect, standing: Standing, path: str, facts: StageFacts, writers: Writers
) -> Standing:
    if covers(_removed_by(effect), path):
        return Standing("gone", command.step)
    if isinstance(effect, MayRemove) and standing.state == "there" and covers(effect.paths, path):
        return Standing("unclear", command.step)
    if standing.state == "there":
        return standing
    if isinstance(effect, Writes):
        return _THERE if any(_are_related(path, other) for other in effect.paths) else standing
    if not isinstance(effect, Builds | Unknown):
        return standing
    places = writers.get((command.step, command.command))
    if any(_are_related(path, place) for place in (_directory(command, facts) if places is None else places)):
        return _THERE
    if places is not None:
        return standing
    return Standing("unclear" if standing.state == "unclear" else "removed", command.step)


def _removed_by(effect: Effect) -> tuple[str, ...]:
    return effect.paths if isinstance(effect, Removes) else ()


def _directory(command: CommandEffect, facts: StageFacts) -> tuple[str, ...]:
    script = facts.steps[command.step].script
    written = script.commands[command.command] if script is not None else None
    return (written.cwd,) if isinstance(written, SimpleCommand) and written.cwd is not None else ()


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
