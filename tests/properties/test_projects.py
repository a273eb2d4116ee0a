"""Whatever lies in the build context, a rewrite ends with one of our outcomes, and always with the same."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.outcome import InvalidDockerfile, Rewritten, Unchanged
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.text import report_text
from tests.properties.contexts import broken_files, special_files, write_context
from tests.properties.projects import Project, projects
from tests.properties.strategies import dockerfiles
from tests.support import ROOT, MemoryContext

RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def report_of(dockerfile: str, context: Context, options: Options | None = None) -> str:
    """Rewrite and report; what is rewritten is final."""
    try:
        outcome = rewrite(dockerfile, context, options)
    except InvalidDockerfile as error:
        return f"invalid: {error}"
    report = report_text("Dockerfile", outcome)
    assert printable(report) == report
    if isinstance(outcome, Rewritten):
        assert isinstance(rewrite(outcome.text, context), Unchanged)
        return report + outcome.text
    return report


@settings(RELAXED, max_examples=150)
@given(projects(), broken_files, st.booleans())
def test_broken_files(project: Project, broken: Mapping[str, str], optimize: bool) -> None:
    report_of(project.dockerfile, MemoryContext({**project.files, **broken}), Options(optimize=optimize))


@settings(RELAXED, max_examples=100)
@given(dockerfiles(), broken_files)
def test_any_dockerfile_beside_any_files(dockerfile: str, broken: Mapping[str, str]) -> None:
    report_of(dockerfile, MemoryContext(broken))


@settings(RELAXED, max_examples=60)
@given(projects(), broken_files, special_files)
def test_links_pipes_and_folders_on_disk(
    project: Project, broken: Mapping[str, str], special: Mapping[str, str]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "context")
        folder.mkdir()
        write_context(folder, {"Dockerfile": project.dockerfile, **project.files, **broken}, special)
        report_of(project.dockerfile, LocalContext(folder))


@settings(RELAXED, max_examples=80)
@given(projects(), broken_files)
def test_the_order_of_files_does_not_matter(project: Project, broken: Mapping[str, str]) -> None:
    files = {**project.files, **broken}
    reverse = dict(reversed(files.items()))
    assert report_of(project.dockerfile, MemoryContext(files)) == report_of(project.dockerfile, MemoryContext(reverse))


def digest_of_reports() -> str:
    """Return one hash of the reports on a fixed sample."""
    digest = hashlib.sha256()

    @settings(RELAXED, max_examples=60, derandomize=True, database=None, phases=[Phase.generate])
    @given(projects(), broken_files)
    def add(project: Project, broken: Mapping[str, str]) -> None:
        digest.update(report_of(project.dockerfile, MemoryContext({**project.files, **broken})).encode())

    add()
    return digest.hexdigest()


def test_the_hash_seed_does_not_matter() -> None:
    code = "from tests.properties.test_projects import digest_of_reports; print(digest_of_reports())"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1", "271828")
    }
    assert len(found) == 1 and len(found.pop()) == 65
