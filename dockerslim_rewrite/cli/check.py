"""The `check` command: many files."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from dockerslim_rewrite.cli.rewrite import Runtime


class Format(enum.StrEnum):
    """The report's formats."""

    text = "text"
    json = "json"
    sarif = "sarif"
    github = "github"
    gitlab = "gitlab"
    markdown = "markdown"
    html = "html"


class FailOn(enum.StrEnum):
    """What makes the exit code 1. Each includes those before it."""

    never = "never"
    rewrite = "rewrite"
    refused = "refused"


Paths = Annotated[list[Path] | None, typer.Argument(help="Files and folders; default: the current folder.")]
Write = Annotated[bool, typer.Option("--write", help="Rewrite files in place.")]
OutputDir = Annotated[Path | None, typer.Option("--output-dir", help="Write rewrites below this folder instead.")]
ReportFormat = Annotated[Format, typer.Option("--format", "-f", help="Format of the report.")]
ReportFile = Annotated[Path | None, typer.Option("--output", "-o", help="Write the report here, not to stdout.")]
More = Annotated[
    list[str] | None, typer.Option("--report", metavar="FORMAT=FILE", help="One more report; may be repeated.")
]
Fail = Annotated[FailOn | None, typer.Option("--fail-on", help="Exit 1 on this. [default: rewrite]")]
Include = Annotated[list[str] | None, typer.Option("--include", metavar="GLOB", help="Also take files like this.")]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", metavar="GLOB", help="Leave these paths out.")]
NoGitignore = Annotated[bool, typer.Option("--no-gitignore", help="Also search what Git ignores.")]
Workers = Annotated[int, typer.Option("--workers", "-j", min=0, help="Processes; 0: one for each processor.")]
Unsafe = Annotated[bool | None, typer.Option("--unsafe/--safe", help="Also take decisions that need review.")]
Base = Annotated[Runtime | None, typer.Option("--runtime", help="Runtime base for all files.")]
Optimize = Annotated[bool | None, typer.Option("--optimize/--no-optimize", help="Also improve the builder stage.")]
Nonroot = Annotated[bool | None, typer.Option("--nonroot/--no-nonroot", help="Run as an unprivileged user.")]
Templates = Annotated[Path | None, typer.Option("--templates", help="Folder of your own Jinja templates.")]
Config = Annotated[Path | None, typer.Option("--config", help="This configuration for all files.")]
NoConfig = Annotated[bool, typer.Option("--no-config", help="Read no configuration file.")]
Verified = Annotated[
    list[Path] | None, typer.Option("--verified", metavar="JSON", help="Take sizes from `verify --json`.")
]
Pages = Annotated[
    str, typer.Option("--pages", metavar="URL", envvar="DOCKERSLIM_PAGES", help="Where docs/decisions is published.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]


def _report(text: str) -> tuple[str, Path]:
    name, equals, file = text.partition("=")
    if not equals or not file or name not in list(Format):
        raise typer.BadParameter(f"{text!r} is not FORMAT=FILE with one of {', '.join(Format)}", param_hint="--report")
    return name, Path(file)


def check_command(
    paths: Paths = None,
    write: Write = False,
    output_dir: OutputDir = None,
    format: ReportFormat = Format.text,
    output: ReportFile = None,
    report: More = None,
    fail_on: Fail = None,
    include: Include = None,
    exclude: Exclude = None,
    no_gitignore: NoGitignore = False,
    workers: Workers = 0,
    unsafe: Unsafe = None,
    runtime: Base = None,
    optimize: Optimize = None,
    nonroot: Nonroot = None,
    templates: Templates = None,
    config: Config = None,
    no_config: NoConfig = False,
    verified: Verified = None,
    pages: Pages = "",
    quiet: Quiet = False,
) -> None:
    """Look at many Dockerfiles, for CI and whole repositories.

    dockerslim-rewrite check .

    dockerslim-rewrite check --write services/

    dockerslim-rewrite check -f sarif -o report.sarif --fail-on never .

    Exit codes: 0 nothing to do, 1 what --fail-on names, 2 bad usage or a
    broken file (the others are done all the same), 70 internal check failed.
    """
    from dockerslim_rewrite.cli.check_run import CheckCall, run_check
    from dockerslim_rewrite.config.model import Choices

    choices = Choices(
        runtime=runtime.value if runtime is not None else None,
        unsafe=unsafe,
        optimize=optimize,
        nonroot=nonroot,
        templates=templates.resolve() if templates is not None else None,
        fail_on=fail_on.value if fail_on is not None else None,
    )
    call = CheckCall(
        paths=tuple(paths or (Path(),)),
        write=write,
        output_dir=output_dir,
        format=format.value,
        report=output,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        workers=workers,
        gitignore=not no_gitignore,
        quiet=quiet,
        choices=choices,
        config=config,
        no_config=no_config,
        verified=tuple(verified or ()),
        pages=pages,
        more=tuple(map(_report, report or ())),
    )
    raise typer.Exit(run_check(call))
