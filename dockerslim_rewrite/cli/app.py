"""The `dockerslim-rewrite` command: every command of the package."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from dockerslim_rewrite.cli.rewrite import rewrite_command

_PACKAGE = Path(__file__).resolve().parent.parent
DECISION_DIRECTORIES = (_PACKAGE / "_decisions", _PACKAGE.parent / "docs" / "decisions")


def decision_page(code: str) -> str | None:
    """Return the page of a code, or None when the program does not know it."""
    for directory in DECISION_DIRECTORIES:
        path = directory / f"{code}.md"
        if code.isalnum() and path.is_file():
            return path.read_text(encoding="utf-8")
    return None


def decision_codes() -> tuple[str, ...]:
    """Return the codes that have a page."""
    found = {path.stem for directory in DECISION_DIRECTORIES if directory.is_dir() for path in directory.glob("*.md")}
    return tuple(sorted(found))


def explain(code: Annotated[str, typer.Argument(help="A code from a report, for example G01.")]) -> None:
    """Show what a code means, the evidence it accepts and how to override it."""
    page = decision_page(code.upper())
    if page is None:
        near = difflib.get_close_matches(code.upper(), decision_codes(), n=3, cutoff=0.3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        typer.echo(f"dockerslim-rewrite: no decision has the code {code}{hint}", err=True)
        raise typer.Exit(2)
    typer.echo(page.rstrip("\n"))


def make_app() -> typer.Typer:
    """Return the application with all commands."""
    app = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="Turns single-stage Dockerfiles into small, correct multi-stage ones.",
    )
    app.command("rewrite")(rewrite_command)
    app.command("explain")(explain)
    return app


def main() -> None:
    """Run `dockerslim-rewrite`."""
    make_app()()
