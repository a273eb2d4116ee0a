"""The head of a Go file: build constraints, package clause, imports. Nothing behind the imports is looked at.

The grammar puts the package clause and all imports first, so a small scanner reads them much faster than a parser of
the whole language. Directives that may stand anywhere (`//go:embed`) are found by a search for their fixed text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from dockerslim_rewrite.languages.go.constraints import Tags, holds, name_matches, plus_build_holds
from dockerslim_rewrite.patterns import pattern

_TOKEN = pattern(
    r"//[^\n]*|/\*(?:.*?\*/|.*)|\"(?:[^\"\\\n]|\\.)*+\"?|`[^`]*+`?|[^\W\d]\w*|[().;]|\n|[^\S\n]+|.", re.DOTALL
)  # fmt: skip
_EMBED = pattern(r"^[ \t]*//go:embed[ \t]+(.+)$", re.MULTILINE)
_PATTERN = pattern(r'"(?:[^"\\]|\\.)*+"?|`[^`]*+`?|\S+')
_LDFLAGS = pattern(r"^[ \t*/]*+#cgo[ \t]++(?:[^:\n]*[ \t])?LDFLAGS[ \t]*:(.*)$", re.MULTILINE)


class Import(Struct, frozen=True):
    """An imported path; `alias` is the local name as written ("" when none: the package's own name)."""

    path: str
    alias: str
    line: int


class Header(Struct, frozen=True):
    """What a Go file's head says.

    `build` is the `//go:build` expression, `plus_build` the `// +build` lines; `preamble` the comment before
    `import "C"`; `cgo_line` that import's line, 0 when there is none; `embeds` are go:embed patterns.
    """

    package: str
    imports: tuple[Import, ...]
    build: str | None
    plus_build: tuple[str, ...]
    cgo_line: int
    preamble: str
    embeds: tuple[str, ...]

    def included(self, name: str, tags: Tags) -> bool:
        """Tell whether the file takes part in a build."""
        if not name_matches(name, tags):
            return False
        if self.build is not None:
            return holds(self.build, tags)
        return plus_build_holds(list(self.plus_build), tags)

    @property
    def linker_flags(self) -> tuple[str, ...]:
        """Return the words of the preamble's `#cgo LDFLAGS:` lines."""
        return tuple(word for value in _LDFLAGS.findall(self.preamble) for word in value.split())


def read_header(text: str) -> Header:
    """Read a file's head. A file that is not Go gives an empty package name."""
    tokens = _Tokens(text)
    build, plus_build = None, []
    package = ""
    for word in tokens:
        if word.startswith("//go:build ") and build is None:
            build = word[len("//go:build ") :]
        elif word.startswith("//") and word[2:].strip().startswith("+build "):
            plus_build.append(word[2:].strip()[len("+build ") :])
        elif word == "package":
            package = tokens.next_word()
            break
        elif not word.startswith(("//", "/*")) and not word.isspace() and word != "\ufeff":
            break
    imports, cgo_line, preamble = _imports(tokens) if package else ([], 0, "")
    embeds: list[str] = []
    if "//go:embed" in text:
        for match in _EMBED.finditer(text):
            embeds.extend(_unquote(word).removeprefix("all:") for word in _PATTERN.findall(match[1]))
    return Header(package, tuple(imports), build, tuple(plus_build), cgo_line, preamble, tuple(embeds))


class _Tokens:
    """The file's tokens, comments and white space included; `line` is the 1-based line of the last one."""

    def __init__(self, text: str) -> None:
        self._matches = _TOKEN.finditer(text)
        self.line = 1
        self._next_line = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        word = next(self._matches)[0]
        self.line = self._next_line
        self._next_line += word.count("\n")
        return word

    def next_word(self) -> str:
        """Return the next word that is neither a comment nor white space, "" at the end."""
        for word in self:
            if not word.isspace() and not word.startswith(("//", "/*")):
                return word
        return ""


def _imports(tokens: _Tokens) -> tuple[list[Import], int, str]:
    found: list[Import] = []
    cgo_line, preamble = 0, ""
    comment: list[str] = []
    alias, grouped, in_import = "", False, False
    for word in tokens:
        if word.startswith(("//", "/*")):
            comment.append(word)
        elif word.isspace() or word == ";":
            if word.count("\n") and in_import and not grouped:
                in_import = False
        elif word == "import" and not in_import:
            in_import, alias = True, ""
        elif in_import and word in ("(", ")"):
            grouped = word == "("
            in_import = grouped
        elif in_import and word[0] in '"`':
            path = _unquote(word)
            found.append(Import(path, alias, tokens.line))
            if path == "C":
                cgo_line, preamble = tokens.line, preamble + "\n" + "\n".join(comment)
            comment, alias = [], ""
            in_import = grouped
        elif in_import:
            alias = word
        else:
            break
    return found, cgo_line, preamble


def _unquote(word: str) -> str:
    if len(word) >= 2 and word[0] == word[-1] == "`":
        return word[1:-1]
    if len(word) >= 2 and word[0] == word[-1] == '"':
        return word[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return word
