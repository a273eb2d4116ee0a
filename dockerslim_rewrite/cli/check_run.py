"""Carries out one `dockerslim-rewrite check` call."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dockerslim_rewrite.cli.files import UserError, write_atomically
from dockerslim_rewrite.cli.job import Job
from dockerslim_rewrite.cli.pool import default_workers, run_jobs
from dockerslim_rewrite.cli.progress import with_progress
from dockerslim_rewrite.cli.run import EXIT_AVAILABLE, EXIT_INTERNAL, EXIT_OK, EXIT_USAGE, say
from dockerslim_rewrite.discovery.find import Found, find_dockerfiles
from dockerslim_rewrite.emit.render import TemplateFailed
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.report.model import FileReport, count

FAIL_ON = ("never", "rewrite", "refused")


@dataclass(frozen=True, slots=True)
class CheckCall:
    """One call of `check`. `workers` 0 takes every processor; `report` is where the report goes, None for stdout."""

    paths: tuple[Path, ...]
    write: bool = False
    output_dir: Path | None = None
    format: str = "text"
    report: Path | None = None
    fail_on: str = "rewrite"
    workers: int = 0
    gitignore: bool = True
    quiet: bool = False
    templates: Path | None = None
    options: Options = field(default_factory=Options)


def run_check(call: CheckCall) -> int:
    """Carry out a call and return the exit code.

    0: nothing that `fail_on` names; 1: something; 2: bad usage, or a file that cannot be read or built; 70: a defect.
    """
    try:
        _validate(call)
        found = find_dockerfiles(call.paths, gitignore=call.gitignore)
        jobs = make_jobs(call, found)
        done = run_jobs(jobs, call.workers or default_workers())
        reports = [_deliver(call, report) for report in with_progress(done, len(jobs), quiet=call.quiet)]
        _publish(call, reports)
    except (UserError, TemplateFailed) as error:
        say(f"dockerslim-rewrite: {error}")
        return EXIT_USAGE
    for path in found.missing:
        say(f"dockerslim-rewrite: {path}: no such file or folder")
    return exit_code(call, reports, missing=bool(found.missing))


def exit_code(call: CheckCall, reports: Sequence[FileReport], *, missing: bool) -> int:
    """Say on stderr which files are broken, and return the exit code."""
    for report in reports:
        if report.status in ("invalid", "failed"):
            say(f"dockerslim-rewrite: {report.file}:{report.first.line}: {report.first.message}")
    totals = count(reports)
    if totals.by_status["failed"]:
        return EXIT_INTERNAL
    if totals.by_status["invalid"] or missing:
        return EXIT_USAGE
    fails = call.fail_on != "never" and totals.available > 0
    return EXIT_AVAILABLE if fails or (call.fail_on == "refused" and totals.by_status["refused"]) else EXIT_OK


def make_jobs(call: CheckCall, found: Found) -> list[Job]:
    """Return a job for each Dockerfile, in order."""
    texts = call.write or call.output_dir is not None
    return [Job(path, os.path.dirname(path) or ".", call.options, call.templates, texts) for path in found.dockerfiles]


def _validate(call: CheckCall) -> None:
    if call.write and call.output_dir is not None:
        raise UserError("--write and --output-dir exclude each other")


def _deliver(call: CheckCall, report: FileReport) -> FileReport:
    """Write a rewrite where the call wants it; one that needs a review is written only with --unsafe."""
    target = _target(call, report)
    if target is None or report.status != "rewrite" or (report.review and not call.options.unsafe):
        return report
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, report.text, Path(report.file))
    return replace(report, written=str(target))


def _target(call: CheckCall, report: FileReport) -> Path | None:
    if call.write:
        return Path(report.file)
    if call.output_dir is None:
        return None
    # Paths outside the current folder keep their names below the output folder, without `..` and the root.
    parts = [part for part in Path(report.file).parts if part not in ("..", os.sep)]
    return call.output_dir.joinpath(*parts)


def _publish(call: CheckCall, reports: list[FileReport]) -> None:
    text = "".join(_lines(reports))
    if call.report is not None:
        write_atomically(call.report, text, None)
    else:
        sys.stdout.write(text)
        sys.stdout.flush()


def _lines(reports: Sequence[FileReport]) -> Iterator[str]:
    from dockerslim_rewrite.report.lines import line_of, summary

    for report in reports:
        yield f"{line_of(report)}\n"
    yield f"{summary(reports)}\n"
