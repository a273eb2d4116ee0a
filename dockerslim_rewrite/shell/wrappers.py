"""Commands that start another command: sudo, env, exec, tini, `sh -c TEXT`."""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.builtins import Wrapper, shell_facts
from dockerslim_rewrite.shell.model import Assignment, SimpleCommand, Word
from dockerslim_rewrite.syntax.model import Span

ASSIGNMENT = pattern(r"([A-Za-z_][A-Za-z0-9_]*)=")
_PUT_IN = pattern(r"\$(?:\{([A-Za-z_]\w*)(?::?[-+=?][^{}$\"\\]*)?\}|([A-Za-z_]\w*))")
_ESCAPED = pattern(r"\\([$\"\\])")


class ShellCall(Struct, frozen=True):
    """A shell that runs a text: the shell's base name, the text, and the words of its `"$@"`."""

    shell: str
    text: Word
    positional: tuple[Word, ...]


def unwrap(command: SimpleCommand) -> SimpleCommand:
    """Return the command that sudo, env, exec, tini and the like start, with their assignments merged.

    The words of the result are the last words of the command; a command that is no wrapper is returned as it is, as is
    a wrapper that runs nothing (`command -v x`, `exec > file`) or whose options are not static.
    """
    current = command
    while True:
        inner = _unwrap_once(current)
        if inner is None:
            return current
        current = inner


def shell_call(command: SimpleCommand) -> ShellCall | None:
    """Return what `sh -c TEXT` or `bash <<EOF` runs, wrappers removed; None for any other command or an unknown text.

    `parse_script` lists the commands of such a text behind the command itself, at a greater depth.
    """
    words = unwrap(command).words
    name = posixpath.basename(words[0].value or "") if words else ""
    if name not in shell_facts().shells:
        return None
    at, runs_text = _shell_options(words)
    if at is None:
        return None
    if runs_text:
        text = _text_of(words[at]) if at < len(words) else None
        return ShellCall(name, text, words[at + 2 :]) if text is not None else None
    bodies = [item.target for item in command.redirects if item.operator.startswith("<<")]
    if at == len(words) and bodies and bodies[-1].value is not None:
        return ShellCall(name, bodies[-1], ())
    return None


def _text_of(word: Word) -> Word | None:
    """Return the text that a shell is given, None when it is not known.

    In `sh -c "serve --port $PORT"` the outer shell puts the values of variables in. Where they are not known, the text
    is read as if the inner shell did: the same, unless the inner one quotes or sets such a variable.
    """
    text = word.text
    if word.value is not None:
        return word
    if len(text) < 2 or text[0] != '"' or text[-1] != '"' or "'" in text or "`" in text:
        return None
    plain = _ESCAPED.sub("", text[1:-1])
    if any(mark in _PUT_IN.sub("", plain) for mark in '$"\\'):
        return None
    bare = _PUT_IN.sub(" ", text[1:-1])
    if any(re.search(rf"\b{match[1] or match[2]}\b", bare) for match in _PUT_IN.finditer(plain)):
        return None
    return replace(word, value=_ESCAPED.sub(r"\1", text[1:-1]))


def _shell_options(words: tuple[Word, ...]) -> tuple[int | None, bool]:
    """Return where a shell's operands begin (None when an option is not static), and whether `-c` is given."""
    at, runs_text = 1, False
    while at < len(words):
        value = words[at].value
        if value is None:
            return (at, True) if runs_text else (None, False)
        if value in ("-", "--"):
            return at + 1, runs_text
        if not value.startswith(("-", "+")):
            break
        short = not value.startswith("--")
        runs_text |= short and "c" in value
        at += 2 if (short and value[-1] in "oO") or value in ("--rcfile", "--init-file") else 1
    return at, runs_text


def _unwrap_once(command: SimpleCommand) -> SimpleCommand | None:
    words = command.words
    name = words[0].value if words else None
    wrapper = shell_facts().wrappers.get(posixpath.basename(name)) if name else None
    start = _command_start(wrapper, words) if wrapper else None
    if wrapper is None or start is None:
        return None
    added: list[Assignment] = []
    while wrapper.assignments and start < len(words):
        assignment = _assignment(words[start])
        if assignment is None:
            break
        added.append(assignment)
        start += 1
    if start >= len(words):
        return None
    return replace(command, words=words[start:], assignments=(*command.assignments, *added))


def _command_start(wrapper: Wrapper, words: tuple[Word, ...]) -> int | None:
    """Return where the wrapped command, or an assignment before it, begins."""
    at = 1
    while at < len(words):
        value = words[at].value
        if value is None:
            break  # "$@", or a name that is not known: the command itself
        if value == "--":
            at += 1
            break
        if not value.startswith("-") or value == "-":
            break
        if value in wrapper.query_options:
            return None
        at += 2 if value in wrapper.value_options else 1
    at += wrapper.operands
    # gosu takes its user first and options are over then; "--" may still follow it
    if wrapper.operands and at < len(words) and words[at].value == "--":
        at += 1
    return at if at < len(words) else None


def _assignment(word: Word) -> Assignment | None:
    """Read a word `NAME=value`; the name must be written, the value need not be known."""
    match = ASSIGNMENT.match(word.text)
    if match is None:  # the whole word may be quoted
        match = ASSIGNMENT.match(word.value or "")
        return match and Assignment(match.group(1), replace(word, value=(word.value or "")[match.end() :]))
    value = None if word.value is None else word.value.partition("=")[2]
    span = word.span
    if span.end - span.start == len(word.text):
        span = Span(span.start + match.end(), span.end)
    return Assignment(match.group(1), Word(word.text[match.end() :], value, span, word.glob))
