"""Every fixture that can be run: the rewrite builds, does the same as the original, and is small."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerslim_rewrite.context.local import NoContext
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.verify.session import Session
from tests.images.harness import Bench, Result, cases, check_fixture, read_dockerfile
from tests.support import FIXTURES

pytestmark = pytest.mark.image


@pytest.mark.parametrize("folder", cases(), ids=lambda folder: "/".join(folder.parts[-2:]))
def test_rewrite_does_the_same(folder: Path, session: Session, tmp_path: Path, results: list[Result]) -> None:
    results.append(check_fixture(Bench(session, folder, tmp_path)))


# What the sources would tell is not known: files that are read, C, packages, programs of the author's.
UNREAD = [
    "alpine",
    "d03-healthcheck-curl",
    "g02-sqlite",
    "g03-cgo-alpine",
    "g06-templates",
    "g07-install",
    "g11-python",
]


@pytest.mark.parametrize("name", UNREAD)
def test_without_its_context_a_file_is_rewritten_as_well(name: str, session: Session, tmp_path: Path) -> None:
    bench = Bench(session, FIXTURES / "go" / name, tmp_path)
    outcome = rewrite(read_dockerfile(bench.folder), NoContext())
    assert isinstance(outcome, Rewritten), outcome
    allowed = bench.case.allowed.union(*(decision.changes for decision in outcome.plan.decisions))
    assert bench.compare_with(outcome.text, allowed) == ()
