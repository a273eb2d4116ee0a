"""Which documents are Dockerfiles."""

from __future__ import annotations

from pathlib import PurePosixPath

from dockerslim_rewrite.knowledge.discovery import is_dockerfile_name

_LANGUAGES = frozenset({"dockerfile", "containerfile"})


def is_dockerfile(uri: str, language: str) -> bool:
    """Tell whether a document is a Dockerfile, by the editor's language or by its name as `check` sees it."""
    return language.lower() in _LANGUAGES or is_dockerfile_name(PurePosixPath(uri).name)
