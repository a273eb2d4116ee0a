"""The static value of shell words: quotes, expansions, field splitting, braces. Nothing is executed."""

from __future__ import annotations

import re

from msgspec import Struct

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.braces import expand_braces
from dockerslim_rewrite.shell.parameters import UnknownValueError, apply_operator
from dockerslim_rewrite.shell.scope import Scope

MAX_VALUE = 4096  # of a variable, and of what expansions add to a word
MAX_FIELDS = 256
MAX_NESTING = 16

PLAIN = pattern(r"[A-Za-z0-9_./:=@%+,\-]+\Z")
NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
DIGIT = pattern(r"[0-9]")
_POSITION = pattern(r"[1-9][0-9]{0,8}")
SPECIAL = "@*#?-$!0123456789"
ANSI_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "e": "\x1b"}


class Field(Struct, frozen=True):
    """One field that a word expands to."""

    value: str
    glob: bool


class _Piece(Struct, frozen=True):
    """A part of a word. `quoted` text is literal; `split` text is an unquoted expansion, split into fields."""

    text: str
    quoted: bool = False
    split: bool = False


def expand_word(text: str, scope: Scope) -> tuple[Field, ...] | None:
    """Return the fields that a word expands to (none for an empty unquoted expansion), or None when not known."""
    if PLAIN.match(text):
        return (Field(text, False),)
    try:
        variants = expand_braces(text)
        if len(variants) > 1 and not scope.bash:
            return None  # dash and busybox take the braces literally, a bash as /bin/sh expands them
        fields = [field for variant in variants for field in _split(_scan(variant, scope, tilde=True), variant, scope)]
    except UnknownValueError:
        return None
    return tuple(fields) if len(fields) <= MAX_FIELDS else None


def expand_value(text: str, scope: Scope) -> str | None:
    """Return the value of an assignment's right side or a redirection's target, or None when not known."""
    if PLAIN.match(text):
        return text
    try:
        return _join(_scan(text, scope, tilde=True), text)
    except UnknownValueError:
        return None


def expand_heredoc(text: str, scope: Scope) -> str | None:
    """Return the body of a here-document with its expansions done, or None when not known."""
    if not any(mark in text for mark in "$`\\"):
        return text
    try:
        return _join(_Scanner(text, scope).double_quoted(0, end="")[0], text)
    except UnknownValueError:
        return None


def _scan(text: str, scope: Scope, *, tilde: bool, nesting: int = 0) -> list[_Piece]:
    scanner = _Scanner(text, scope, nesting)
    pieces: list[_Piece] = []
    at = 0
    if tilde and text.startswith("~"):
        if text != "~" and not text.startswith("~/"):
            raise UnknownValueError
        pieces.append(_Piece(_known(scope.lookup("HOME")), quoted=True))
        at = 1
    return pieces + scanner.unquoted(at)


def _known(value: str | None) -> str:
    if value is None or len(value) > MAX_VALUE:
        raise UnknownValueError
    return value


def _join(pieces: list[_Piece], written: str) -> str:
    if sum(len(piece.text) for piece in pieces) > len(written) + MAX_VALUE:
        raise UnknownValueError
    return "".join(piece.text for piece in pieces)


def _split(pieces: list[_Piece], written: str, scope: Scope) -> list[Field]:
    """Split pieces into fields as the shell does with the default IFS."""
    if any(piece.split for piece in pieces) and "IFS" in scope.variables:
        raise UnknownValueError
    fields: list[Field] = []
    current: list[_Piece] = []
    for piece in pieces:
        if not piece.split:
            current.append(piece)
            continue
        for number, part in enumerate(re.split(r"[ \t\n]+", piece.text)):
            if number and current:
                fields.append(_field(current, written))
                current = []
            if part:
                current.append(_Piece(part))
    if current:
        fields.append(_field(current, written))
    return fields


def _field(pieces: list[_Piece], written: str) -> Field:
    unquoted = "".join(piece.text for piece in pieces if not piece.quoted)
    glob = "*" in unquoted or "?" in unquoted or ("[" in unquoted and "]" in unquoted[unquoted.index("[") :])
    return Field(_join(pieces, written), glob)


