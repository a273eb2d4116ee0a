"""Which Go files belong to a build. Source: https://pkg.go.dev/cmd/go#hdr-Build_constraints and package go/build."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from dockerslim_rewrite.patterns import pattern

_TOKEN = pattern(r"&&|\|\||[()!]|[\w.]+")
_RELEASE = pattern(r"go1\.(\d{1,9})")

# The lists that package go/build knows (internal/syslist), 2025.
KNOWN_OS = frozenset(
    [
        "aix",
        "android",
        "darwin",
        "dragonfly",
        "freebsd",
        "hurd",
        "illumos",
        "ios",
        "js",
        "linux",
        "nacl",
        "netbsd",
        "openbsd",
        "plan9",
        "solaris",
        "wasip1",
        "windows",
        "zos",
    ]
)
KNOWN_ARCH = frozenset(
    [
        "386",
        "amd64",
        "amd64p32",
        "arm",
        "armbe",
        "arm64",
        "arm64be",
        "loong64",
        "mips",
        "mipsle",
        "mips64",
        "mips64le",
        "mips64p32",
        "mips64p32le",
        "ppc",
        "ppc64",
        "ppc64le",
        "riscv",
        "riscv64",
        "s390",
        "s390x",
        "sparc",
        "sparc64",
        "wasm",
    ]
)


class Tags(Struct, frozen=True):
    """What a build satisfies. `arch` None stands for any architecture: a constraint on one is then taken to hold,
    since what is not known must not hide a file. `minor` is the release of Go 1 (None: the newest)."""

    os: str = "linux"
    arch: str | None = None
    cgo: bool = True
    extra: frozenset[str] = frozenset()
    minor: int | None = None

    def has(self, tag: str) -> bool:
        """Tell whether a build tag is satisfied."""
        if tag == "cgo":
            return self.cgo
        if tag in (self.os, "gc") or tag in self.extra or (tag == "unix" and self.os == "linux"):
            return True
        if tag in KNOWN_ARCH:
            return self.arch is None or tag == self.arch
        release = _RELEASE.fullmatch(tag)
        return release is not None and (self.minor is None or int(release[1]) <= self.minor)

    def lacks(self, tag: str) -> bool:
        """Tell whether `!tag` is satisfied; with an unknown architecture both a tag and its negation may be."""
        return True if tag in KNOWN_ARCH and self.arch is None else not self.has(tag)


def name_matches(name: str, tags: Tags) -> bool:
    """Tell whether a file name's suffixes (`_linux`, `_amd64`, `_linux_amd64`) allow it in the build."""
    stem = name.removesuffix(".go").removesuffix("_test")
    _, underscore, rest = stem.partition("_")
    if not underscore:
        return True
    parts = rest.split("_")
    if len(parts) >= 2 and parts[-2] in KNOWN_OS and parts[-1] in KNOWN_ARCH:
        return tags.has(parts[-2]) and tags.has(parts[-1])
    last = parts[-1]
    return tags.has(last) if last in KNOWN_OS or last in KNOWN_ARCH else True


def holds(expression: str, tags: Tags) -> bool:
    """Evaluate the expression of a `//go:build` line; one that cannot be read holds."""
    tokens = _TOKEN.findall(expression)
    try:
        value, rest = _either(tokens, tags, negated=False)
    except (IndexError, RecursionError):
        return True
    return value or bool(rest)


def plus_build_holds(lines: list[str], tags: Tags) -> bool:
    """Evaluate `// +build` lines: lines are joined by AND, fields by OR, commas by AND."""
    return all(
        any(all(_term(term, tags) for term in field.split(",")) for field in line.split())
        for line in lines
        if line.split()
    )


def _term(term: str, tags: Tags) -> bool:
    return tags.lacks(term[1:]) if term.startswith("!") else tags.has(term)


def _either(tokens: list[str], tags: Tags, *, negated: bool) -> tuple[bool, list[str]]:
    return _chain(tokens, tags, "||", _both, negated)


def _both(tokens: list[str], tags: Tags, *, negated: bool) -> tuple[bool, list[str]]:
    return _chain(tokens, tags, "&&", _not, negated)


def _chain(
    tokens: list[str],
    tags: Tags,
    operator: str,
    below: Callable[..., tuple[bool, list[str]]],
    negated: bool,
) -> tuple[bool, list[str]]:
    """Evaluate one level; under a negation AND and OR change places (so that `lacks` is asked of each tag)."""
    value, tokens = below(tokens, tags, negated=negated)
    is_and = (operator == "&&") != negated
    while tokens and tokens[0] == operator:
        other, tokens = below(tokens[1:], tags, negated=negated)
        value = (value and other) if is_and else (value or other)
    return value, tokens


def _not(tokens: list[str], tags: Tags, *, negated: bool) -> tuple[bool, list[str]]:
    if tokens[0] == "!":
        return _not(tokens[1:], tags, negated=not negated)
    if tokens[0] == "(":
        value, rest = _either(tokens[1:], tags, negated=negated)
        return value, rest[1:]
    return (tags.lacks if negated else tags.has)(tokens[0]), tokens[1:]
