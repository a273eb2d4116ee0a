"""Shell text and Dockerfile instructions to scripts. Reads only: nothing is executed, and no text makes it raise."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

from msgspec.structs import replace

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.builtins import shell_facts
from dockerslim_rewrite.shell.model import Opaque, Script, SimpleCommand, Word
from dockerslim_rewrite.shell.places import put
from dockerslim_rewrite.shell.scope import Scope
from dockerslim_rewrite.shell.simple import Place, Progress, locate_in
from dockerslim_rewrite.shell.tree import Locate, NotUnderstoodError, parse_source
from dockerslim_rewrite.shell.walk import Walker
from dockerslim_rewrite.shell.wrappers import shell_call, unwrap
from dockerslim_rewrite.syntax.model import Heredoc, Instruction, OffsetMap, Span

__all__ = ["parse_instruction", "parse_script", "shell_call", "unwrap"]

COMMAND_INSTRUCTIONS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
# Source: BuildKit's frontend/dockerfile/parser, reHeredoc: an instruction that is nothing but one here-document.
LEADING_HEREDOC = pattern(r"""(<<-?\s*(?:[\w.+/-]+|'[^'<]*'|"[^"<]*"))\s+([^<;&|]*)\Z""")
Piece: TypeAlias = tuple[int, int, int]
MAX_TEXT = 262_144
MAX_REMEMBERED = 4_000  # characters of a text
ONLY_HEREDOC = pattern(r"""\d*<<-?\s*(?:[\w.+/-]+|'[^'<]*'|"[^"<]*")\Z""")


def parse_script(
    text: str, *, variables: Mapping[str, str], workdir: str | None, offsets: OffsetMap | None = None
) -> Script:
    """Parse a shell script, or the text that a shell is given.

    `variables` is the environment that the script inherits; `workdir` where it starts (None: not known). `offsets`
    leads from the text to the source file; without it the text is the source. A first line `#!` chooses the shell: a
    script for anything but sh, ash, dash or bash is opaque. Brace expansion is bash's only. Never raises.
    """
    locate = _locate(offsets)
    shebang = read_interpreter(text)
    if shebang and shebang not in shell_facts().shells:
        return _opaque(f"a script for {shebang}", locate(0, len(text)))
    return _parse(text, variables, workdir, locate, bash=shebang == "bash")


def parse_instruction(
    instruction: Instruction, *, variables: Mapping[str, str], workdir: str | None, shell: tuple[str, ...]
) -> Script:
    """Parse the command of RUN, CMD, ENTRYPOINT or HEALTHCHECK; other instructions have none.

    `shell` is the SHELL in effect. All spans lie in the Dockerfile. Never raises.
    """
    if instruction.keyword not in COMMAND_INSTRUCTIONS:
        return Script(())
    start = _command_start(instruction)
    if start is None:
        return Script(())
    if instruction.exec_form is not None:
        return _exec_form(instruction, start, variables, workdir)
    name = _shell_name(shell)
    if name not in shell_facts().shells:
        return _opaque(f"the shell is {name or 'not known'}", instruction.span)
    if instruction.heredocs and instruction.keyword == "RUN":
        return _heredoc_form(instruction, variables, workdir, name == "bash")
    text, offsets = instruction.value[start:], _shift(instruction.value_map, start)
    return _parse(text, variables, workdir, _locate(offsets), bash=name == "bash")


def read_interpreter(text: str) -> str | None:
    """Return the base name of the program of a `#!` line, `env` skipped, or None when there is no such line."""
    if not text.startswith("#!"):
        return None
    words = text[2:].split("\n", 1)[0].split()
    if words and posixpath.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return posixpath.basename(words[0]) if words else "sh"


def _parse(text: str, variables: Mapping[str, str], workdir: str | None, locate: Locate, *, bash: bool) -> Script:
    if len(text) < MAX_REMEMBERED:
        return put(_read_again(text, tuple(variables.items()), workdir, bash), locate)
    return _read(text, _scope(variables, workdir, bash), locate)


@lru_cache(maxsize=4_096)
def _read_again(text: str, variables: tuple[tuple[str, str], ...], workdir: str | None, bash: bool) -> Script:
    """An editor sends a file again after each keystroke, and most of its commands stay. Spans lie in the text."""
    return _read(text, _scope(dict(variables), workdir, bash), Span)


def _read(text: str, scope: Scope, locate: Locate) -> Script:
    if len(text) > MAX_TEXT:
        return _opaque("the script is too large", locate(0, len(text)))
    progress = Progress()
    try:
        Walker(parse_source(text, locate), scope, progress).script(Place())
    except NotUnderstoodError as error:
        return _opaque(str(error), locate(0, len(text)))
    return Script(tuple(progress.commands))


def _scope(variables: Mapping[str, str], workdir: str | None, bash: bool) -> Scope:
    return Scope(dict(variables), frozenset(variables), workdir, bash)


def _opaque(reason: str, span: Span) -> Script:
    return Script((Opaque(reason, span),))


def _locate(offsets: OffsetMap | None) -> Locate:
    if offsets is None:
        return Span
    return offsets.span if offsets.pieces else lambda start, end: Span(0, 0)


def _shift(offsets: OffsetMap, start: int) -> OffsetMap:
    """Return the map of a text without its first `start` characters."""
    return OffsetMap(tuple((derived - start, source, length) for derived, source, length in offsets.pieces))


def _command_start(instruction: Instruction) -> int | None:
    """Return where the command begins in the value: HEALTHCHECK has `CMD` before it, or `NONE` and no command."""
    if instruction.keyword != "HEALTHCHECK":
        return 0
    match = re.match(r"CMD\s*", instruction.value, re.IGNORECASE)
    return match.end() if match else None


def is_posix_shell(shell: tuple[str, ...] | None) -> bool:
    """Tell whether a SHELL instruction names a shell whose commands are read here."""
    return shell is not None and _shell_name(shell) in shell_facts().shells


def _shell_name(shell: tuple[str, ...]) -> str:
    words = [posixpath.basename(word) for word in shell]
    if words[:1] == ["env"]:
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0] if words else ""


