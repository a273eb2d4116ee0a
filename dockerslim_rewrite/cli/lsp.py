"""The `lsp` command: the language server on stdin and stdout."""

from __future__ import annotations

from typing import Annotated

import typer

from dockerslim_rewrite.cli.process import EXIT_USAGE, say

Stdio = Annotated[bool, typer.Option("--stdio", help="Speak on stdin and stdout, as always; for editors that say so.")]


def lsp_command(stdio: Stdio = True) -> None:
    """Start the language server on stdin and stdout, for an editor."""
    try:
        from dockerslim_rewrite.lsp.start import serve
    except ImportError as error:
        say(f"dockerslim-rewrite: lsp needs the package {error.name}: install dockerslim-rewrite[lsp]")
        raise typer.Exit(EXIT_USAGE) from None
    serve()
