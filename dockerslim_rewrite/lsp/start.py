"""Starts the server on stdin and stdout."""

from __future__ import annotations

import sys

from dockerslim_rewrite.lsp.features import make_server
from dockerslim_rewrite.lsp.protocol import set_up_logging, take_stdout


def serve() -> int:
    """Serve one client until it says goodbye or closes the connection; return the exit code."""
    set_up_logging()
    make_server().start_io(sys.stdin.buffer, take_stdout())
    return 0
