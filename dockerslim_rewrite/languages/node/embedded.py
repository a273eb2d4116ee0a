"""The scripts inside files of frameworks: what .vue, .svelte and .astro hold between markup and styles.

Sources: https://vuejs.org/api/sfc-spec.html, https://svelte.dev/docs/svelte/svelte-files,
https://docs.astro.build/en/basics/astro-components/
"""

from __future__ import annotations

import re

from dockerslim_rewrite.patterns import pattern

EXTENSIONS = (".vue", ".svelte", ".astro")
_SCRIPT = pattern(r"<script\b[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_FENCE = pattern(r"\s*---\r?\n(.*?)\r?\n---\s*$", re.DOTALL | re.MULTILINE)


def scripts_in(path: str, text: str) -> str:
    """Return a file's scripts, each on the lines where it stands; other files are returned as they are."""
    if not path.endswith(EXTENSIONS):
        return text
    fence = _FENCE.match(text) if path.endswith(".astro") else None
    found = [fence] if fence is not None else []
    found.extend(_SCRIPT.finditer(text, fence.end() if fence is not None else 0))
    parts: list[str] = []
    at = 0
    for match in found:
        lines = text.count("\n", at, match.start(1))
        parts += ["\n" * (max(lines, 1) if parts else lines), match.group(1)]
        at = match.end(1)
    return "".join(parts)
