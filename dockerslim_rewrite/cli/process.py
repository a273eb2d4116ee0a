"""How a command ends: exit codes, and streams that cannot be written: a message, never a traceback."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Never

import typer

from dockerslim_rewrite.cli.files import UserError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

EXIT_OK, EXIT_AVAILABLE, EXIT_USAGE, EXIT_REFUSED, EXIT_INTERNAL = 0, 1, 2, 3, 70


def start(app: typer.Typer) -> Never:
    """Run an application and end the process with its exit code.

    The interpreter's own way out frees each object first, for nothing: it is left out.
    """
    _open_closed()
    sys.stderr = _talk()
    status: object = EXIT_USAGE
    try:
        app()
    except SystemExit as end:
        status = end.code
    except UserError as error:
        say(f"dockerslim-rewrite: {error}")
    except OSError as error:  # from what typer prints: help, a version
        say(f"dockerslim-rewrite: stdout: cannot be written ({error.strerror or error})")
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 0)


def put(pieces: Iterable[str]) -> None:
    """Print on stdout, byte for byte. That a reader has left is no error: `| head` has seen enough.

    Raises:
        UserError: when it cannot be written: a full disk, a closed stream.
    """
    try:
        sys.stdout.flush()
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _discard()
    except OSError as error:
        _discard()
        raise UserError(f"stdout: cannot be written ({error.strerror or error})") from None


def say(text: str) -> None:
    """Print a line on stderr, safe for a terminal."""
    from dockerslim_rewrite.report.clean import printable

    print(printable(text), file=sys.stderr)  # noqa: T201 - the talk of a command line program


def _discard() -> None:
    """Send what is left in stdout's buffer, and what comes, nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _open_closed() -> None:
    """Make a stream that the caller closed one that fails: no file that a command opens may get its number."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_WRONLY if mode == "r" else os.O_RDONLY)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, os.fdopen(number, mode))


class _Raw(io.FileIO):
    """Writes what can be written: a report that is lost does not stop the work."""

    def write(self, data: ReadableBuffer) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def _talk() -> io.TextIOWrapper:
    raw = _Raw(2, "w", closefd=False)
    buffered = io.BufferedWriter(raw)
    return io.TextIOWrapper(buffered, sys.stderr.encoding, "backslashreplace", line_buffering=True)
