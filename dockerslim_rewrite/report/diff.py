"""Unified diffs that `patch` applies."""

from __future__ import annotations

import difflib


def unified_diff(before: str, after: str, from_name: str, to_name: str) -> str:
    """Return the unified diff of two texts; "" when they are equal.

    Unlike difflib alone it marks a missing line end at the end of a file, so that `patch` restores it exactly.
    """
    lines = difflib.unified_diff(_lines(before), _lines(after), fromfile=from_name, tofile=to_name, lineterm="\n")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """Split at LF only, as patch does: other line separators belong to the line."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
