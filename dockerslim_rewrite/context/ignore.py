"""`.dockerignore`, matched as moby does."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from dockerslim_rewrite.context.glob import glob_matcher, has_many_stars


class IgnoreRules:
    """The rules of one .dockerignore text. A pattern that moby rejects is void, as no build would run with it."""

    def __init__(self, text: str) -> None:
        self._patterns = [line for line in map(_clean, text.splitlines()) if line]
        self._matcher: Any = None
        self._cached = lru_cache(maxsize=65536)(self._match)

    def excludes(self, path: str) -> bool:
        """Tell whether a path, relative to the context root, is left out of the build context."""
        return bool(self._patterns) and self._cached(path)

    def reaches_below(self, path: str) -> bool:
        """Tell whether a `!` rule may bring back a file below an ignored directory."""
        parts = path.strip("/").split("/")
        return any(_may_match_below(pattern[1:].split("/"), parts) for pattern in self._patterns if pattern[:1] == "!")

    def _match(self, path: str) -> bool:
        if self._matcher is None:
            self._matcher = _make_matcher(self._patterns)
            for text, pattern in zip(self._matcher.patterns, self._matcher._patterns, strict=True):
                if has_many_stars(text):
                    pattern.match = glob_matcher(text.removeprefix("!"))
        return bool(self._matcher.matches(path))


def _may_match_below(words: list[str], parts: list[str]) -> bool:
    for word, part in zip(words, parts, strict=False):
        if "**" in word:
            return True
        if not fnmatchcase(part, word):
            return False
    return True


def _make_matcher(patterns: list[str]) -> Any:
    from e2b_dockerfile_utils import PatternMatcher

    try:
        return PatternMatcher(patterns)
    except ValueError:
        return PatternMatcher([pattern for pattern in patterns if _is_valid(pattern)])


def _is_valid(pattern: str) -> bool:
    from e2b_dockerfile_utils import PatternMatcher

    try:
        PatternMatcher([pattern])
    except ValueError:
        return False
    return True


def _clean(line: str) -> str:
    """Clean one line as moby's reader does: comments out, white space and a leading slash removed."""
    if line.startswith("#"):
        return ""
    pattern = line.strip().lstrip("\ufeff")
    negated = pattern.startswith("!")
    body = pattern[1:].strip() if negated else pattern
    if len(body) > 1:
        body = body.rstrip("/")
    if body.startswith("/") and len(body) > 1:
        body = body[1:]
    body = body.removeprefix("./") or body
    return f"!{body}" if negated else body
