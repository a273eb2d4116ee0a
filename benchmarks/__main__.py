"""Measures everything and writes docs/performance.md. Usage: make bench, or python -m benchmarks [PART...]."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import batch, cold, warm

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"


def lsp() -> str:
    """Return what benchmarks/lsp.py prints, as a list."""
    command = (sys.executable, str(ROOT / "benchmarks" / "lsp.py"), "400")
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "\n".join(f"- {line}" for line in printed.splitlines())


PARTS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "cold": ("Cold start", cold.report),
    "warm": ("Warm rewrite", warm.report),
    "batch": ("Batches", batch.report),
    "lsp": ("Language server", lsp),
}


def machine() -> str:
    """Return what the figures were measured on."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    python = f"Python {platform.python_version()}"
    return f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}, {python}; load before: {load}"


def main() -> None:
    """Run the parts that are named, or all; write the page when all were run, print them otherwise."""
    chosen = sys.argv[1:] or list(PARTS)
    sections = [f"Measured on {machine()}. Processor times depend less on the load than wall times do."]
    for name in chosen:
        title, report = PARTS[name]
        sections.append(f"## {title}\n\n{report()}")
    text = "\n\n".join(["# Performance", "Written by `make bench`; never asserted in tests.", *sections, ""])
    if sys.argv[1:]:
        print(text)
    else:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
