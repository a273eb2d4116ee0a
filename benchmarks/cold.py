"""Cold starts: whole processes on one file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import Usage, run, table

ROOT = Path(__file__).resolve().parent.parent
GO, NODE = (str(ROOT / "fixtures" / name / "Dockerfile") for name in ("go/alpine", "node/article"))
TIMES = 11


def report() -> str:
    """Return the section of docs/performance.md."""
    floor = run((sys.executable, "-c", "pass"), TIMES)
    rows = [(name, used.wall, used.cpu, used.wall / floor.wall, used.memory) for name, used in _measured()]
    text = f"Medians of {TIMES} runs of a whole process; the ratio is to a Python that does nothing."
    return f"{text}\n\n{table(('command', 'wall ms', 'CPU ms', 'ratio', 'MB'), rows)}"


def _measured() -> Iterator[tuple[str, Usage]]:
    tools = Path(sys.executable).parent
    main = "from dockerslim_rewrite.cli.rewrite import main; main()"
    yield "`python -c pass`", run((sys.executable, "-c", "pass"), TIMES)
    yield "`python -c 'import typer, jinja2'`", run((sys.executable, "-c", "import typer, jinja2"), TIMES)
    yield "`rewrite`, Go", run((sys.executable, "-c", main, "-q", GO), TIMES)
    yield "`rewrite`, Node", run((sys.executable, "-c", main, "-q", NODE), TIMES)
    for tool, arguments in (("hadolint", ()), ("tally", ("lint", "--slow-checks=off"))):
        if (tools / tool).exists():
            yield f"`{' '.join((tool, *arguments))}`, Go", run((str(tools / tool), *arguments, GO), TIMES)
