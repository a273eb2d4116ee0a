"""Words of instructions: variables and quotes as BuildKit's lexer sees them. A small door to `e2b-dockerfile-utils`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dockerslim_rewrite.patterns import pattern

# BuildKit has no bound; a text that asks for more than this (variables that double each other) is not expanded.
# Linux starts no program with a variable over 128 KiB, or with more than 2 MiB of them.
MAX_EXPANDED = 1 << 18
MAX_ENVIRONMENT = 1 << 21

_REFERENCE = pattern(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_REPLACE_ALL = pattern(r"\$\{\w+//")
_PATTERN = pattern(r"\$\{\w+[#%/]")
_BLANKS = pattern(r"[\t\v\f\r ]+")
# Most words: no quote, escape, variable or blank. The library, which takes 5 ms to load, is for the others.
_PLAIN = pattern(r"[\w./:=@%+,-]+", re.ASCII)

# A word in the only quotes around it, and words of which some parts are in quotes: nothing there to replace.
_QUOTED = pattern(r""" "[^"\\`$<]*" | '[^'\\`]*' """, re.VERBOSE)
_WORD = r"""(?: [\w./:=@%+,-]++ | "[^"\\`]*" | '[^'\\`]*' )++"""
_WORDS = pattern(rf"{_WORD} (?: [ \t]++ {_WORD} )*+", re.ASCII | re.VERBOSE)
_EACH_WORD = pattern(_WORD, re.ASCII | re.VERBOSE)

Pairs = tuple[tuple[str, str | None], ...]


def expand(word: str, variables: Mapping[str, str], escape: str = "\\") -> str:
    """Return a word with its variables replaced and its quotes and escapes removed. An unset variable is empty.

    Raises:
        ValueError: for open quotes, a bad substitution, `${X:?message}` without X, or more work than is reasonable.
    """
    if _PLAIN.fullmatch(word):
        return word
    if _QUOTED.fullmatch(word):
        return word[1:-1]
    from e2b_dockerfile_utils import ShellLex

    _check_cost(word, variables)
    return ShellLex(escape, env=variables, skip_unset_env=False).process_word(word)


def expand_words(value: str, variables: Mapping[str, str], escape: str = "\\") -> tuple[str, ...]:
    """Return a value expanded as `expand` does, then split at unquoted white space: what EXPOSE and VOLUME do.

    COPY and ADD split first (`instruction.split_words`) and expand each word for itself.

    Raises:
        ValueError: as for `expand`.
    """
    if _PLAIN.fullmatch(value):
        return (value,)
    from e2b_dockerfile_utils import ShellLex

    _check_cost(value, variables)
    words = ShellLex(escape, env=variables, skip_unset_env=False).process_words(value)
    return tuple(word for word in words if word)  # BuildKit's lexer knows no empty words


def references(word: str, escape: str = "\\") -> frozenset[str]:
    """Return the names of the variables that a word refers to, single quotes and escapes respected.

    A word that cannot be expanded refers to everything that looks like a variable. Never raises.
    """
    if "$" not in word:
        return frozenset()
    from e2b_dockerfile_utils import ShellLex

    recorder = _Recorder()
    try:
        ShellLex(escape, env=recorder, skip_unset_env=False).process_word(word)
    except ValueError:
        return frozenset(_REFERENCE.findall(word))
    return frozenset(name for name in recorder.names if name[0].isalpha() or name[0] == "_")


def quoted_words(value: str, escape: str = "\\") -> list[str]:
    """Split at white space outside of quotes; quotes, escapes and variables stay in. Never raises."""
    if _PLAIN.fullmatch(value):
        return [value]
    if _WORDS.fullmatch(value):
        return _EACH_WORD.findall(value)
    from e2b_dockerfile_utils import parse_words

    return parse_words(value, escape)


def parse_pairs(value: str, escape: str = "\\", keyword: str = "") -> Pairs:
    """Return the `(name, value)` pairs of ENV, LABEL or ARG, raw: quotes, escapes and variables still in.

    `ENV name value with spaces` is one pair. A name without a value has None. `keyword` "ARG" reads each word for
    itself (`ARG a b` is two names), as ARG does. Never raises: what BuildKit rejects is in `Dockerfile.problems`.
    """
    words = quoted_words(value, escape)
    if keyword != "ARG" and words and "=" not in words[0]:
        name, *rest = _BLANKS.split(value, maxsplit=1)
        return ((name, rest[0] if rest else None),)
    pairs = (word.partition("=") for word in words)
    return tuple((name, raw if equals else None) for name, equals, raw in pairs)


class _Recorder(Mapping[str, str]):
    """Variables that are all set, and that remember who asked."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return "x"

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _check_cost(word: str, variables: Mapping[str, str]) -> None:
    dollars = word.count("$")
    if not dollars:
        return
    lengths = [len(value) for value in variables.values()]
    longest = max(lengths, default=0)
    if sum(lengths) > MAX_ENVIRONMENT:
        raise ValueError("the variables hold too much text")
    size = len(word) + dollars * longest
    # `${X//a/b}` puts `b` in as often as X is long.
    cost = size * max(longest, 1) ** min(len(_REPLACE_ALL.findall(word)), 8)
    if _PATTERN.search(word):
        # Each star of a pattern may try every length of the value.
        cost = max(cost, size ** min(word.count("*"), 8))
    if cost > MAX_EXPANDED:
        raise ValueError(f"{word[:40]!r} expands to too much text")
