"""Measures everything. Usage: python -m benchmarks [--write] [PART...].

The sections of the parts (all but `images`, which needs a container engine, when none is named) are printed. With
`--write` they take their places in docs/performance.md instead, and the other sections there stay as they are.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import batch, cold, warm

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
HEAD = "# Performance\n\nWritten by `make bench` and `make bench-images`; never asserted in tests."
EDITS = "400"


def lsp() -> str:
    """Return what benchmarks/lsp.py prints, as a list."""
    command = (sys.executable, str(ROOT / "benchmarks" / "lsp.py"), EDITS)
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "\n".join(f"- {line}" for line in printed.splitlines())


def images() -> str:
    """Return the section on images; what drives an engine is imported for it alone."""
    from benchmarks import images

    return images.report()


PARTS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "cold": ("Cold start", cold.report),
    "warm": ("Warm rewrite", warm.report),
    "batch": ("Batches", batch.report),
    "lsp": ("Language server", lsp),
    "images": ("Images", images),
}


def machine() -> str:
    """Return what and when the figures are measured."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    python = f"Python {platform.python_version()}"
    where = f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}, {python}"
    return f"Measured on {datetime.now(UTC):%Y-%m-%d}; {where}; load before: {load}."


def kept() -> dict[str, str]:
    """Return the sections of the page as it is, by title."""
    text = PAGE.read_text() if PAGE.exists() else ""
    sections = (section.partition("\n") for section in text.split("\n## ")[1:])
    return {title: body.strip() for title, _, body in sections}


def main() -> None:
    """Measure the parts that are named, or all but the images; print their sections, or write them to the page."""
    write = "--write" in sys.argv
    chosen = [name for name in sys.argv[1:] if name != "--write"] or [name for name in PARTS if name != "images"]
    sections = kept() if write else {}
    for name in chosen:
        title, report = PARTS[name]
        sections[title] = f"{machine()}\n\n{report()}"
    found = [f"## {title}\n\n{sections[title]}" for title, _ in PARTS.values() if title in sections]
    text = "\n\n".join([HEAD, *found]) + "\n"
    if write:
        PAGE.write_text(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
