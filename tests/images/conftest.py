from __future__ import annotations

from collections.abc import Iterator

import pytest

from dockerslim_rewrite.verify.engine import Engine
from dockerslim_rewrite.verify.session import Session
from tests.images.harness import Result, format_results, require_engine, results_path


@pytest.fixture(scope="session")
def engine() -> Engine:
    return require_engine()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@pytest.fixture(scope="session")
def results(engine: Engine) -> Iterator[list[Result]]:
    """Collect a line per fixture; the table is written at the end, when it is asked for."""
    lines: list[Result] = []
    yield lines
    path = results_path()
    if path is not None and lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(format_results(lines, engine), encoding="utf-8")
