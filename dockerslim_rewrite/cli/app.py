"""The `dockerslim-rewrite` command: every command of the package."""

from __future__ import annotations

import difflib
from typing import Annotated

import typer

from dockerslim_rewrite.cli.acp import acp_command
from dockerslim_rewrite.cli.check import check_command
from dockerslim_rewrite.cli.init_ignore import init_ignore_command
from dockerslim_rewrite.cli.lsp import lsp_command
from dockerslim_rewrite.cli.process import EXIT_USAGE, put, say, start
from dockerslim_rewrite.cli.rewrite import Version, rewrite_command
from dockerslim_rewrite.cli.verify import verify_command
from dockerslim_rewrite.report.decisions import decision_codes, decision_page


def explain(code: Annotated[str, typer.Argument(help="A code from a report, for example G01.")]) -> None:
    """Show what a code means, the evidence it accepts and how to override it."""
    page = decision_page(code.upper())
    if page is None:
        near = difflib.get_close_matches(code.upper(), decision_codes(), n=3, cutoff=0.3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        say(f"dockerslim-rewrite: no decision has the code {code}{hint}")
        raise typer.Exit(EXIT_USAGE)
    put((page.rstrip("\n"), "\n"))


def _options(version: Version = False) -> None:
    """Turn single-stage Dockerfiles into small, correct multi-stage ones."""


def make_app() -> typer.Typer:
    """Return the application with all commands."""
    app = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    app.command("rewrite")(rewrite_command)
    app.command("check")(check_command)
    app.command("explain")(explain)
    app.command("init-ignore")(init_ignore_command)
    app.command("verify")(verify_command)
    app.command("lsp")(lsp_command)
    app.command("acp")(acp_command)
    return app


def main() -> None:
    """Run `dockerslim-rewrite`."""
    start(make_app())
