"""Measures the command on hostile projects: `python -m tests.hostile.measure [CASE ...]` prints a table."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.cases import CASES

COMMAND = (sys.executable, "-c", "from dockerslim_rewrite.cli.rewrite import main; main()")
MAX_SECONDS = 10.0
MAX_MEGABYTES = 500
MAX_WAIT = 240.0  # seconds by the clock, on a machine that does other things as well


@dataclass(frozen=True)
class Measured:
    """What one run took: processor seconds, resident memory at its peak in MiB, exit code and the report."""

    seconds: float
    megabytes: int
    code: int
    report: str


def measure(folder: Path, *arguments: str) -> Measured:
    """Run `rewrite Dockerfile -o Dockerfile.out` in a folder. One that does not end is killed: code -9."""
    report = folder / ".report"
    command = [*COMMAND, "Dockerfile", "-o", "Dockerfile.out", *arguments]
    with report.open("wb") as errors:
        process = subprocess.Popen(command, cwd=folder, stdout=errors, stderr=errors)
        end = time.monotonic() + MAX_WAIT
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        while not done:
            time.sleep(0.05)
            if time.monotonic() > end:
                os.kill(process.pid, signal.SIGKILL)  # kill() would reap it
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    text = report.read_text("utf-8", "replace")
    return Measured(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, process.returncode, text)


def main(names: list[str]) -> None:
    """Print one line of a Markdown table for each case."""
    for name in names or CASES:
        folder = tempfile.mkdtemp()
        # not in this process: a program is said to have been as large as the one that started it
        subprocess.run([sys.executable, "-m", "tests.hostile.cases", name, folder], check=True)
        seen = measure(Path(folder))
        subprocess.run(["rm", "-rf", folder], check=True)  # Python's own removal ends on deep folders
        first = seen.report.splitlines()[0][:110] if seen.report else ""
        words = name.replace("_", " ")
        print(f"| {words} | {seen.seconds:.1f} s | {seen.megabytes} MiB | {seen.code} | {first} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
