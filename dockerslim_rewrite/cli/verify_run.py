"""Carries out one `dockerslim-rewrite verify` call."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from msgspec import Struct

from dockerslim_rewrite.cli.files import UserError, read_dockerfile, write_atomically
from dockerslim_rewrite.cli.process import EXIT_OK, EXIT_USAGE, put, say
from dockerslim_rewrite.cli.steps import Steps
from dockerslim_rewrite.config.model import Choices
from dockerslim_rewrite.config.problem import ConfigError
from dockerslim_rewrite.configured import Setup, make_configs, rewrite_as, set_up
from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.discovery.builds import Builds
from dockerslim_rewrite.emit.render import TemplateFailed
from dockerslim_rewrite.outcome import CheckFailed, InvalidDockerfile, Rewritten, Unchanged
from dockerslim_rewrite.planning.uses import agreed_arguments
from dockerslim_rewrite.report.text import report_text
from dockerslim_rewrite.verify.base_env import base_changes
from dockerslim_rewrite.verify.check import ROOT_PATH, Check
from dockerslim_rewrite.verify.engine import EngineError, find_engine
from dockerslim_rewrite.verify.proof import CannotVerify, Job, Proof
from dockerslim_rewrite.verify.prove import prove
from dockerslim_rewrite.verify.report import proof_data, proof_text
from dockerslim_rewrite.verify.session import Session

EXIT_DIFFERENT, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 130, 143


class VerifyCall(Struct, frozen=True):
    """One call of `verify`. `rewritten` None is our own rewrite; `choices` are those of the command line, and win over
    the configuration unless `no_config` leaves it unread. Build arguments win over those of a compose or bake file."""

    files: tuple[Path, ...]
    rewritten: Path | None = None
    build_args: tuple[str, ...] = ()
    builder: str | None = None
    engine: str | None = None
    network: str | None = None
    check: Check = Check()
    build_timeout: float = 1800
    allowed: frozenset[str] = frozenset()
    measured: bool = True
    traced: bool = False
    json: bool = False
    html: Path | None = None
    quiet: bool = False
    choices: Choices = Choices()
    no_config: bool = False

    @property
    def file(self) -> Path:
        """Return the Dockerfile."""
        return self.files[0]


class NothingToVerify(Exception):
    """The file is left alone; the text is the report."""


def run_verify(call: VerifyCall) -> int:
    """Carry out a call and return the exit code: 0 same (or left alone), 1 different, 2 cannot run."""
    try:
        with _terminable():
            return _verify(call)
    except NothingToVerify as error:
        sys.stderr.write(str(error))
        return EXIT_OK
    except (UserError, ConfigError, TemplateFailed, CannotVerify, EngineError, CheckFailed) as error:
        say(f"dockerslim-rewrite: {call.file}: {error}")
        return EXIT_USAGE
    except InvalidDockerfile as error:
        say(f"{call.file}:{error.line}: {error.message}; no image can be built from this file")
        return EXIT_USAGE
    except KeyboardInterrupt:
        say("dockerslim-rewrite: interrupted; containers and images of this run are removed")
        return EXIT_INTERRUPTED


def _verify(call: VerifyCall) -> int:
    _validate(call)
    job = _make_job(call)
    steps = Steps(quiet=call.quiet)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="dockerslim-verify-") as scratch,
            Session(find_engine(call.engine)) as session,
        ):
            proof = prove(session, job, Path(scratch), steps)
    finally:
        steps.end()
    _publish(call, job, proof)
    return EXIT_OK if proof.same else EXIT_DIFFERENT


def _validate(call: VerifyCall) -> None:
    if len(call.files) > 1:
        raise UserError("verify takes one Dockerfile; --bake takes many")
    if (context := call.choices.context) is not None and not context.is_dir():
        raise UserError(f"--context {context}: no such folder")
    if call.html is not None and not call.html.absolute().parent.is_dir():
        raise UserError(f"--html {call.html}: the folder {call.html.parent} does not exist")
    if any(not path.startswith("/") for path in call.check.paths):
        raise UserError("--path takes a path that starts with /")
    if call.check.smoke is not None and call.check.paths != ROOT_PATH:
        raise UserError("--path and --smoke-cmd exclude each other: the command makes its own requests")


def _make_job(call: VerifyCall) -> Job:
    source = read_dockerfile(call.file)
    setup = set_up(make_configs(enabled=not call.no_config), Builds(), call.file, call.choices)
    if call.rewritten is not None:
        text = read_dockerfile(call.rewritten)
        allowed = base_changes(source, text)
    else:
        outcome = rewrite_as(setup, source, LocalContext(setup.context, call.file))
        if isinstance(outcome, Unchanged):
            raise NothingToVerify(report_text(str(call.file), outcome))
        if not isinstance(outcome, Rewritten):
            raise CannotVerify("there is no rewrite to verify\n" + report_text(str(call.file), outcome).rstrip("\n"))
        text = outcome.text
        allowed = frozenset(name for decision in outcome.plan.decisions for name in decision.changes)
    args = build_args(setup, call.build_args)
    return Job(
        call.file, setup.context, source, text, call.allowed | allowed, args, call.network, call.builder,
        call.build_timeout, call.check, call.measured, call.traced,
    )  # fmt: skip


def build_args(setup: Setup, entries: tuple[str, ...]) -> dict[str, str]:
    """Return build arguments by name: those that all builds of the file agree about, and over them what is given.

    One that is given without a value takes it from the environment, as the engines do.
    """
    pairs = (entry.partition("=") for entry in entries)
    given = {name: value if equals else os.environ.get(name, "") for name, equals, value in pairs}
    return {**agreed_arguments(setup.uses), **given}


def _publish(call: VerifyCall, job: Job, proof: Proof) -> None:
    if call.html is not None:
        from dockerslim_rewrite.verify.page import proof_page

        write_atomically(call.html, proof_page(str(call.file), job, proof), None)
    if call.json:
        import json

        put((json.dumps(proof_data(str(call.file), proof), indent=2), "\n"))
    else:
        put((proof_text(str(call.file), proof),))


@contextmanager
def _terminable() -> Iterator[None]:
    """Clean up on SIGTERM too, as a CI system sends it to a job that takes too long."""

    def leave(*_: object) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(EXIT_TERMINATED)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
