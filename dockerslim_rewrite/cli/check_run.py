"""Carries out one `dockerslim-rewrite check` call."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.cli.files import UserError, write_atomically
from dockerslim_rewrite.cli.job import Job
from dockerslim_rewrite.cli.pool import default_workers, run_jobs
from dockerslim_rewrite.cli.process import EXIT_AVAILABLE, EXIT_INTERNAL, EXIT_OK, EXIT_USAGE, put, say
from dockerslim_rewrite.cli.progress import with_progress
from dockerslim_rewrite.cli.verified import with_sizes
from dockerslim_rewrite.config.find import Configs, absolute
from dockerslim_rewrite.config.model import Choices
from dockerslim_rewrite.config.problem import ConfigError
from dockerslim_rewrite.configured import make_configs, set_up
from dockerslim_rewrite.discovery.builds import Builds
from dockerslim_rewrite.discovery.find import Found, find_dockerfiles
from dockerslim_rewrite.discovery.gitignore import Patterns
from dockerslim_rewrite.emit.render import TemplateFailed
from dockerslim_rewrite.report.formats import needs_data, needs_texts, render_report
from dockerslim_rewrite.report.model import FileReport, Status, count

# Which outcomes make the exit code 1, by the value of --fail-on.
_FAILING: dict[str, tuple[Status, ...]] = {"never": (), "rewrite": ("rewrite",), "refused": ("rewrite", "refused")}


class CheckCall(Struct, frozen=True):
    """One call of `check`. `workers` 0 takes every processor; `report` is where the report goes, None for stdout.

    `choices` are those of the command line; `config` holds for all files in place of the nearest one; `verified` are
    files that `verify --json` wrote; `pages` is where the pages of the codes are published; `more`
    are further reports as pairs of format and file.
    """

    paths: tuple[Path, ...]
    write: bool = False
    output_dir: Path | None = None
    format: str = "text"
    report: Path | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    workers: int = 0
    gitignore: bool = True
    quiet: bool = False
    choices: Choices = Choices()
    config: Path | None = None
    no_config: bool = False
    verified: tuple[Path, ...] = ()
    pages: str = ""
    more: tuple[tuple[str, Path], ...] = ()


def run_check(call: CheckCall) -> int:
    """Carry out a call and return the exit code.

    0: nothing that `fail_on` names; 1: something; 2: bad usage, or a file that cannot be read or built; 70: a defect.
    """
    try:
        _validate(call)
        configs = make_configs(call.config, enabled=not call.no_config)
        found = find_dockerfiles(call.paths, _Choice(call, configs), gitignore=call.gitignore)
        jobs = make_jobs(call, configs, found)
        done = run_jobs(jobs, call.workers or default_workers())
        pairs = zip(jobs, with_progress(done, len(jobs), quiet=call.quiet), strict=True)
        reports = with_sizes(call.verified, [_deliver(call, job, report) for job, report in pairs])
        _publish(call, reports)
        failing = _fails(configs, call.choices, reports)
    except (UserError, TemplateFailed, ConfigError) as error:
        say(f"dockerslim-rewrite: {error}")
        return EXIT_USAGE
    return _conclude(found, reports, failing=failing)


def make_jobs(call: CheckCall, configs: Configs, found: Found) -> list[Job]:
    """Return a job for each Dockerfile, in order.

    Raises:
        ConfigError: when a configuration file is wrong.
    """
    formats = (call.format, *(name for name, _ in call.more))
    texts = call.write or call.output_dir is not None or any(map(needs_texts, formats))
    data = any(map(needs_data, formats))
    builds = Builds(found.builds)
    return [_job(call, configs, builds, path, texts, data) for path in _with_named(call, configs, found, builds)]


def _with_named(call: CheckCall, configs: Configs, found: Found, builds: Builds) -> list[str]:
    """Return the Dockerfiles, and those in the searched folders that only a compose or bake file names."""
    known = {os.path.realpath(path) for path in found.dockerfiles}
    folders = [(path, os.path.realpath(path)) for path in call.paths if path.is_dir()]
    choice = _Choice(call, configs)
    extra = []
    for real in builds.dockerfiles():
        shown = next((path / os.path.relpath(real, top) for path, top in folders if real.startswith(f"{top}/")), None)
        if shown is not None and real not in known and choice(real, False) is not False:
            extra.append(str(shown))
    return sorted([*found.dockerfiles, *extra])


def _job(call: CheckCall, configs: Configs, builds: Builds, path: str, texts: bool, data: bool) -> Job:
    return Job(path, set_up(configs, builds, Path(path), call.choices), texts, data)


class _Choice:
    """What the command line says about a path, and then what the nearest configuration says."""

    def __init__(self, call: CheckCall, configs: Configs) -> None:
        self._root = os.path.realpath(".")
        self._include, self._exclude = Patterns(call.include), Patterns(call.exclude)
        self._configs = configs

    def __call__(self, path: str, is_dir: bool) -> bool | None:
        relative = os.path.relpath(path, self._root)
        inside = not relative.startswith("..")
        name = relative if inside else Path(path).name
        if self._exclude.verdict(name, is_dir=is_dir):
            return False
        return True if self._include.verdict(name, is_dir=is_dir) else self._configs.chosen(path, is_dir)


def _validate(call: CheckCall) -> None:
    if call.write and call.output_dir is not None:
        raise UserError("--write and --output-dir exclude each other")
    if call.config is not None and call.no_config:
        raise UserError("--config and --no-config exclude each other")
    files = [path for _, path in call.more] + ([call.report] if call.report is not None else [])
    for path in files:
        if not path.absolute().parent.is_dir():
            raise UserError(f"{path}: the folder {path.parent} does not exist")


def _deliver(call: CheckCall, job: Job, report: FileReport) -> FileReport:
    """Write a rewrite where the call wants it; one that needs a review is written only with --unsafe."""
    target = _target(call, report)
    if target is None or report.status != "rewrite" or (report.review and not job.setup.options.unsafe):
        return report
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{target.parent}: cannot be made ({error.strerror or error})") from None
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
    for name, path in call.more:
        write_atomically(path, "".join(render_report(name, reports, call.pages)), None)
    pieces = render_report(call.format, reports, call.pages)
    if call.report is not None:
        write_atomically(call.report, "".join(pieces), None)
        return
    put(pieces)


def _fails(configs: Configs, given: Choices, reports: Sequence[FileReport]) -> bool:
    """Tell whether a file ended as its own `fail-on` does not allow."""
    return any(
        report.status in _FAILING[given.over(configs.choices(absolute(Path(report.file)))).fail_on or "rewrite"]
        for report in reports
        if not report.written
    )


def _conclude(found: Found, reports: Sequence[FileReport], *, failing: bool) -> int:
    """Say on stderr which files are broken, and return the exit code."""
    for line in _broken(found, reports):
        say(f"dockerslim-rewrite: {line}")
    by_status = count(reports).by_status
    if by_status["failed"]:
        return EXIT_INTERNAL
    if by_status["invalid"] or found.missing:
        return EXIT_USAGE
    return EXIT_AVAILABLE if failing else EXIT_OK


def _broken(found: Found, reports: Sequence[FileReport]) -> Iterator[str]:
    for report in reports:
        if report.status in ("invalid", "failed"):
            yield f"{report.file}:{report.first.line}: {report.first.message}"
    yield from (f"{path}: no such file or folder" for path in found.missing)
