"""What BuildKit rejects before it builds. Source: moby/buildkit, frontend/dockerfile/instructions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.syntax.heredoc import parse_marker
from dockerslim_rewrite.syntax.instruction import RawFlag, Reading, split_line, split_words
from dockerslim_rewrite.syntax.model import Instruction, Problem
from dockerslim_rewrite.syntax.scanner import SPACES
from dockerslim_rewrite.syntax.words import quoted_words

# A flag takes a value ("string"), a value each time it is repeated ("strings"), or true and false ("bool").
_COPY_FLAGS = {"chown": "string", "chmod": "string", "link": "bool", "exclude": "strings"}
FLAGS: Mapping[str, Mapping[str, str]] = {
    "ADD": {**_COPY_FLAGS, "keep-git-dir": "bool", "checksum": "string", "unpack": "bool"},
    "COPY": {**_COPY_FLAGS, "from": "string", "parents": "bool"},
    "FROM": {"platform": "string"},
    "HEALTHCHECK": dict.fromkeys(("interval", "timeout", "start-period", "start-interval", "retries"), "string"),
    "RUN": {"mount": "strings", "network": "string", "security": "string", "device": "strings"},
}
KEYWORDS = frozenset({"ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "LABEL", "MAINTAINER", "ONBUILD", "SHELL"}) | {
    *FLAGS,
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
}

# BuildKit never looks at the flags of these, so that any pass.
_FLAGS_UNCHECKED = frozenset({"ARG", "STOPSIGNAL"})
_ONE_ARGUMENT = frozenset({"MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"})
_SOME_ARGUMENT = frozenset({"ARG", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "SHELL", "VOLUME"})
_STAGE_NAME = pattern(r"[a-z][a-z0-9-_.]*")
_DURATION = pattern(r"[+-]?0|\+?(?:(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:ns|us|µs|μs|ms|s|m|h))+")  # Go's ParseDuration
_RETRIES = pattern(r"\+?[0-9]{1,10}")


def check_file(instructions: Sequence[Instruction]) -> Iterator[Problem]:
    """Yield what is wrong with the file as a whole."""
    if not instructions:
        yield Problem(1, "file with no instructions")
        return
    for instruction in instructions:
        if instruction.keyword != "ARG":
            if instruction.keyword != "FROM":
                yield Problem(instruction.line, f"no build stage in current context: {instruction.keyword} before FROM")
            return
    yield Problem(instructions[-1].end_line, "dockerfile contains no stages to build")


def check_line(reading: Reading, escape: str) -> Iterator[str]:
    """Yield what is wrong with a line; its JSON array and heredocs are not checked here."""
    keyword, value = reading.keyword, reading.value
    if keyword not in KEYWORDS:
        yield f"unknown instruction: {keyword}"
        return
    no_array = not reading.exec_form if reading.is_exec else not value
    if keyword in _ONE_ARGUMENT and not value:
        yield f"{keyword} requires exactly one argument"
    elif keyword in _SOME_ARGUMENT and (no_array if keyword in ("SHELL", "VOLUME") else not value):
        yield f"{keyword} requires at least one argument"
    else:
        yield from _check_arguments(reading, escape)
    if keyword not in _FLAGS_UNCHECKED and not (keyword == "HEALTHCHECK" and value.upper() == "NONE"):
        yield from _check_flags(keyword, reading.flags)


def _check_arguments(reading: Reading, escape: str) -> Iterator[str]:
    keyword, value, array = reading.keyword, reading.value, reading.exec_form
    if keyword == "FROM":
        yield from _check_from(split_words(value))
    elif keyword in ("ADD", "COPY"):
        yield from _check_copy(keyword, split_words(value) if array is None else array)
    elif keyword in ("ENV", "LABEL"):
        yield from _check_pairs(keyword, value, escape)
    elif keyword == "ARG":
        if any(word.startswith("=") for word in quoted_words(value, escape)):
            yield "ARG names can not be blank"
    elif keyword == "SHELL" and array is None:
        yield "SHELL requires the arguments to be in JSON form"
    elif keyword == "VOLUME" and array and not all(path.strip(SPACES) for path in array):
        yield "VOLUME specified can not be an empty string"
    elif keyword == "HEALTHCHECK":
        yield from _check_healthcheck(reading)
    elif keyword == "ONBUILD":
        yield from _check_onbuild(reading, escape)


def _check_from(words: Sequence[str]) -> Iterator[str]:
    if len(words) == 3 and words[1].lower() == "as":
        if not _STAGE_NAME.fullmatch(words[2].lower()):
            yield f"invalid name for build stage: {words[2]!r}, name can't start with a number or contain symbols"
    elif len(words) != 1:
        yield "FROM requires either one or three arguments"


def _check_copy(keyword: str, words: Sequence[str]) -> Iterator[str]:
    if len(words) < 2:
        yield f"{keyword} requires at least two arguments: the destination could not be determined"
        return
    try:
        heredoc = parse_marker(words[-1])
    except ValueError:
        return
    if heredoc is not None:
        yield f"{keyword} cannot accept a heredoc as a destination"


def _check_pairs(keyword: str, value: str, escape: str) -> Iterator[str]:
    words = quoted_words(value, escape)
    if not words:
        yield f"{keyword} requires at least one argument"
    elif "=" not in words[0]:
        if len(split_words(value)) < 2:
            yield f"{keyword} must have two arguments"
    else:
        for word in words:
            if "=" not in word:
                yield f"can't find = in {word!r}: must be of the form name=value"
            elif word.startswith("="):
                yield f"{keyword} names can not be blank"


def _check_healthcheck(reading: Reading) -> Iterator[str]:
    kind, *rest = split_words(reading.value)
    if kind.upper() == "NONE":
        if rest:
            yield "HEALTHCHECK NONE takes no arguments"
    elif kind.upper() != "CMD":
        yield f"unknown type {kind!r} in HEALTHCHECK (try CMD)"
    elif not (reading.exec_form if reading.is_exec else rest):
        yield "missing command after HEALTHCHECK CMD"
    for flag in reading.flags:
        if flag.name == "retries":
            if flag.value and not _RETRIES.fullmatch(flag.value):
                yield f"invalid value {flag.value!r} of --retries"
        elif flag.value and flag.name in FLAGS["HEALTHCHECK"] and not _DURATION.fullmatch(flag.value):
            yield f"invalid duration {flag.value!r} of --{flag.name}"


def _check_onbuild(reading: Reading, escape: str) -> Iterator[str]:
    trigger = reading.trigger
    if trigger == "ONBUILD":
        yield "chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
    elif trigger in ("FROM", "MAINTAINER"):
        yield f"{trigger} isn't allowed as an ONBUILD trigger"
    elif trigger in ("ENV", "LABEL"):
        inner = split_line(reading.value, 0, len(reading.value), escape)
        value = reading.value[inner.value_start : inner.value_end]
        if value:
            yield from _check_pairs(trigger, value, escape)


def _check_flags(keyword: str, flags: Sequence[RawFlag]) -> Iterator[str]:
    known = FLAGS.get(keyword, {})
    seen: set[str] = set()
    for flag in flags:
        kind = known.get(flag.name)
        if kind is None:
            yield f"unknown flag: --{flag.name}"
        elif flag.name in seen and kind != "strings":
            yield f"duplicate flag specified: --{flag.name}"
        elif kind == "bool":
            if flag.value is not None and flag.value.lower() not in ("true", "false"):
                yield f"expecting boolean value for flag --{flag.name}, not: {flag.value}"
        elif flag.value is None:
            yield f"missing a value on flag: --{flag.name}"
        seen.add(flag.name)
