"""Directories around what is copied: COPY makes them as root, or with the owner that it gives to its target."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from dockerslim_rewrite.analysis.ownership import Ownership
from dockerslim_rewrite.analysis.paths import upwards
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.planning.artifacts import Wanted
from dockerslim_rewrite.planning.lines import needs_chmod


class Parent(Struct, frozen=True):
    """A directory around an artifact. `owner` is the one that it would lose, "" for none; `chmod` when it needs mode
    bits that COPY does not give it."""

    path: str
    owner: str
    chmod: bool
    around: Wanted


def special_parents(wanted: Iterable[Wanted], ownership: Ownership, user: str, default_owner: str) -> Iterator[Parent]:
    """Yield each directory that leads to artifacts, in the order of their copies, and would not be as in the builder.
    The first copy below a directory makes it; `user` is who runs the program."""
    items = list(wanted)
    seen = {item.artifact.path for item in items if item.artifact.is_dir}
    for item in items:
        directory = item.artifact.path if item.artifact.is_dir else posixpath.dirname(item.artifact.path)
        given = ownership.owner(directory) or default_owner
        for parent in upwards(posixpath.dirname(item.artifact.path)):
            if parent in seen or parent in system_paths("shared"):
                break  # what leads to it has been looked at, or is the base's own
            seen.add(parent)
            own = ownership.owner(parent) or default_owner
            found = Parent(parent, own if own != given else "", needs_chmod(parent, ownership, user), item)
            if found.owner or found.chmod:
                yield found
