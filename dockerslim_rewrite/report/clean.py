"""Text of strangers, made safe for a terminal."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    r"""Return a text with control and format characters as `\xNN` or `\uNNNN`; tabs and line ends stay.

    Terminal escapes and bidirectional overrides in a Dockerfile could otherwise change what a report seems to say.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _is_safe(character) else _escaped(character) for character in text)


def _is_safe(character: str) -> bool:
    return character in "\t\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
