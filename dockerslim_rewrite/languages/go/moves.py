"""Where RUN took files after they were built: cp, mv, install, ln."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from msgspec import Struct

from dockerslim_rewrite.analysis.paths import absolute
from dockerslim_rewrite.analysis.words import options_and_operands
from dockerslim_rewrite.shell.model import SimpleCommand

MOVERS = frozenset({"cp", "mv", "install", "ln"})


class Move(Struct, frozen=True):
    """`old` became (also) `new`; `whole` when it is the content of a directory that went into another."""

    old: str
    new: str
    is_link: bool
    whole: bool = False


def read_moves(name: str, command: SimpleCommand, is_directory: Callable[[str], bool]) -> Iterator[Move]:
    """Yield what one command moves, copies or links; nothing for words that are not static."""
    options, operands = options_and_operands(command)
    if command.cwd is None or None in operands or (name == "install" and "-d" in options):
        return
    words = [word for word in operands if word is not None]
    into = options.get("-t") or options.get("--target-directory")
    if into is None:
        if len(words) < 2:
            return
        *words, into = words
        to_dir = into.endswith(("/", "/.")) or len(words) > 1
    else:
        to_dir = True
    cwd = command.cwd
    target = absolute(into, cwd)
    to_dir = to_dir or (is_directory(target) and "-T" not in options)
    is_link = name == "ln"
    for word in words:
        base = (posixpath.dirname(target) if not to_dir else target) if is_link else cwd
        old = absolute(word, base)
        if posixpath.basename(old) == "*" or word.endswith("/."):
            yield Move(posixpath.dirname(old) if old.endswith("/*") else old, target, is_link, whole=True)
        else:
            yield Move(old, posixpath.join(target, posixpath.basename(old)) if to_dir else target, is_link)


def origins(path: str, moves: tuple[Move, ...]) -> tuple[str, ...]:
    """Return the paths that a file had, the newest first, the file's own path first of all."""
    found = [path]
    for move in reversed(moves):
        current = found[-1]
        if current == move.new and not move.whole:
            found.append(move.old)
        elif current.startswith(move.new + "/"):
            found.append(move.old + current[len(move.new) :])
    return tuple(found)