def _heredoc_form(instruction: Instruction, variables: Mapping[str, str], workdir: str | None, bash: bool) -> Script:
    """Parse `RUN <<EOF`, whose body is the script, or a command line with here-documents, which the shell reads."""
    value = instruction.value
    if len(instruction.heredocs) == 1 and ONLY_HEREDOC.match(value):
        body = instruction.heredocs[0]
        if read_interpreter(body.content):
            return parse_script(body.content, variables=variables, workdir=workdir, offsets=body.content_map)
        return _parse(body.content, variables, workdir, _locate(body.content_map), bash=bash)
    text, pieces = _command_first(value, list(instruction.value_map.pieces))
    for heredoc in instruction.heredocs:
        text += "\n"
        pieces += [(len(text) + derived, source, length) for derived, source, length in heredoc.content_map.pieces]
        text += heredoc.content
        pieces.append((len(text), _terminator(heredoc), len(heredoc.name)))
        text += heredoc.name
    offsets, limit = OffsetMap(tuple(pieces)), instruction.span.end

    def locate(start: int, end: int) -> Span:
        span = offsets.span(start, end)  # a terminator that is missing has no place
        return Span(min(span.start, limit), min(span.end, limit))

    return _read(text, _scope(variables, workdir, bash), locate)  # the parts may stand in another order


def _command_first(value: str, pieces: list[Piece]) -> tuple[str, list[Piece]]:
    """Write `<<EOF bash` as `bash <<EOF`, which means the same and which the grammar reads."""
    match = LEADING_HEREDOC.match(value)
    if match is None:
        return value, pieces
    marker, command = match.span(1), match.span(2)
    width = command[1] - command[0] + 1
    text = f"{match.group(2)} {match.group(1)}"
    return text, [*_cut(pieces, *command, to=0), *_cut(pieces, *marker, to=width)]


def _cut(pieces: list[Piece], start: int, end: int, *, to: int) -> Iterator[Piece]:
    """Yield the pieces of a range of the derived text, moved to begin at `to`."""
    for derived, source, length in pieces:
        first, last = max(derived, start), min(derived + length, end)
        if first < last:
            yield first - start + to, source + first - derived, last - first


def _terminator(heredoc: Heredoc) -> int:
    return max(heredoc.span.start, heredoc.span.end - len(heredoc.name))


def _exec_form(instruction: Instruction, start: int, variables: Mapping[str, str], workdir: str | None) -> Script:
    """Parse a JSON array: one command, or the text of `["sh", "-c", TEXT]`."""
    words = tuple(_json_words(instruction, start))
    if not words:
        return Script(())
    span = Span(words[0].span.start, words[-1].span.end)
    command = SimpleCommand(words, (), (), "", workdir, False, span)
    call = shell_call(command)
    if call is None:
        return Script((command,))
    scope = replace(_scope(variables, workdir, call.shell == "bash"), positional=call.positional)
    return _read(call.text.value or "", scope, locate_in(call.text))


def _json_words(instruction: Instruction, start: int) -> list[Word]:
    """Return the strings of the array with their places; they are words as they stand, nothing is expanded."""
    text, words = instruction.value, []
    at = start
    for value in instruction.exec_form or ():
        opening = text.find('"', at)
        end = _string_end(text, opening)
        if end is None:
            return [Word(item, item, instruction.span) for item in instruction.exec_form or ()]
        words.append(Word(text[opening:end], value, instruction.value_map.span(opening, end)))
        at = end
    return words


def _string_end(text: str, opening: int) -> int | None:
    if opening < 0:
        return None
    try:
        return json.decoder.JSONDecoder().raw_decode(text, opening)[1]
    except ValueError:
        return None
