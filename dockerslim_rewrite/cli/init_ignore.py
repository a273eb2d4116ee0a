"""The `init-ignore` command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The build context.")]
Dockerfiles = Annotated[
    list[Path] | None, typer.Option("--file", "-f", help="A Dockerfile that is built with it; default: those in it.")
]


def init_ignore_command(folder: Folder = Path(), file: Dockerfiles = None) -> None:
    """Print a .dockerignore for a build context, each line explained.

    dockerslim-rewrite init-ignore . >> .dockerignore

    Nothing is written: an existing file is taken into account, and only what
    it lacks is printed.
    """
    from dockerslim_rewrite.cli.files import UserError, read_dockerfile
    from dockerslim_rewrite.cli.process import EXIT_USAGE, put, say
    from dockerslim_rewrite.context.local import LocalContext
    from dockerslim_rewrite.discovery.ignore_file import render_lines, suggest_lines
    from dockerslim_rewrite.knowledge.discovery import is_dockerfile_name
    from dockerslim_rewrite.syntax.parser import parse_dockerfile

    try:
        if not folder.is_dir():
            raise UserError(f"{folder}: no such folder")
        own = sorted(path for path in folder.iterdir() if is_dockerfile_name(path.name) and path.is_file())
        parsed = [parse_dockerfile(read_dockerfile(path)) for path in file or own]
    except UserError as error:
        say(f"dockerslim-rewrite: {error}")
        raise typer.Exit(EXIT_USAGE) from None
    lines = suggest_lines(LocalContext(folder), [dockerfile for dockerfile in parsed if not dockerfile.problems])
    put((render_lines(lines, ".dockerignore"),))
