"""Shared libraries that the build brings: what `make install` puts into a prefix, and the loader's cache of them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence

from dockerslim_rewrite.analysis.effects import CommandEffect, IndexesLibraries
from dockerslim_rewrite.analysis.model import Evidence, StageFacts
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.model import Artifact, RunInRuntime, Suggestion
from dockerslim_rewrite.patterns import pattern

PREFIX = "/usr/local"
# Source: autoconf's and CMake's manuals, GNU Coding Standards (DESTDIR); `PREFIX=` is a convention of plain Makefiles.
_CHOSEN = pattern(
    r"(?:--prefix|CMAKE_INSTALL_PREFIX(?::\w+)?|\bPREFIX|\bprefix|\bDESTDIR|--destdir)[= ]['\"]?([^\s'\"]+)"
)
_LOADER = "/etc/ld.so.conf"


def install_prefix(command: CommandEffect, effects: Iterable[CommandEffect]) -> str | None:
    """Return the directory that an installing build tool fills: the last prefix that was named before, or the usual
    one. None when it is not known."""
    before = [item.text for item in effects if (item.step, item.command) <= (command.step, command.command)]
    found = [match[1] for text in before for match in _CHOSEN.finditer(text)]
    if not found:
        return PREFIX
    path = posixpath.normpath(found[-1])
    return path if path.startswith("/") and "$" not in path and "`" not in path else None


def holds_libraries(path: str) -> bool:
    """Tell whether a directory that the base fills too is, or holds, one where the loader looks."""
    return path != "/" and any(below(place, (path,)) for place in system_paths("libraries"))


def filled_by(path: str, *, programs: bool) -> tuple[str, ...]:
    """Return the directories that hold what a build installed into a directory: () when they are the base's own too.
    Those of programs are left out when `programs` is False."""
    if path == PREFIX:
        return tuple(place for place in system_paths("installed") if programs or place not in system_paths("programs"))
    return (path,) if path in system_paths("installed") or path not in system_paths("shared") else ()


def index_again(
    facts: StageFacts, effects: Sequence[CommandEffect], carried: Iterable[Artifact]
) -> Iterator[Suggestion]:
    """Make the loader's cache in the runtime stage too, where the author made it and libraries are carried: only the
    cache leads to those in /usr/local/lib. musl has none."""
    if facts.base is None or facts.base.distro == "alpine":
        return
    made = [
        (command, effect) for command in effects for effect in command.effects if isinstance(effect, IndexesLibraries)
    ]
    places = tuple(dict.fromkeys(place for _, effect in made for place in effect.places))
    if not made or not any(_may_hold_libraries(item, places) for item in carried):
        return
    command = made[-1][0]
    evidence = Evidence("Dockerfile", command.line, command.text)
    summary = "the loader's cache is made again: it leads to the libraries that are copied"
    yield Suggestion("D09", summary, RunInRuntime(" ".join(("ldconfig", *places))), (evidence,))


def _may_hold_libraries(artifact: Artifact, places: tuple[str, ...]) -> bool:
    path = artifact.path
    if ".so" in posixpath.basename(path) or path.startswith(_LOADER):
        return True
    libraries = (f"{PREFIX}/lib", *places)
    return artifact.is_dir and (below(path, libraries) or any(below(place, (path,)) for place in libraries))
