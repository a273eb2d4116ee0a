"""Who owns a directory, and its mode, after all steps.

COPY --from creates the directories that lead to its target as root with mode 0755, whatever they were in the builder;
what lies below a copied directory keeps owner and mode. So these facts matter for the directories that a COPY creates.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from operator import attrgetter

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import Attributes, ChangesAccounts, CommandEffect, Writes
from dockerslim_rewrite.analysis.model import StageFacts, Step
from dockerslim_rewrite.analysis.paths import upwards
from dockerslim_rewrite.shell.modes import apply_mode

ROOT_USERS = frozenset({"", "root", "0", "root:root", "0:0", "0:root", "root:0"})
DEFAULT_DIRECTORY_MODE = 0o755


class _Event(Struct, frozen=True):
    number: int
    owner: str | None
    mode: str | None
    itself: bool
    below: bool


_NUMBER = attrgetter("number")


class Ownership:
    """Answers `owner` and `mode` for absolute paths, by replaying USER, WORKDIR, COPY, mkdir, chown and chmod."""

    def __init__(self, facts: StageFacts, effects: Iterable[CommandEffect]) -> None:
        self._known = {facts.base.workdir} if facts.base else set()
        self._events: dict[str, list[_Event]] = {}
        self._found: dict[str, list[_Event]] = {}
        self._count = 0
        by_step: dict[int, list[CommandEffect]] = {}
        for effect in effects:
            by_step.setdefault(effect.step, []).append(effect)
        for step in facts.steps:
            self._step(step, by_step.get(step.index, []))

    def owner(self, path: str) -> str:
        """Return the owner as COPY --chown takes it; "" is root or not changed."""
        name = ""
        for event in self._applying(path):
            if event.owner is not None:
                name = _changed(name, event.owner)
        return "" if name in ROOT_USERS else name

    def mode(self, path: str) -> int:
        """Return a directory's mode bits as far as chmod and mkdir say."""
        mode = DEFAULT_DIRECTORY_MODE
        for event in self._applying(path):
            if event.mode is not None:
                mode = apply_mode(event.mode, mode)
        return mode

    def _applying(self, path: str) -> list[_Event]:
        """Return what happened to a path, in order."""
        found = self._found.get(path)
        if found is None:
            found = [
                event
                for place in upwards(path)
                for event in self._events.get(place, ())
                if (event.itself if place == path else event.below)
            ]
            found.sort(key=_NUMBER)
            self._found[path] = found
        return found

    def _note(self, path: str, owner: str | None, mode: str | None, *, itself: bool, below: bool) -> None:
        self._count += 1
        path = path.rstrip("/") or "/"
        self._events.setdefault(path, []).append(_Event(self._count, owner, mode, itself, below))

    def _create(self, path: str, owner: str) -> None:
        """A directory and its missing parents come into being with an owner."""
        while path not in self._known and path != "/":
            self._known.add(path)
            self._note(path, owner, None, itself=True, below=False)
            path = posixpath.dirname(path)

    def _step(self, step: Step, effects: list[CommandEffect]) -> None:
        instruction = step.instruction
        if instruction.keyword == "WORKDIR":
            path = posixpath.normpath(posixpath.join(step.before.workdir or "/", instruction.value))
            if "$" not in path:
                self._create(path, step.before.user)
        if step.copy is not None:
            self._copy(step)
        for command in effects:
            for effect in command.effects:
                if isinstance(effect, Writes) and effect.what == "dir":
                    for path in effect.paths:
                        self._create(path, step.before.user)
                elif isinstance(effect, ChangesAccounts) and effect.home and effect.user:
                    self._create(effect.home, effect.user)
                elif isinstance(effect, Attributes):
                    for path in effect.paths:
                        self._change(path, effect)

    def _change(self, path: str, effect: Attributes) -> None:
        globbed = path.endswith("/*")
        path = path.removesuffix("/*") or "/"
        self._note(path, effect.owner, effect.mode, itself=not globbed, below=effect.recursive or globbed)

    def _copy(self, step: Step) -> None:
        assert step.copy is not None
        owner = step.copy.chown or ""
        dest = step.copy.dest if step.copy.dest_is_dir or len(step.copy.sources) != 1 else None
        if dest is None:
            source = step.copy.sources[0]
            is_file = "." in posixpath.basename(source) and source != ""
            dest = posixpath.dirname(step.copy.dest) if is_file else step.copy.dest
        self._create(dest, owner)
        self._note(step.copy.dest, owner, step.copy.chmod, itself=False, below=True)


def _changed(before: str, owner: str) -> str:
    """Return the owner after `chown OWNER`: `USER:` means the user's own group, `:GROUP` leaves the user, a point is an
    old separator, and nothing is root. Source: the manual of GNU coreutils, chown invocation."""
    if not owner:
        return ""
    user, _, group = owner.partition(":" if ":" in owner else ".")
    user = user or before.partition(":")[0] or "root"
    return f"{user}:{group}" if group else user
