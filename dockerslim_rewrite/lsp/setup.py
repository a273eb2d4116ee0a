"""How an open document is rewritten: editor's settings over the configuration, that over compose and bake files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from dockerslim_rewrite.config.find import CONFIG_FILES
from dockerslim_rewrite.config.model import Choices
from dockerslim_rewrite.configured import Setup, make_configs, set_up
from dockerslim_rewrite.discovery.builds import Builds, folders_above
from dockerslim_rewrite.knowledge.discovery import is_bake_name, is_compose_name
from dockerslim_rewrite.knowledge.overlay import Overlay
from dockerslim_rewrite.lsp.context import Stamp, stamp
from dockerslim_rewrite.lsp.settings import Settings
from dockerslim_rewrite.planning.model import Options

Marks: TypeAlias = tuple[tuple[str, Stamp], ...]


def document_setup(path: Path | None, settings: Settings, folders: Iterable[Path]) -> Setup:
    """Return how a document is rewritten; one without a file knows the editor's settings only.

    Raises:
        ConfigError: when a configuration file is wrong.
    """
    if path is None:
        return plain_setup(settings)
    workspace = next((folder for folder in folders if path.is_relative_to(folder)), path.parent)
    context = workspace / settings.context if settings.context else None
    return set_up(make_configs(), Builds(), path, Choices(context=context, nonroot=settings.nonroot or None))


def plain_setup(settings: Settings) -> Setup:
    """Return what the editor's settings alone say."""
    return Setup(Options(nonroot=settings.nonroot), None, Path(), (), Overlay())


def marks(path: Path | None, templates: Path | None) -> Marks:
    """Return what tells that a setup is still the right one: the state of every file that it was read from.

    These are the configuration, compose and bake files from the document's folder up to the root of its repository, and
    the templates.
    """
    found: list[str] = []
    for folder in folders_above(str(path.parent)) if path is not None else ():
        found += (f"{folder}/{name}" for name in CONFIG_FILES)
        found += (f"{folder}/{name}" for name in _names(folder) if is_compose_name(name) or is_bake_name(name))
    if templates is not None:
        found += (f"{templates}/{name}" for name in _names(str(templates)))
    return tuple((name, stamp(name)) for name in found)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths
    except OSError:
        return []
