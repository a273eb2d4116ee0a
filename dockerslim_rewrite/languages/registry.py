"""The languages that are known. A new language is one folder and one entry here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from msgspec import Struct

from dockerslim_rewrite.languages.model import Language


class Registration(Struct, frozen=True):
    """Where a language lives, and the words without which no Dockerfile uses it: its module is then not loaded."""

    module: str
    name: str
    markers: tuple[str, ...]


REGISTRATIONS = (
    Registration("dockerslim_rewrite.languages.go.language", "GoLanguage", ("golang", "go ")),
    Registration("dockerslim_rewrite.languages.node.language", "NodeLanguage", ("node", "npm", "yarn", "pnpm", "bun")),
    Registration("dockerslim_rewrite.languages.python.language", "PythonLanguage", ("python", "pip", "uv ", "poetry")),
)


def languages_for(text: str) -> Iterator[Language]:
    """Yield the languages that a Dockerfile's text may use, in order of registration."""
    folded = text.lower()
    for entry in REGISTRATIONS:
        if any(marker in folded for marker in entry.markers):
            language: Language = getattr(import_module(entry.module), entry.name)()
            yield language
