"""`# dockerslim: ignore=CODE` comments: what the author of a file does not want to hear about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockerslim_rewrite.syntax.model import Comment, Dockerfile

# The code of "this file could be a multi-stage build", the only message that no hazard stands behind.
AVAILABLE = "multi-stage"
EVERYTHING = "all"

_PREFIX = "dockerslim:"
_KEY = "ignore"


def ignored_codes(dockerfile: Dockerfile, more: Iterable[str] = ()) -> frozenset[str]:
    """Return the codes that comments anywhere in the file switch off for the whole file, and `more`, in lower case.

    One comment may name several: `# dockerslim: ignore=N07, D09`. `ignore=all` switches every code off.
    """
    found = (code for comment in _comments(dockerfile) for code in _codes(comment.span.of(dockerfile.text)))
    return frozenset(code.strip().lower() for code in (*found, *more) if code.strip())


def is_ignored(code: str, ignored: frozenset[str]) -> bool:
    """Tell whether a code is switched off by a set from `ignored_codes`."""
    return EVERYTHING in ignored or code.lower() in ignored


def _comments(dockerfile: Dockerfile) -> Iterator[Comment]:
    for item in dockerfile.items:
        yield from item.comments


def _codes(comment: str) -> list[str]:
    body = comment.lstrip().lstrip("#").strip()
    if not body.lower().startswith(_PREFIX):
        return []
    key, _, codes = body[len(_PREFIX) :].partition("=")
    return codes.split(",") if key.strip().lower() == _KEY else []
