"""Starts the server on stdin and stdout."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from dockerslim_rewrite.lsp.features import make_server
from dockerslim_rewrite.lsp.protocol import set_up_logging, take_stdout


def serve() -> NoReturn:
    """Serve one client until it says goodbye or closes the connection; end the process."""
    set_up_logging()
    make_server().start_io(sys.stdin.buffer, take_stdout())
    sys.stderr.flush()
    os._exit(0)  # an ordinary exit would join the thread that waits for input
