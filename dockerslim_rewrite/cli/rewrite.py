"""The `rewrite` command."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from dockerslim_rewrite import __version__
from dockerslim_rewrite.cli.process import put, start


class Runtime(enum.StrEnum):
    """The bases that --runtime names."""

    auto = "auto"
    distroless = "distroless"
    alpine = "alpine"
    slim = "slim"
    scratch = "scratch"
    same = "same"


def _version(value: bool) -> None:
    if value:
        put((f"dockerslim-rewrite {__version__}\n",))
        raise typer.Exit


Dockerfile = Annotated[str, typer.Argument(help="The Dockerfile; - reads stdin.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write the result here.")]
ContextDir = Annotated[
    Path | None, typer.Option("--context", help="Build context; default: as compose says, or as COPY needs.")
]
Diff = Annotated[bool, typer.Option("--diff", help="Show a unified diff; write nothing.")]
InPlace = Annotated[bool, typer.Option("--in-place", help="Replace the Dockerfile.")]
Check = Annotated[bool, typer.Option("--check", help="Exit 1 when a rewrite is available.")]
Json = Annotated[bool, typer.Option("--json", help="Print outcome and plan as JSON.")]
Unsafe = Annotated[bool, typer.Option("--unsafe", help="Also take decisions that need review.")]
Base = Annotated[Runtime, typer.Option("--runtime", help="Runtime base; refused when evidence forbids it.")]
Optimize = Annotated[bool, typer.Option("--optimize", help="Also improve the builder stage.")]
Skip = Annotated[
    list[str] | None, typer.Option("--skip", metavar="CODE", help="Leave this one of --optimize out (O01 to O04).")
]
Nonroot = Annotated[bool, typer.Option("--nonroot", help="Run as an unprivileged user.")]
Templates = Annotated[Path | None, typer.Option("--templates", help="Folder of your own Jinja templates.")]
NoConfig = Annotated[bool, typer.Option("--no-config", help="Read no configuration file.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No report on stderr.")]
Version = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")]


def rewrite_command(
    dockerfile: Dockerfile = "Dockerfile",
    output: Output = None,
    context: ContextDir = None,
    diff: Diff = False,
    in_place: InPlace = False,
    check: Check = False,
    json: Json = False,
    unsafe: Unsafe = False,
    runtime: Base = Runtime.auto,
    optimize: Optimize = False,
    skip: Skip = None,
    nonroot: Nonroot = False,
    templates: Templates = None,
    no_config: NoConfig = False,
    quiet: Quiet = False,
    version: Version = False,
) -> None:
    """Turn a single-stage Dockerfile into a small multi-stage one.

    rewrite Dockerfile -o Dockerfile.ms

    rewrite --diff Dockerfile

    Exit codes: 0 rewritten or nothing to do, 1 --check found a rewrite,
    2 bad usage or input, 3 refused, 70 internal check failed.
    """
    from dockerslim_rewrite.cli.run import Call, run
    from dockerslim_rewrite.planning.model import Options

    file = None if dockerfile == "-" else Path(dockerfile)
    options = Options(runtime.value, unsafe, optimize, nonroot, ",".join(skip or ()))
    raise typer.Exit(
        run(Call(file, output, context, diff, in_place, check, json, quiet, templates, options, no_config))
    )


def main() -> None:
    """Run `rewrite`."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(rewrite_command)
    start(app)
