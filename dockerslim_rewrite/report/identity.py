"""What makes a finding the same one in the next run."""

from __future__ import annotations

import hashlib


def fingerprint(file: str, code: str, message: str) -> str:
    """Return a hexadecimal identity that does not depend on the line, so that edits above do not change it."""
    text = "\0".join((file, code, message))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
