"""Which edits of the builder stage the user asked for: `--optimize`, less what `--skip` or a comment switches off."""

from __future__ import annotations

from dockerslim_rewrite.knowledge.references import parse_ref
from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.planning.ignores import ignored_codes, is_ignored
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.syntax.model import Dockerfile

DEPENDENCIES_FIRST = "O01"
CACHE_MOUNTS = "O02"
SMALLER_BINARIES = "O03"
LOCKED_INSTALL = "O04"
IMPROVEMENTS = (DEPENDENCIES_FIRST, CACHE_MOUNTS, SMALLER_BINARIES, LOCKED_INSTALL)

_WITHOUT_MOUNTS = pattern(r"1\.[01](\.\d+)?")  # docker/dockerfile knows RUN --mount since 1.2


def asked_improvements(dockerfile: Dockerfile, options: Options) -> frozenset[str]:
    """Return the codes of the improvements to make. `# dockerslim: ignore=O02` switches one off for its file."""
    if not options.optimize:
        return frozenset()
    ignored = ignored_codes(dockerfile, options.skip.split(","))
    asked = {code for code in IMPROVEMENTS if not is_ignored(code, ignored)}
    if not _has_mounts(dockerfile):
        asked.discard(CACHE_MOUNTS)
    return frozenset(asked)


def unknown_codes(skip: str) -> tuple[str, ...]:
    """Return the words of a `skip` list that are no improvement's code."""
    words = (word.strip() for word in skip.split(","))
    return tuple(word for word in words if word and word.upper() not in IMPROVEMENTS)


def _has_mounts(dockerfile: Dockerfile) -> bool:
    """Tell whether the frontend that the file names knows cache mounts; the engine's own does."""
    named = next((item.value for item in dockerfile.directives if item.name == "syntax"), None)
    if named is None:
        return True
    image = parse_ref(named)
    return image is not None and image.name == "dockerfile" and not _WITHOUT_MOUNTS.fullmatch(image.tag or "")
