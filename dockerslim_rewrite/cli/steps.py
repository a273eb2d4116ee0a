"""Progress of a run in steps, on stderr: what is done now, and on a terminal the last line that it said."""

from __future__ import annotations

import shutil
import sys
import time

from dockerslim_rewrite.report.clean import printable

_CLEAR_LINE = "\r\x1b[K"


class Steps:
    """Call it with a text: a new step (True) or a line of the running step's output (False)."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._terminal = not quiet and sys.stderr.isatty()
        self._step = ""
        self._began = 0.0

    def __call__(self, text: str, is_step: bool) -> None:
        """Show a step or a line of its output."""
        if self._quiet:
            return
        if is_step:
            self.end()
            self._step, self._began = text, time.monotonic()
        if self._terminal:
            shown = self._step if is_step else f"{self._step}: {text}"
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(_CLEAR_LINE + printable(shown.replace("\n", " ").replace("\t", " "))[:width])
        elif is_step:
            sys.stderr.write(printable(text) + "\n")
        sys.stderr.flush()

    def end(self) -> None:
        """End the running step; on a terminal its line stays, with the seconds that it took."""
        if self._terminal and self._step:
            seconds = time.monotonic() - self._began
            sys.stderr.write(f"{_CLEAR_LINE}{printable(self._step)}: {seconds:.1f} s\n")
            sys.stderr.flush()
        self._step = ""
