"""A go command line taken apart as the go command does it. Source: `go help build`, `go help run`."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from dockerslim_rewrite.analysis.paths import absolute

VALUE_FLAGS = frozenset(
    [
        "o",
        "C",
        "p",
        "covermode",
        "coverpkg",
        "asmflags",
        "buildmode",
        "buildvcs",
        "compiler",
        "gccgoflags",
        "gcflags",
        "installsuffix",
        "ldflags",
        "mod",
        "modfile",
        "overlay",
        "pgo",
        "pkgdir",
        "tags",
        "toolexec",
        "exec",
        "run",
    ]
)
OPTIONAL_VALUE = frozenset({"buildvcs"})
# Stands in a text for a value that only the build knows; the shell parser finds it unset.
UNSET = "${_not_known_before_the_build}"


class GoCommand(Struct, frozen=True):
    """`go VERB FLAGS OPERANDS`.

    `flags` by name without dashes: the value, "true" for a boolean, None for a value that is not static.
    `operands` are packages or files; None for one that is not static. `cwd` is where it runs, `-C` applied.
    `env` is its effective environment. `operand_words` counts the words before the first operand (the program's own
    arguments of `go run` follow the package). `uncertain`: words in the place of flags are not static.
    """

    verb: str
    flags: Mapping[str, str | None]
    operands: tuple[str | None, ...]
    cwd: str | None
    env: Mapping[str, str | None]
    operand_words: int = 0
    uncertain: bool = False

    @property
    def tags(self) -> frozenset[str]:
        """Return the build tags of `-tags`, of GOFLAGS too."""
        text = self.flag("tags") or ""
        return frozenset(text.replace(",", " ").split())

    def flag(self, name: str) -> str | None:
        """Return a flag's value, GOFLAGS considered; None when absent or unknown."""
        if name in self.flags:
            return self.flags[name]
        for word in (self.env.get("GOFLAGS") or "").split():
            key, _, value = word.lstrip("-").partition("=")
            if key == name:
                return value or "true"
        return None

    def on(self, name: str) -> bool:
        """Tell whether a boolean flag is set."""
        return self.flag(name) in ("true", "1", "t")

    @property
    def cgo_setting(self) -> bool | None:
        """Return what CGO_ENABLED says, None when it says nothing that is known."""
        value = self.env.get("CGO_ENABLED")
        return {"0": False, "1": True}.get(value or "")


def parse_go(argv: tuple[str | None, ...], cwd: str | None, env: Mapping[str, str | None]) -> GoCommand | None:
    """Take `go ...` apart; None when it has no static verb."""
    words = list(argv[1:])
    flags: dict[str, str | None] = {}
    if len(words) >= 2 and words[0] == "-C":  # before Go 1.20's flag, and still accepted: go -C DIR VERB
        flags["C"], words = words[1], words[2:]
    if not words or words[0] is None:
        return None
    verb = words[0]
    position, uncertain = 1, False
    while position < len(words):
        word = words[position]
        if word is None and position + 1 < len(words):
            # `go build $FLAGS .`: an operand would be quoted, or the last word
            position, uncertain = position + 1, True
            continue
        if word is None or not word.startswith("-") or word == "-":
            break
        position += 1
        if word == "--":
            break
        name, equals, value = word.lstrip("-").partition("=")
        if equals:
            flags[name] = value
        elif name in VALUE_FLAGS and name not in OPTIONAL_VALUE:
            flags[name] = words[position] if position < len(words) else None
            position += 1
        else:
            flags[name] = "true"
    before = len(argv) - len(words) + position
    return GoCommand(verb, flags, tuple(words[position:]), _directory(cwd, flags), env, before, uncertain)


def _directory(cwd: str | None, flags: Mapping[str, str | None]) -> str | None:
    if "C" not in flags:
        return cwd
    change = flags["C"]
    if change is None or (cwd is None and not change.startswith("/")):
        return None
    return absolute(change, cwd or "/")
