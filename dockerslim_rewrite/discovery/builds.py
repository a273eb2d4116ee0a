"""Which context and target each Dockerfile of a repository is built with, as its compose and bake files say."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from dockerslim_rewrite.context.builds import MAX_CHARACTERS, Use
from dockerslim_rewrite.context.local import read_regular
from dockerslim_rewrite.knowledge.discovery import is_bake_name, is_compose_name


class Builds:
    """The builds that compose and bake files describe, by the Dockerfile's real path."""

    def __init__(self, files: Iterable[str] = ()) -> None:
        self._by_dockerfile: dict[str, list[tuple[str, Use]]] = {}
        self._read: set[str] = set()
        for file in files:
            self._add(file)

    def of(self, dockerfile: str) -> tuple[tuple[str, Use], ...]:
        """Return pairs of a context's folder and the use, in the order of the files.

        Compose and bake files above the Dockerfile, up to the repository's root, are read as well.
        """
        folder = os.path.realpath(Path(dockerfile).parent)
        for above in up_to_repository(folder):
            self._look(above)
        return tuple(self._by_dockerfile.get(os.path.realpath(dockerfile), ()))

    def dockerfiles(self) -> tuple[str, ...]:
        """Return every existing Dockerfile that the files name, as a real path."""
        return tuple(sorted(path for path in self._by_dockerfile if Path(path).is_file()))

    def _look(self, folder: str) -> None:
        if folder in self._read:
            return
        self._read.add(folder)
        try:
            names = sorted(path.name for path in Path(folder).iterdir())
        except OSError:
            return
        for name in names:
            if is_compose_name(name) or is_bake_name(name):
                self._add(f"{folder}/{name}")

    def _add(self, file: str) -> None:
        real = os.path.realpath(file)
        text = None if real in self._read or leaves_repository(file) else read_regular(Path(real), MAX_CHARACTERS)
        self._read.add(real)
        if text is None:
            return
        folder, name = Path(real).parent, Path(real).name
        for use in _uses(name, text):
            context = os.path.realpath(folder / use.context)
            dockerfile = os.path.realpath(Path(context) / use.dockerfile)
            self._by_dockerfile.setdefault(dockerfile, []).append((context, use))


def choose_context(builds: Builds, dockerfile: str, given: Path | None) -> tuple[Path, tuple[Use, ...]]:
    """Return the build context of a Dockerfile and the uses with that context.

    What is `given` wins, then the first build that names the file and whose context exists, then the file's own folder.
    """
    found = [(context, use) for context, use in builds.of(dockerfile) if Path(context).is_dir()]
    own = Path(dockerfile).parent
    root = given or (Path(found[0][0]) if found else own)
    real = os.path.realpath(root)
    # The own folder is shown as the user wrote it.
    root = own if real == os.path.realpath(own) else root
    return root, tuple(use for context, use in found if context == real)


def leaves_repository(path: str) -> bool:
    """Tell whether a file is a link out of the repository (of its folder, where there is none): it is not looked at."""
    top = up_to_repository(os.path.realpath(Path(path).parent))[0]
    return not os.path.realpath(path).startswith(f"{top.rstrip('/')}/")


def up_to_repository(folder: str) -> list[str]:
    """Return the folders from the repository's root down; the folder alone when it is in no repository."""
    folders = list(folders_above(folder))[::-1]
    return folders if is_repository(folders[0]) else [folder]


def folders_above(folder: str) -> Iterator[str]:
    """Yield an absolute folder and those above it, up to the repository's root, or to / when it is in none."""
    for path in (folder, *map(str, Path(folder).parents)):
        yield path
        if is_repository(path):
            return


def is_repository(folder: str) -> bool:
    """Tell whether a folder is the root of a repository."""
    return Path(folder, ".git").exists()


def _uses(name: str, text: str) -> tuple[Use, ...]:
    # Imported where such a file is found, which is seldom.
    if is_compose_name(name):
        from dockerslim_rewrite.context.compose import read_compose

        return read_compose(name, text)
    from dockerslim_rewrite.context.bake import read_bake

    return read_bake(name, text)
