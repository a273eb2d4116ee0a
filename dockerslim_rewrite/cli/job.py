"""One file of many: read, rewritten in memory, reported. Runs in worker processes."""

from __future__ import annotations

import os
import traceback
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from dockerslim_rewrite.cli.files import UnreadableFile, read_dockerfile
from dockerslim_rewrite.configured import Setup, rewrite_as
from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.emit.render import TemplateFailed
from dockerslim_rewrite.outcome import CheckFailed, InvalidDockerfile
from dockerslim_rewrite.report.file import failed_report, file_report, invalid_report
from dockerslim_rewrite.report.model import FileReport

# A monorepo's texts that a worker keeps at most for the next Dockerfile.
MAX_HELD_CHARACTERS = 16 * 1024 * 1024


class Job(Struct, frozen=True):
    """A Dockerfile and how it is rewritten. `texts` and `data` ask for large fields of the report."""

    path: str
    setup: Setup
    texts: bool = False
    data: bool = False


def check_file(job: Job) -> FileReport:
    """Return the report on one file.

    Raises:
        TemplateFailed: when a template of the user has an error; that concerns every file.
    """
    path = Path(job.path)
    try:
        source = read_dockerfile(path)
        outcome = rewrite_as(job.setup, source, _context(job))
        return file_report(job.path, source, outcome, texts=job.texts, data=job.data)
    except UnreadableFile as error:
        return invalid_report(job.path, error.line, error.reason)
    except InvalidDockerfile as error:
        return invalid_report(job.path, error.line, f"{error.message}; no image can be built from this file")
    except CheckFailed as error:
        return failed_report(job.path, f"the result did not pass the checks: {error}")
    except TemplateFailed:
        raise
    except Exception as error:  # one file that we cannot handle must not stop the others
        if os.environ.get("DOCKERSLIM_DEBUG"):
            traceback.print_exc()
        return failed_report(job.path, f"{type(error).__name__}: {error}")


def _context(job: Job) -> LocalContext:
    """Return the context: what is known about a folder serves all Dockerfiles that are built with it in turn."""
    own = job.path if Path(f"{job.path}.dockerignore").exists() else ""
    context = _shared_context(str(job.setup.context), own)
    if context.held > MAX_HELD_CHARACTERS:
        _shared_context.cache_clear()
    return context


@lru_cache(maxsize=1)
def _shared_context(root: str, dockerfile: str) -> LocalContext:
    return LocalContext(Path(root), Path(dockerfile) if dockerfile else None)


def check_files(jobs: tuple[Job, ...]) -> list[FileReport]:
    """Return the reports on some files, in order."""
    return [check_file(job) for job in jobs]
