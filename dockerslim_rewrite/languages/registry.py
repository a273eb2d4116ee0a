"""The languages that are known. A new language is one folder and one line here."""

from __future__ import annotations

from dockerslim_rewrite.languages.go.language import GoLanguage
from dockerslim_rewrite.languages.model import Language
from dockerslim_rewrite.languages.node.language import NodeLanguage

LANGUAGES: tuple[Language, ...] = (GoLanguage(), NodeLanguage())
