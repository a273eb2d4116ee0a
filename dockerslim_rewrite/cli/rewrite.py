"""The `rewrite` command."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import Annotated

import typer

from dockerslim_rewrite import __version__


class Runtime(str, enum.Enum):
    """The bases that --runtime names."""

    auto = "auto"
    distroless = "distroless"
    alpine = "alpine"
    slim = "slim"
    scratch = "scratch"
    same = "same"


def _version(value: bool) -> None:
    if value:
        typer.echo(f"dockerslim-rewrite {__version__}")
        raise typer.Exit


def rewrite_command(
    dockerfile: Annotated[str, typer.Argument(help="The Dockerfile; - reads stdin.")] = "Dockerfile",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the result here.")] = None,
    context: Annotated[Path | None, typer.Option(help="Build context; default: the file's folder.")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show a unified diff; write nothing.")] = False,
    in_place: Annotated[bool, typer.Option("--in-place", help="Replace the Dockerfile.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 when a rewrite is available.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print outcome and plan as JSON.")] = False,
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Also take decisions that need review.")] = False,
    runtime: Annotated[Runtime, typer.Option(help="Runtime base; refused when evidence forbids it.")] = Runtime.auto,
    optimize: Annotated[bool, typer.Option("--optimize", help="Also improve the builder stage.")] = False,
    nonroot: Annotated[bool, typer.Option("--nonroot", help="Run as an unprivileged user.")] = False,
    templates: Annotated[Path | None, typer.Option(help="Folder of your own Jinja templates.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No report on stderr.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Turn a single-stage Dockerfile into a small multi-stage one.

    rewrite Dockerfile -o Dockerfile.ms

    rewrite --diff Dockerfile

    Exit codes: 0 rewritten or nothing to do, 1 --check found a rewrite,
    2 bad usage or input, 3 refused, 70 internal check failed.
    """
    from dockerslim_rewrite.cli.run import Call, run
    from dockerslim_rewrite.planning.model import Options

    call = Call(
        dockerfile=None if dockerfile == "-" else Path(dockerfile),
        output=output,
        context=context,
        diff=diff,
        in_place=in_place,
        check=check,
        json=json,
        quiet=quiet,
        templates=templates,
        options=Options(runtime.value, unsafe, optimize, nonroot),
    )
    raise typer.Exit(run(call))


def main() -> None:
    """Run `rewrite`."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(rewrite_command)
    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
