"""Which documents are Dockerfiles."""

from __future__ import annotations

from pathlib import PurePosixPath

_LANGUAGES = frozenset({"dockerfile", "containerfile"})
_NAMES = ("dockerfile", "containerfile")
_IGNORE_SUFFIX = ".dockerignore"


def is_dockerfile(uri: str, language: str) -> bool:
    """Tell whether a document is a Dockerfile, by the editor's language or its name.

    Names are `Dockerfile`, `Dockerfile.dev`, `api.Dockerfile` and the same with `Containerfile`, in any case.
    """
    if language.lower() in _LANGUAGES:
        return True
    name = PurePosixPath(uri).name.lower()
    if name.endswith(_IGNORE_SUFFIX):
        return False
    return any(name == stem or name.startswith(f"{stem}.") or name.endswith(f".{stem}") for stem in _NAMES)
