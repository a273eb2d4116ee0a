"""Spreads files over processes. Reports come in the order of the jobs, however many processes there are."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from dockerslim_rewrite.cli.job import Job, check_file, check_files
from dockerslim_rewrite.report.file import failed_report
from dockerslim_rewrite.report.model import FileReport

CHUNK = 16
# Below this number of files for each process, starting the process costs more than it saves.
MIN_FILES_PER_WORKER = 8


def default_workers() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_jobs(jobs: Sequence[Job], workers: int) -> Iterator[FileReport]:
    """Yield the reports on all jobs in their order.

    A worker that dies (out of memory, a crash in a library) costs the file that it worked on, and no other.

    Raises:
        TemplateFailed: when a template of the user has an error.
    """
    workers = min(workers, len(jobs) // MIN_FILES_PER_WORKER)
    if workers <= 1:
        yield from map(check_file, jobs)
        return
    chunks = deque(tuple(jobs[start : start + CHUNK]) for start in range(0, len(jobs), CHUNK))
    while chunks:
        yield from _run(chunks, workers)
        if chunks:  # a worker died: the first open chunk is the one it may have had
            for job in chunks.popleft():
                yield _run_alone(job)


def _run(chunks: deque[tuple[Job, ...]], workers: int) -> Iterator[FileReport]:
    """Yield reports and take their chunks away, until all are done or a worker dies."""
    pool = _make_pool(workers)
    try:
        for future in [pool.submit(check_files, chunk) for chunk in chunks]:
            reports = future.result()
            chunks.popleft()
            yield from reports
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _run_alone(job: Job) -> FileReport:
    with _make_pool(1) as pool:
        try:
            return pool.submit(check_file, job).result()
        except BrokenProcessPool:
            return failed_report(job.path, "the process that worked on this file died")


def _make_pool(workers: int) -> ProcessPoolExecutor:
    # This process has one thread, so that fork is safe; it shares the modules and tables that are loaded already.
    method = "fork" if sys.platform == "linux" else None
    return ProcessPoolExecutor(workers, multiprocessing.get_context(method), _ignore_interrupt)


def _ignore_interrupt() -> None:
    """Leave Ctrl-C to the parent, which stops the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
