"""Command lines taken apart: options and operands."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest

from dockerslim_rewrite.knowledge.options import options_with_value
from dockerslim_rewrite.shell.model import SimpleCommand


def options_and_operands(command: SimpleCommand) -> tuple[dict[str, str], list[str | None]]:
    """Split a command's arguments as getopt does.

    Returns options (value "" when they have none) and operands, None for an operand that is not static. Grouped short
    options are taken apart; options.toml says which take a value.
    """
    with_value = options_with_value(posixpath.basename(command.name or ""))
    options: dict[str, str] = {}
    operands: list[str | None] = []
    words = list(command.argv[1:])
    while words:
        word = words.pop(0)
        if word == "--":
            operands.extend(words)
            break
        if word is None or not word.startswith("-") or word == "-":
            operands.append(word)
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            if not equals and name in with_value and words:
                value = words.pop(0) or ""
            options[name] = value
        else:
            _short_options(word, words, with_value, options)
    return options, operands


def option_values(words: Sequence[str], options: Collection[str]) -> Iterator[str]:
    """Yield the values of some options that each take one: `--name=value`, or the word behind the option."""
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        name, equals, value = word.partition("=")
        if name in options:
            yield value if equals else following


def _short_options(word: str, words: list[str | None], with_value: Collection[str], options: dict[str, str]) -> None:
    if word in with_value:  # single-dash long options too: go's -ldflags
        options[word] = (words.pop(0) or "") if words else ""
        return
    letters = word[1:]
    for number, letter in enumerate(letters):
        name = f"-{letter}"
        if name in with_value:
            rest = letters[number + 1 :]
            options[name] = rest or ((words.pop(0) or "") if words else "")
            return
        options[name] = ""


def absolute(path: str | None, cwd: str | None) -> str | None:
    """Return a path made absolute against a working directory, or None when either is not known."""
    if path is None or (cwd is None and not path.startswith("/")):
        return None
    return "/" + posixpath.normpath(posixpath.join(cwd or "/", path)).lstrip("/")