class _Scanner:
    """Reads one word's text from left to right."""

    def __init__(self, text: str, scope: Scope, nesting: int = 0) -> None:
        if nesting > MAX_NESTING:
            raise UnknownValueError
        self._text = text
        self._scope = scope
        self._nesting = nesting

    def unquoted(self, at: int) -> list[_Piece]:
        text, pieces = self._text, []
        while at < len(text):
            character = text[at]
            if character == "'":
                end = self._find("'", at + 1)
                pieces.append(_Piece(text[at + 1 : end], quoted=True))
                at = end + 1
            elif character == '"':
                inner, at = self.double_quoted(at + 1, end='"')
                pieces.append(_Piece(_join(inner, text), quoted=True))
            elif character == "\\":
                if text[at + 1 : at + 2] != "\n":
                    pieces.append(_Piece(text[at + 1 : at + 2], quoted=True))
                at += 2
            elif character == "`" or (character in "<>" and text[at + 1 : at + 2] == "("):
                pieces.append(_Piece(self._backticks(at), split=True))
                at += len("`pwd`")
            elif character == "$":
                piece, at = self._dollar(at, quoted=False)
                pieces.append(piece)
            else:
                end = at + 1
                while end < len(text) and text[end] not in "'\"\\`$<>":
                    end += 1
                pieces.append(_Piece(text[at:end]))
                at = end
        return pieces

    def double_quoted(self, at: int, end: str) -> tuple[list[_Piece], int]:
        """Read to the closing quote, or to the end of a here-document's body (`end` is empty)."""
        text = self._text
        pieces: list[_Piece] = []
        while at < len(text):
            character = text[at]
            if character == end:
                return pieces, at + 1
            if character == "\\":
                following = text[at + 1 : at + 2]
                escapes = following != "" and following in "$`\\\n" + end
                kept = following if escapes else character + following
                pieces.append(_Piece("" if escapes and following == "\n" else kept, quoted=True))
                at += 2
            elif character == "`":
                pieces.append(_Piece(self._backticks(at), quoted=True))
                at += len("`pwd`")
            elif character == "$":
                piece, at = self._dollar(at, quoted=True)
                pieces.append(piece)
            else:
                stop = at + 1
                while stop < len(text) and text[stop] not in '"\\`$':
                    stop += 1
                pieces.append(_Piece(text[at:stop], quoted=True))
                at = stop
        if end:
            raise UnknownValueError
        return pieces, at

    def _find(self, mark: str, at: int) -> int:
        end = self._text.find(mark, at)
        if end < 0:
            raise UnknownValueError
        return end

    def _backticks(self, at: int) -> str:
        if not self._text.startswith("`pwd`", at):
            raise UnknownValueError
        return _known(self._scope.cwd)

    def _dollar(self, at: int, *, quoted: bool) -> tuple[_Piece, int]:
        text = self._text
        following = text[at + 1 : at + 2]
        if following == "{":
            end = self._closing_brace(at + 2)
            value = self._parameter(text[at + 2 : end], quoted)
            return _Piece(value, quoted=quoted, split=not quoted), end + 1
        if text.startswith("$(pwd)", at):
            return _Piece(_known(self._scope.cwd), quoted=quoted, split=not quoted), at + len("$(pwd)")
        if following == "'" and not quoted:
            return self._ansi(at + 2)
        if following == '"' and not quoted and self._scope.bash:
            inner, end = self.double_quoted(at + 2, end='"')
            return _Piece(_join(inner, text), quoted=True), end
        if following and following in SPECIAL:
            return _Piece(self._special(following), quoted=quoted, split=not quoted), at + 2
        name = NAME.match(text, at + 1)
        if name:
            value = _known(self._scope.lookup(name.group()))
            return _Piece(value, quoted=quoted, split=not quoted), name.end()
        if following and following in "([":
            raise UnknownValueError
        return _Piece("$", quoted=True), at + 1

    def _special(self, name: str) -> str:
        arguments = self._scope.positional
        if arguments is None or not _POSITION.fullmatch(name):
            raise UnknownValueError
        before = arguments[: int(name)]
        if any(word.value is None and "@" in word.text for word in before):
            raise UnknownValueError
        return _known(before[-1].value) if len(before) == int(name) else ""

    def _closing_brace(self, at: int) -> int:
        """Return where `${` ends, quotes and inner expansions skipped."""
        text, depth = self._text, 1
        while at < len(text):
            character = text[at]
            if character == "\\":
                at += 1
            elif character == "'":
                at = self._find("'", at + 1)
            elif text.startswith("${", at):
                depth += 1
                at += 1
            elif character == "}":
                depth -= 1
                if depth == 0:
                    return at
            at += 1
        raise UnknownValueError

    def _parameter(self, inner: str, quoted: bool) -> str:
        """Return the value of `${inner}`."""
        if inner.startswith("#") and NAME.fullmatch(inner, 1):
            return str(len(_known(self._scope.lookup(inner[1:]))))
        name = NAME.match(inner) or DIGIT.match(inner)
        if name is None:
            raise UnknownValueError
        value = self._special(name.group()) if DIGIT.match(name.group()) else _known(self._scope.lookup(name.group()))
        return apply_operator(value, inner[name.end() :], lambda word: self._operand(word, quoted), self._scope.bash)

    def _operand(self, word: str, quoted: bool) -> str:
        if quoted:
            return _join(_Scanner(word, self._scope, self._nesting + 1).double_quoted(0, end="")[0], word)
        pieces = _scan(word, self._scope, tilde=False, nesting=self._nesting + 1)
        if any(piece.quoted and (not piece.text or " " in piece.text or "\t" in piece.text) for piece in pieces):
            raise UnknownValueError  # its quoted parts are not split, the others are
        return _join(pieces, word)

    def _ansi(self, at: int) -> tuple[_Piece, int]:
        """Read bash's `$'...'`; other shells take it differently."""
        if not self._scope.bash:
            raise UnknownValueError
        characters: list[str] = []
        while at < len(self._text) and self._text[at] != "'":
            if self._text[at] == "\\":
                at += 1
                escape = ANSI_ESCAPES.get(self._text[at : at + 1])
                if escape is None:
                    raise UnknownValueError
                characters.append(escape)
            else:
                characters.append(self._text[at])
            at += 1
        return _Piece("".join(characters), quoted=True), at + 1
