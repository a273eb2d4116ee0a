"""Which folder is the build context of a Dockerfile about which nobody says anything."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dockerslim_rewrite.context.builds import MAX_CHARACTERS
from dockerslim_rewrite.context.local import read_regular
from dockerslim_rewrite.discovery.builds import up_to_repository
from dockerslim_rewrite.syntax.instruction import split_words
from dockerslim_rewrite.syntax.model import Dockerfile, Instruction
from dockerslim_rewrite.syntax.parser import parse_dockerfile

_GLOB = frozenset("*?[$")


def context_in_repository(path: Path) -> Path:
    """Return the context of a Dockerfile on disk, the repository's root at most; its own folder in no repository."""
    repository = Path(up_to_repository(str(path.absolute().parent))[0])
    if repository == path.absolute().parent:
        return path.parent
    text = read_regular(path, MAX_CHARACTERS)
    if text is None:
        return path.parent
    found = context_root(path.absolute(), (repository,), parse_dockerfile(text))
    # The own folder is shown as the user wrote it.
    return path.parent if found == path.absolute().parent else found


def context_root(path: Path, folders: Iterable[Path], dockerfile: Dockerfile) -> Path:
    """Return the build context of a Dockerfile about which nobody says anything.

    It is the nearest folder, from the file's own up to the workspace folder, that holds every file that COPY names;
    where none does, it is the file's own folder, as on the command line.
    """
    workspace = next((folder for folder in folders if path.is_relative_to(folder)), None)
    sources = _copied(dockerfile)
    for folder in (path.parent, *path.parent.parents):
        if all((folder / source).exists() for source in sources):
            return folder
        if workspace is None or folder == workspace:
            break
    return path.parent


def _copied(dockerfile: Dockerfile) -> tuple[str, ...]:
    """Return the plain paths that COPY and ADD take from the context."""
    found = []
    for instruction in dockerfile.instructions:
        if instruction.keyword in ("COPY", "ADD") and instruction.flag("from") is None and not instruction.heredocs:
            found.extend(_sources(instruction))
    plain = (source for source in found if "://" not in source and not _GLOB & set(source))
    return tuple(source for source in plain if source and ".." not in source.split("/"))


def _sources(instruction: Instruction) -> list[str]:
    words = list(instruction.exec_form) if instruction.exec_form is not None else split_words(instruction.value)
    return [word.strip("/").removeprefix("./") for word in words[:-1]]
