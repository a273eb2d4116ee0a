"""Image references: registry/path/name:tag@digest, by the grammar of the OCI distribution specification."""

from __future__ import annotations

from dockerslim_rewrite.knowledge.model import ImageRef
from dockerslim_rewrite.patterns import pattern

MAX_LENGTH = 4096
_HOST = pattern(r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?")
_COMPONENT = pattern(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = pattern(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}")


def parse_ref(text: str) -> ImageRef | None:
    """Take an image reference apart, or return None when it is none (an unexpanded variable, a bad character).

    `registry` is what stands before the last slash, as written: host, path, both or "".
    """
    if not text or len(text) > MAX_LENGTH:
        return None
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return None
    registry, _, last = rest.rpartition("/")
    name, colon, tag = last.partition(":")
    if not _COMPONENT.fullmatch(name) or (colon and not _TAG.fullmatch(tag)) or not _is_registry(registry):
        return None
    if rest.startswith("/"):
        return None
    return ImageRef(text, registry, name, tag if colon else None, digest if at else None)


def _is_registry(registry: str) -> bool:
    if not registry:
        return True
    first, *path = registry.split("/")
    is_host = "." in first or ":" in first or first == "localhost"
    return bool((_HOST if is_host else _COMPONENT).fullmatch(first)) and all(map(_COMPONENT.fullmatch, path))
