"""The pages that explain each code, shipped with the package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
DECISION_DIRECTORIES = (_PACKAGE / "_decisions", _PACKAGE.parent / "docs" / "decisions")


def decision_path(code: str) -> Path | None:
    """Return the file of a code's page, or None when the program does not know the code."""
    for directory in DECISION_DIRECTORIES:
        path = directory / f"{code}.md"
        if code.isalnum() and path.is_file():
            return path
    return None


def decision_page(code: str) -> str | None:
    """Return the page of a code, or None when the program does not know it."""
    path = decision_path(code)
    return path.read_text(encoding="utf-8") if path is not None else None


def decision_codes() -> tuple[str, ...]:
    """Return the codes that have a page."""
    found = {path.stem for directory in DECISION_DIRECTORIES if directory.is_dir() for path in directory.glob("*.md")}
    return tuple(sorted(found))
