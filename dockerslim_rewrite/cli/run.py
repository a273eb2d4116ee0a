"""Carries out one `rewrite` call."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.cli.files import UserError, read_dockerfile, write_atomically
from dockerslim_rewrite.cli.process import EXIT_AVAILABLE, EXIT_INTERNAL, EXIT_OK, EXIT_REFUSED, EXIT_USAGE, put, say
from dockerslim_rewrite.config.model import Choices
from dockerslim_rewrite.config.problem import ConfigError
from dockerslim_rewrite.configured import Setup, make_configs, rewrite_as, set_up
from dockerslim_rewrite.context.local import LocalContext, NoContext
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.discovery.builds import Builds
from dockerslim_rewrite.emit.render import TemplateFailed
from dockerslim_rewrite.outcome import CheckFailed, InvalidDockerfile, Outcome, Refused, Rewritten
from dockerslim_rewrite.planning.improvements import IMPROVEMENTS, unknown_codes
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.report.text import report_text


class Call(Struct, frozen=True):
    """One call of `rewrite`. `dockerfile` is None for stdin; `context` None is what a
    compose or bake file says, or the nearest folder that holds what COPY names."""

    dockerfile: Path | None
    output: Path | None = None
    context: Path | None = None
    diff: bool = False
    in_place: bool = False
    check: bool = False
    json: bool = False
    quiet: bool = False
    templates: Path | None = None
    options: Options = Options()
    no_config: bool = False

    @property
    def name(self) -> str:
        """Return the name for messages."""
        return str(self.dockerfile) if self.dockerfile is not None else "<stdin>"


def run(call: Call) -> int:
    """Carry out a call and return the exit code. Nothing but this program's own defects raises."""
    try:
        _validate(call)
        source = read_dockerfile(call.dockerfile)
        setup = _set_up(call)
        outcome = rewrite_as(setup, source, _context(call, setup))
        _tell_context(call, setup)
        return _deliver(call, source, outcome)
    except (UserError, TemplateFailed, ConfigError) as error:
        say(f"rewrite: {error}")
        return EXIT_USAGE
    except InvalidDockerfile as error:
        say(f"{call.name}:{error.line}: {error.message}; no image can be built from this file")
        return EXIT_USAGE
    except CheckFailed as error:
        say(f"{call.name}: nothing written: the result did not pass the checks (a defect of this program): {error}")
        return EXIT_INTERNAL
    except Exception as error:
        if os.environ.get("DOCKERSLIM_DEBUG"):
            raise
        say(f"{call.name}: nothing written: a defect of this program: {type(error).__name__}: {error}")
        say("  please report it with the Dockerfile; DOCKERSLIM_DEBUG=1 shows where it happened")
        return EXIT_INTERNAL


def _set_up(call: Call) -> Setup:
    options = call.options
    given = Choices(
        runtime=options.runtime if options.runtime != "auto" else None,
        unsafe=options.unsafe or None,
        optimize=options.optimize or None,
        nonroot=options.nonroot or None,
        skip=tuple(options.skip.split(",")) if options.skip else None,
        templates=call.templates,
        context=call.context,
    )
    configs = make_configs(enabled=not call.no_config)
    setup = set_up(configs, Builds(), call.dockerfile or Path("Dockerfile"), given)
    if options.skip and not setup.options.optimize:
        raise UserError("--skip goes with --optimize")
    return setup if call.dockerfile is not None else replace(setup, uses=())


def _validate(call: Call) -> None:
    modes = [name for name, given in _modes(call) if given]
    if len(modes) > 1:
        raise UserError(f"{modes[0]} and {modes[1]} exclude each other")
    if call.in_place and call.dockerfile is None:
        raise UserError("--in-place needs a file, not stdin")
    if call.output is not None and call.dockerfile is not None and _same(call.output, call.dockerfile):
        raise UserError(f"{call.output} is the input; use --in-place to replace it")
    if call.output is not None and not call.output.absolute().parent.is_dir():
        raise UserError(f"{call.output}: the folder {call.output.parent} does not exist")
    if unknown := unknown_codes(call.options.skip):
        raise UserError(f"--skip {unknown[0]}: known are {', '.join(IMPROVEMENTS)}")
    for option, folder in (("--context", call.context), ("--templates", call.templates)):
        if folder is not None and not folder.is_dir():
            raise UserError(f"{option} {folder}: no such folder")


def _modes(call: Call) -> Iterable[tuple[str, bool]]:
    return (
        ("--output", call.output is not None),
        ("--in-place", call.in_place),
        ("--check", call.check),
        ("--diff", call.diff),
    )


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _context(call: Call, setup: Setup) -> Context:
    if call.dockerfile is None and call.context is None:
        return NoContext()
    return LocalContext(setup.context, call.dockerfile)


def _tell_context(call: Call, setup: Setup) -> None:
    own = call.dockerfile.parent if call.dockerfile is not None else setup.context
    if not call.quiet and not setup.stated and setup.context != own:
        say(f"{call.name}: build context {setup.context}: the nearest folder with every file that COPY names")


def _deliver(call: Call, source: str, outcome: Outcome) -> int:
    if not call.quiet:
        sys.stderr.write(report_text(call.name, outcome))
    if call.json:
        _print_json(call, outcome)
    if isinstance(outcome, Refused):
        return EXIT_REFUSED
    text = outcome.text if isinstance(outcome, Rewritten) else source
    changed = isinstance(outcome, Rewritten)
    if call.check:
        return EXIT_AVAILABLE if changed else EXIT_OK
    if call.output is not None or call.in_place:
        target = call.output if call.output is not None else call.dockerfile
        if changed and target is not None:
            write_atomically(target, text, call.dockerfile)
    elif call.diff:
        _print_diff(call, source, text)
    elif not call.json:
        put((text,))
    return EXIT_OK


def _print_json(call: Call, outcome: Outcome) -> None:
    import json

    from dockerslim_rewrite.report.data import outcome_data

    put((json.dumps(outcome_data(call.name, outcome), indent=2), "\n"))


def _print_diff(call: Call, source: str, text: str) -> None:
    from dockerslim_rewrite.report.diff import unified_diff

    name = "Dockerfile" if call.dockerfile is None else str(call.dockerfile)
    diff = unified_diff(source, text, name, name)
    if sys.stdout.isatty():
        from dockerslim_rewrite.cli.terminal import print_diff

        print_diff(diff)
    else:
        put((diff,))
