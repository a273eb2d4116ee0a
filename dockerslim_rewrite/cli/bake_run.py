"""Carries out one `dockerslim-rewrite verify --bake` call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from dockerslim_rewrite.cli.files import UserError, read_dockerfile, write_atomically
from dockerslim_rewrite.cli.run import EXIT_OK, EXIT_USAGE, say
from dockerslim_rewrite.cli.verify_run import parse_build_args
from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.discovery.find import find_dockerfiles
from dockerslim_rewrite.outcome import CheckFailed, InvalidDockerfile, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.report.text import report_text
from dockerslim_rewrite.verify.bake import BakeEntry, bake_file


class BakeCall(Struct, frozen=True):
    """One call. `paths` are Dockerfiles and folders to search, `output` the bake file to write."""

    paths: tuple[Path, ...]
    output: Path
    context: Path | None = None
    build_args: tuple[str, ...] = ()
    network: str | None = None
    options: Options = Options()


def run_bake(call: BakeCall) -> int:
    """Write the bake file and return the exit code: 0 written, 2 nothing to write or a path that cannot be read.

    A Dockerfile that has no rewrite is named on stderr with the reason and left out.
    """
    found = find_dockerfiles(call.paths)
    for path in found.missing:
        say(f"dockerslim-rewrite: {path}: no such file or folder")
    if found.missing:
        return EXIT_USAGE
    entries = list(_entries(call, [Path(path) for path in found.dockerfiles]))
    if not entries:
        say("dockerslim-rewrite: no Dockerfile here has a rewrite: no bake file is written")
        return EXIT_USAGE
    try:
        write_atomically(call.output, bake_file(entries, Path.cwd()), None)
    except UserError as error:
        say(f"dockerslim-rewrite: {error}")
        return EXIT_USAGE
    left = len(found.dockerfiles) - len(entries)
    say(
        f"{call.output}: {2 * len(entries)} targets of {len(entries)} Dockerfiles" + (f", {left} left out" * bool(left))
    )
    say(f"  build them from this folder: docker buildx bake --file {call.output}")
    return EXIT_OK


def _entries(call: BakeCall, dockerfiles: list[Path]) -> Iterator[BakeEntry]:
    args = parse_build_args(call.build_args)
    for path in dockerfiles:
        context = call.context if call.context is not None else path.parent
        try:
            outcome = rewrite(read_dockerfile(path), LocalContext(context, path), call.options)
        except UserError as error:
            say(f"left out: {error}")
        except InvalidDockerfile as error:
            say(f"left out: {path}:{error.line}: {error.message}")
        except CheckFailed as error:
            say(f"left out: {path}: the result did not pass the checks (a defect of this program): {error}")
        else:
            if not isinstance(outcome, Rewritten):
                say(f"left out: {report_text(str(path), outcome).rstrip()}")
            elif path.with_name(path.name + ".dockerignore").exists():
                say(f"left out: {path}: it has an ignore file of its own, which an inline Dockerfile cannot have")
            else:
                yield BakeEntry(path, context, outcome.text, args, call.network)
