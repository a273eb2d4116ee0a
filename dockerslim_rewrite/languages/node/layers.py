"""Orders a directory that stays whole: its packages first, what starts last, nothing left behind."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import CommandEffect
from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.languages.model import RANK_ASSETS, RANK_CODE, RANK_DEPENDENCIES, RANK_OUTPUT, Artifact
from dockerslim_rewrite.languages.node.listing import DEPENDENCIES, has_sources, list_entries, top_name

MAX_COPIES = 12  # more would be harder to read than what is won


class Whole(Struct, frozen=True):
    """A directory that stays whole. `installed` are the node_modules in it that are there for certain, `made` what the
    build writes, `started` what starts; `unlisted` says why its names are not all known, "" when they are; `spare` are
    names at its top that may be left behind."""

    root: str
    installed: tuple[str, ...]
    made: tuple[str, ...]
    started: tuple[str, ...]
    unlisted: str
    spare: frozenset[str]


def in_layers(
    whole: Whole, context: Context, files: ImageFiles, effects: Iterable[CommandEffect]
) -> tuple[list[Artifact], str]:
    """Return the artifacts of a directory, and why it is only one: COPY leaves nothing out, so what changes less often
    has a layer of its own only where each name beside it can be given."""
    one = [Artifact(whole.root, True, RANK_CODE, "the application directory")]
    if not whole.installed:
        return one, ""
    if whole.unlisted:
        return one, whole.unlisted
    try:
        parts = list(_Splitter(whole, context, files, tuple(effects)).split(whole.root))
    except _Unlisted as problem:
        return one, str(problem)
    return (parts, "") if count_copies(parts) <= MAX_COPIES else (one, "it holds many directories")


def count_copies(artifacts: Collection[Artifact]) -> int:
    """Return how many COPYs artifacts of one directory need: one for each directory, and for the files of a rank."""
    return sum(item.is_dir for item in artifacts) + len({item.rank for item in artifacts if not item.is_dir})


class _Unlisted(Exception):
    """Why not every name in a directory is known."""


class _Splitter:
    def __init__(self, whole: Whole, context: Context, files: ImageFiles, effects: tuple[CommandEffect, ...]) -> None:
        self._whole = whole
        self._context = context
        self._files = files
        self._effects = effects

    def split(self, directory: str) -> Iterator[Artifact]:
        entries, problem = list_entries(directory, self._context, self._files, self._effects)
        if problem:
            raise _Unlisted(problem)
        for path in self._whole.made:
            if name := top_name(path, directory):
                entries.setdefault(name, path != posixpath.join(directory, name) or not posixpath.splitext(name)[1])
        if posixpath.join(directory, DEPENDENCIES) in self._whole.installed:
            entries[DEPENDENCIES] = True
        spare = self._whole.spare if directory == self._whole.root else ()
        for name in sorted(entries.keys() - spare):
            path = posixpath.join(directory, name)
            if name == DEPENDENCIES:
                yield Artifact(path, True, RANK_DEPENDENCIES, "the packages that it imports")
            elif entries[name] and any(below(item, (path,)) for item in self._whole.installed):
                yield from self.split(path)
            else:
                yield Artifact(path, entries[name], self._rank(path, is_dir=entries[name]), "kept on doubt")

    def _rank(self, path: str, *, is_dir: bool) -> int:
        if any(below(item, (path,)) for item in self._whole.started):
            return RANK_OUTPUT
        return RANK_CODE if is_dir or has_sources(path) else RANK_ASSETS
