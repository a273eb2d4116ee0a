"""A script's own directory."""

from __future__ import annotations

import posixpath

# `dirname "$0"` in its usual spellings: the shell parser does not evaluate substitutions, and scripts start with these
_OWN_DIRECTORY = (
    '$(dirname "$0")', "$(dirname $0)", '`dirname "$0"`', "`dirname $0`", '$(dirname "${0}")', "${0%/*}",
    '$(dirname "${BASH_SOURCE[0]}")', "$(dirname ${BASH_SOURCE[0]})", '$(dirname "$BASH_SOURCE")',
    '$( dirname "${BASH_SOURCE[0]}" )', '$(dirname -- "$0")', '$(dirname -- "${BASH_SOURCE[0]}")',
)  # fmt: skip


def with_own_directory(text: str, directory: str) -> str:
    """Put a script's own directory in the place of the substitutions that compute it."""
    for spelling in _OWN_DIRECTORY:
        text = text.replace(spelling, directory)
    for quote in ('"', ""):
        for space in ("", " "):
            text = text.replace(f"$({space}cd {quote}{directory}{quote} && pwd{space})", directory)
            for up in ("/..", "/../.."):
                above = posixpath.normpath(directory + up)
                text = text.replace(f"$({space}cd {quote}{directory}{up}{quote} && pwd{space})", above)
    return text
