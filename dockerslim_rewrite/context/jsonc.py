"""JSON with comments and trailing commas, as tsconfig.json, bun.lock, nest-cli.json and editors write it."""

from __future__ import annotations

import json
import re

from dockerslim_rewrite.patterns import pattern

# Strings come first, so that what looks like a comment or a comma inside one stays. One that is not closed goes to the
# end: a pattern that fails there would start anew at each mark.
_COMMENT = pattern(r'"(?:\\.?|[^"\\])*+"?|//[^\n]*|/\*(?:.*?\*/|.*)', re.DOTALL)
_TRAILING_COMMA = pattern(r'"(?:\\.?|[^"\\])*+"?|,(?=\s*+[}\]])', re.DOTALL)


def parse_jsonc(text: str) -> object:
    """Return the value of a JSON or JSONC text, or None when it is neither. Linear in the length of the text."""
    text = text.removeprefix("\ufeff")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    text = _COMMENT.sub(lambda match: match[0] if match[0].startswith('"') else " ", text)
    text = _TRAILING_COMMA.sub(lambda match: "" if match[0] == "," else match[0], text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def parse_object(text: str | None) -> dict[str, object]:
    """Return the object that a text holds; empty for anything else, None included."""
    value = parse_jsonc(text) if text is not None else None
    return value if isinstance(value, dict) else {}
