"""The formats of a report over many files, by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module

from dockerslim_rewrite.report.model import FileReport

# Each module has a function `render(reports, pages)` that yields pieces of text; it is loaded when it is asked for.
FORMATS = ("text", "json", "sarif", "github", "gitlab", "markdown", "html")
_MODULES = {"text": "lines", "json": "many"}


def needs_texts(name: str) -> bool:
    """Tell whether a format shows the files themselves."""
    return name in ("sarif", "html")


def needs_data(name: str) -> bool:
    """Tell whether a format shows whole plans."""
    return name == "json"


def render_report(name: str, reports: Sequence[FileReport], pages: str = "") -> Iterable[str]:
    """Return the pieces of a report in one of FORMATS; `pages` is where docs/decisions is published, "" for nowhere.

    Raises:
        ValueError: when there is no such format.
    """
    if name not in FORMATS:
        raise ValueError(f"there is no format {name}")
    module = import_module(f"dockerslim_rewrite.report.{_MODULES.get(name, name)}")
    pieces: Iterable[str] = module.render(reports, pages)
    return pieces
