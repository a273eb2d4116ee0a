"""Every fixture that can be run: the rewrite builds, does the same as the original, and is small."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerslim_rewrite.verify.session import Session
from tests.images.harness import Bench, Result, cases, check_fixture

pytestmark = pytest.mark.image


@pytest.mark.parametrize("folder", cases(), ids=lambda folder: "/".join(folder.parts[-2:]))
def test_rewrite_does_the_same(folder: Path, session: Session, tmp_path: Path, results: list[Result]) -> None:
    results.append(check_fixture(Bench(session, folder, tmp_path)))
