"""Carries out one `dockerslim-rewrite verify --bake` call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from dockerslim_rewrite.cli.files import UserError, read_dockerfile, write_atomically
from dockerslim_rewrite.cli.process import EXIT_OK, EXIT_USAGE, say
from dockerslim_rewrite.cli.verify_run import build_args
from dockerslim_rewrite.config.find import Configs
from dockerslim_rewrite.config.model import Choices
from dockerslim_rewrite.config.problem import ConfigError
from dockerslim_rewrite.configured import make_configs, rewrite_as, set_up
from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.discovery.builds import Builds
from dockerslim_rewrite.discovery.find import find_dockerfiles
from dockerslim_rewrite.emit.render import TemplateFailed
from dockerslim_rewrite.outcome import CheckFailed, InvalidDockerfile, Rewritten
from dockerslim_rewrite.report.text import report_text
from dockerslim_rewrite.verify.bake import BakeEntry, bake_file


class BakeCall(Struct, frozen=True):
    """One call. `paths` are Dockerfiles and folders to search, `output` is the bake file; the rest as in `verify`."""

    paths: tuple[Path, ...]
    output: Path
    build_args: tuple[str, ...] = ()
    network: str | None = None
    choices: Choices = Choices()
    no_config: bool = False


def run_bake(call: BakeCall) -> int:
    """Write the bake file and return the exit code: 0 written, 2 nothing to write or a path that cannot be read.

    A Dockerfile that has no rewrite is named on stderr with the reason and left out.
    """
    try:
        configs = make_configs(enabled=not call.no_config)
        found = find_dockerfiles(call.paths, configs.chosen)
        if found.missing:
            raise UserError(f"{found.missing[0]}: no such file or folder")
        builds = Builds(found.builds)
        entries = list(_entries(call, configs, builds, [Path(path) for path in found.dockerfiles]))
        if not entries:
            raise UserError("no Dockerfile here has a rewrite: no bake file is written")
        write_atomically(call.output, bake_file(entries, Path.cwd()), None)
    except (UserError, ConfigError, TemplateFailed) as error:
        say(f"dockerslim-rewrite: {error}")
        return EXIT_USAGE
    left = len(found.dockerfiles) - len(entries)
    say(
        f"{call.output}: {2 * len(entries)} targets of {len(entries)} Dockerfiles" + (f", {left} left out" * bool(left))
    )
    say(f"  build them from this folder: docker buildx bake --file {call.output}")
    return EXIT_OK


def _entries(call: BakeCall, configs: Configs, builds: Builds, dockerfiles: list[Path]) -> Iterator[BakeEntry]:
    for path in dockerfiles:
        setup = set_up(configs, builds, path, call.choices)
        try:
            outcome = rewrite_as(setup, read_dockerfile(path), LocalContext(setup.context, path))
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
                yield BakeEntry(path, setup.context, outcome.text, build_args(setup, call.build_args), call.network)
