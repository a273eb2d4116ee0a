"""Names of Dockerfiles, compose files and bake files, and of folders that no search enters. Facts: discovery.toml."""

from __future__ import annotations

import posixpath

from dockerslim_rewrite.knowledge.tables import load


def is_dockerfile_name(name: str) -> bool:
    """Tell whether a file's name says Dockerfile: `Dockerfile`, `Dockerfile.dev`, `web.Dockerfile`, `Containerfile`."""
    lower = name.lower()
    for word in load("discovery")["names"]:
        if lower == word or lower.endswith(f".{word}"):
            return True
        if lower.startswith((f"{word}.", f"{word}-", f"{word}_")):
            ending = lower.rpartition(".")[2]
            return not lower.endswith("~") and ending not in load("discovery")["not_endings"]
    return False


def is_compose_name(name: str) -> bool:
    """Tell whether a file's name says compose file: `compose.yaml`, `docker-compose.prod.yml`."""
    stem, ending = posixpath.splitext(name.lower())
    first = stem.partition(".")[0]
    return ending in (".yaml", ".yml") and first in ("compose", "docker-compose")


def is_bake_name(name: str) -> bool:
    """Tell whether a file is one that `docker buildx bake` reads without being told."""
    return name in load("discovery")["bake_names"]


def is_skipped_directory(name: str) -> bool:
    """Tell whether a folder of this name is left out of a search."""
    return name in load("discovery")["skipped_directories"]
