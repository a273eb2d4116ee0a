"""Expansion of make's variables and text functions. Source: the GNU make manual, 4.4, chapters 6 and 8."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from itertools import count

from dockerslim_rewrite.analysis.paths import is_glob

UNKNOWN = "\x00"
MAX_DEPTH = 40
MAX_LENGTH = 100_000
MAX_STEPS = 100_000


class Expander:
    """Expands `$(NAME)`, `${NAME:a=b}` and the functions that need no run; all else gives UNKNOWN.

    A file whose variables double each other takes a bounded number of steps, which its expanders count together.
    """

    def __init__(self, variables: Mapping[str, str], names: Callable[[str], list[str]], directory: str) -> None:
        self._variables = variables
        self._names = names
        self._directory = directory
        self._steps = count()

    def with_variables(self, more: Mapping[str, str]) -> Expander:
        """Return an expander that knows more variables."""
        inner = Expander({**self._variables, **more}, self._names, self._directory)
        inner._steps = self._steps
        return inner

    def expand(self, text: str, depth: int = 0) -> str:
        """Return the text expanded; what is not known is UNKNOWN."""
        if depth > MAX_DEPTH or len(text) > MAX_LENGTH or next(self._steps) > MAX_STEPS:
            return UNKNOWN
        parts: list[str] = []
        at = 0
        while True:
            dollar = text.find("$", at)
            if dollar < 0 or dollar + 1 >= len(text):
                parts.append(text[at:])
                return "".join(parts)
            parts.append(text[at:dollar])
            opening = text[dollar + 1]
            if opening == "$":
                parts.append("$")
                at = dollar + 2
            elif opening in "({":
                end = _closing(text, dollar + 1)
                if end < 0:
                    return "".join(parts) + UNKNOWN
                parts.append(self._reference(text[dollar + 2 : end], depth + 1))
                at = end + 1
            else:
                parts.append(self._variable(opening, depth + 1))
                at = dollar + 2

    def _variable(self, name: str, depth: int) -> str:
        return self.expand(self._variables.get(name, ""), depth)

    def _reference(self, body: str, depth: int) -> str:
        word, space, rest = body.partition(" ")
        if not space:
            word, space, rest = body.partition("\t")
        if space and word in FUNCTIONS:
            return self._call(word, rest.lstrip(), depth)
        name, colon, change = body.partition(":")
        name = self.expand(name, depth)
        if UNKNOWN in name:
            return UNKNOWN
        if colon and "=" in change:
            old, _, new = self.expand(change, depth).partition("=")
            if "%" not in old:
                old, new = f"%{old}", f"%{new}"
            return _patsubst(old, new, self._variable(name, depth))
        return self._variable(name, depth)

    def _call(self, name: str, text: str, depth: int) -> str:
        if name == "foreach":
            return self._foreach(text, depth)
        if name in ("if", "or", "and"):
            return self._choose(name, _arguments(text), depth)
        if name in ("info", "warning"):
            return ""
        arguments = [self.expand(argument, depth) for argument in _arguments(text)]
        if any(UNKNOWN in argument for argument in arguments):
            return UNKNOWN
        if name == "shell":
            return self._shell(",".join(arguments))
        if name == "wildcard":
            return " ".join(path for pattern in arguments[0].split() for path in self._glob(pattern))
        if name in ("abspath", "realpath"):
            return " ".join(posixpath.normpath(posixpath.join(self._directory, word)) for word in arguments[0].split())
        function, needed = PLAIN.get(name, (None, 0))
        if function is None or len(arguments) < needed:
            return UNKNOWN
        return function(*arguments[: needed - 1], ",".join(arguments[needed - 1 :]))

    def _foreach(self, text: str, depth: int) -> str:
        arguments = _arguments(text, 3)
        if len(arguments) < 3:
            return UNKNOWN
        name, words = self.expand(arguments[0], depth).strip(), self.expand(arguments[1], depth)
        if UNKNOWN in words:
            return UNKNOWN
        return " ".join(self.with_variables({name: word}).expand(arguments[2], depth) for word in words.split())

    def _choose(self, name: str, arguments: list[str], depth: int) -> str:
        value = ""
        if name == "if":
            value = self.expand(arguments[0].strip(), depth)
            if UNKNOWN in value:
                return UNKNOWN
            chosen = arguments[1:2] if value else arguments[2:3]
            return self.expand(chosen[0], depth) if chosen else ""
        for argument in arguments:
            value = self.expand(argument.strip(), depth)
            if UNKNOWN in value or bool(value) == (name == "or"):
                break
        return value

    def _shell(self, command: str) -> str:
        """Answer the few commands whose output does not depend on a run."""
        words = command.split()
        if words in (["pwd"], ["pwd", "-P"]):
            return self._directory
        if words in (["uname"], ["uname", "-s"]):
            return "Linux"
        if words[:2] == ["go", "env"] and len(words) == 3:
            value = {"GOOS": "linux"}.get(words[2]) or self._variables.get(words[2], "")
            return self.expand(value) or UNKNOWN
        if words[:1] == ["basename"] and len(words) == 2:
            return posixpath.basename(words[1].strip("\"'"))
        return UNKNOWN

    def _glob(self, pattern: str) -> list[str]:
        paths = ["/" if pattern.startswith("/") else ""]
        for part in pattern.strip("/").split("/"):
            if not is_glob(part):
                paths = [posixpath.join(path, part) for path in paths]
                continue
            paths = [
                posixpath.join(path, name)
                for path in paths
                for name in self._names(posixpath.join(self._directory, path))
                if fnmatchcase(name, part) and not name.startswith(".")
            ]
        return [path for path in paths if posixpath.basename(path) in self._names(self._parent(path))]

    def _parent(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self._directory, posixpath.dirname(path)))


def _closing(text: str, opening: int) -> int:
    pair = {"(": ")", "{": "}"}[text[opening]]
    depth = 0
    for at in range(opening, len(text)):
        if text[at] == text[opening]:
            depth += 1
        elif text[at] == pair:
            depth -= 1
            if depth == 0:
                return at
    return -1


def _arguments(text: str, limit: int = 0) -> list[str]:
    """Split at commas outside of references."""
    found: list[str] = []
    depth = start = 0
    for at, letter in enumerate(text):
        if letter in "({":
            depth += 1
        elif letter in ")}":
            depth -= 1
        elif letter == "," and depth <= 0 and (not limit or len(found) < limit - 1):
            found.append(text[start:at])
            start = at + 1
    return [*found, text[start:]]


def _patsubst(old: str, new: str, text: str) -> str:
    before, percent, after = old.partition("%")
    words = []
    for word in text.split():
        if not percent:
            words.append(new if word == old else word)
        elif len(word) >= len(before) + len(after) and word.startswith(before) and word.endswith(after):
            words.append(new.replace("%", word[len(before) : len(word) - len(after)], 1))
        else:
            words.append(word)
    return " ".join(words)


def _matches(pattern: str, word: str) -> bool:
    before, percent, after = pattern.partition("%")
    return (word.startswith(before) and word.endswith(after)) if percent else word == pattern


def _filter(patterns: str, text: str) -> str:
    return " ".join(word for word in text.split() if any(_matches(pattern, word) for pattern in patterns.split()))


def _filter_out(patterns: str, text: str) -> str:
    return " ".join(word for word in text.split() if not any(_matches(pattern, word) for pattern in patterns.split()))


def _nth(number: str, text: str) -> str:
    words = text.split()
    return words[int(number) - 1] if number.strip().isdecimal() and 0 < int(number) <= len(words) else ""


def _each(function: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: " ".join(function(word) for word in text.split())


# function and its number of arguments; the last takes all commas that follow
PLAIN: dict[str, tuple[Callable[..., str], int]] = {
    "strip": (lambda text: " ".join(text.split()), 1),
    "subst": (lambda old, new, text: text.replace(old, new) if old else text, 3),
    "patsubst": (_patsubst, 3),
    "notdir": (_each(posixpath.basename), 1),
    "dir": (_each(lambda word: posixpath.dirname(word) + "/" if "/" in word else "./"), 1),
    "basename": (_each(lambda word: posixpath.splitext(word)[0]), 1),
    "suffix": (_each(lambda word: posixpath.splitext(word)[1]), 1),
    "addprefix": (lambda prefix, text: " ".join(prefix + word for word in text.split()), 2),
    "addsuffix": (lambda suffix, text: " ".join(word + suffix for word in text.split()), 2),
    "firstword": (lambda text: " ".join(text.split()[:1]), 1),
    "lastword": (lambda text: " ".join(text.split()[-1:]), 1),
    "words": (lambda text: str(len(text.split())), 1),
    "word": (_nth, 2),
    "sort": (lambda text: " ".join(sorted(set(text.split()))), 1),
    "filter": (_filter, 2),
    "filter-out": (_filter_out, 2),
    "findstring": (lambda find, text: find if find in text else "", 2),
}
FUNCTIONS = frozenset(
    {*PLAIN, "shell", "wildcard", "foreach", "if", "or", "and", "info", "warning", "error", "abspath", "realpath"}
    | {"call", "eval", "value", "origin", "flavor", "file", "guile", "join", "wordlist", "let", "intcmp"}
)
