"""The `verify` command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dockerslim_rewrite.cli.process import EXIT_USAGE, say
from dockerslim_rewrite.cli.rewrite import ContextDir, NoConfig

Paths = Annotated[list[Path] | None, typer.Argument(help="The Dockerfile; with --bake also several, or folders.")]
RewrittenFile = Annotated[
    Path | None, typer.Option("--rewritten", help="Verify this multi-stage file instead of ours.")
]
BuildArg = Annotated[list[str] | None, typer.Option("--build-arg", help="NAME=VALUE, or NAME from the environment.")]
Builder = Annotated[str | None, typer.Option("--builder", help="A buildx builder, for example a remote one.")]
EngineName = Annotated[
    str | None, typer.Option("--engine", envvar="DOCKERSLIM_ENGINE", help="docker, podman or nerdctl.")
]
Network = Annotated[
    str | None, typer.Option("--network", envvar="DOCKERSLIM_BUILD_NETWORK", help="Network of the builds' RUN.")
]
RunArg = Annotated[list[str] | None, typer.Option("--run-arg", help="An option for the engine's run, such as -v=a:b.")]
EnvFile = Annotated[
    list[Path] | None, typer.Option("--env-file", help="File with NAME=VALUE lines for the containers.")
]
Env = Annotated[list[str] | None, typer.Option("--env", "-e", help="NAME=VALUE for the containers.")]
Arg = Annotated[list[str] | None, typer.Option("--arg", help="An argument after the image, in place of CMD.")]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to probe; default: an exposed one.")]
HttpPath = Annotated[list[str] | None, typer.Option("--path", help="Path to request; default: /.")]
SmokeCmd = Annotated[
    str | None,
    typer.Option("--smoke-cmd", help="Shell command on this machine that must succeed; finds HOST and PORT."),
]
Timeout = Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds for a start, or for a whole run.")]
BuildTimeout = Annotated[float, typer.Option("--build-timeout", min=1, help="Seconds for each build.")]
Allow = Annotated[list[str] | None, typer.Option("--allow", help="A difference that is fine, such as env:PATH or cmd.")]
Measure = Annotated[bool, typer.Option("--measure/--no-measure", help="Count packages and time a rebuild.")]
Unsafe = Annotated[bool, typer.Option("--unsafe", help="Also take decisions that need review.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Html = Annotated[Path | None, typer.Option("--html", help="Also write the result as one self-contained page.")]
Bake = Annotated[
    Path | None,
    typer.Option("--bake", help="Build nothing: write a buildx bake file with both images of each Dockerfile."),
]
Trace = Annotated[bool, typer.Option("--trace", help="Report files that the original opens and the rewrite lacks.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]


def verify_command(
    paths: Paths = None,
    context: ContextDir = None,
    rewritten: RewrittenFile = None,
    build_arg: BuildArg = None,
    builder: Builder = None,
    engine: EngineName = None,
    network: Network = None,
    run_arg: RunArg = None,
    env_file: EnvFile = None,
    env: Env = None,
    arg: Arg = None,
    port: Port = None,
    path: HttpPath = None,
    smoke_cmd: SmokeCmd = None,
    timeout: Timeout = 30,
    build_timeout: BuildTimeout = 1800,
    allow: Allow = None,
    measure: Measure = True,
    unsafe: Unsafe = False,
    no_config: NoConfig = False,
    json: Json = False,
    html: Html = None,
    bake: Bake = None,
    trace: Trace = False,
    quiet: Quiet = False,
) -> None:
    """Build and run the original and its rewrite with your engine, and compare them.

    dockerslim-rewrite verify Dockerfile

    dockerslim-rewrite verify --bake docker-bake.json services/

    Exit codes: 0 both do the same, 1 they differ, 2 nothing could be compared.
    """
    from dockerslim_rewrite.cli.bake_run import BakeCall, run_bake
    from dockerslim_rewrite.cli.verify_run import VerifyCall, run_verify
    from dockerslim_rewrite.config.model import Choices
    from dockerslim_rewrite.verify.check import Check
    from dockerslim_rewrite.verify.session import Start

    files, choices = tuple(paths or (Path("Dockerfile"),)), Choices(unsafe=unsafe or None, context=context)
    args = tuple(build_arg or ())
    if bake is not None:
        running = {"--trace": trace, "--json": json, "--html": html, "--rewritten": rewritten, "--builder": builder}
        if useless := [name for name, given in running.items() if given]:
            say(f"dockerslim-rewrite: --bake builds and runs nothing: {useless[0]} has no meaning with it")
            raise typer.Exit(EXIT_USAGE)
        raise typer.Exit(run_bake(BakeCall(files, bake, args, network, choices, no_config)))
    raw = (*(run_arg or ()), *(word for file in env_file or () for word in ("--env-file", str(file))))
    pairs = tuple((name, value) for name, _, value in (entry.partition("=") for entry in env or ()))
    check = Check(Start(tuple(arg or ()), pairs, (), raw), port, tuple(path or ("/",)), smoke_cmd, timeout)
    call = VerifyCall(
        files, rewritten, args, builder, engine, network, check, build_timeout,
        frozenset(allow or ()), measure, trace, json, html, quiet, choices, no_config,
    )  # fmt: skip
    raise typer.Exit(run_verify(call))
