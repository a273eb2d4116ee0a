from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.oracle import compare
from tests.properties.strategies import any_text, dockerfiles
from tests.syntax.test_parser import FILES, read

pytest.importorskip("dockerfile", reason="BuildKit's parser (PyPI dockerfile) has no wheel for this machine")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}/{path.parent.name}")
def test_fixtures_are_read_as_by_buildkit(path: Path) -> None:
    assert compare(read(path)) == []


@given(dockerfiles())
@settings(max_examples=500, deadline=None)
def test_generated_dockerfiles_are_read_as_by_buildkit(text: str) -> None:
    assert compare(text) == []


@given(any_text)
@settings(max_examples=500, deadline=None)
def test_hostile_texts_are_read_as_by_buildkit(text: str) -> None:
    assert compare(text) == []


def test_the_comparison_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    import tests.oracle as oracle

    monkeypatch.setattr(oracle, "parse_dockerfile", lambda text: oracle_reading(text.replace("b", "c")))
    assert compare("FROM a\nRUN b\n")


def oracle_reading(text: str) -> object:
    from dockerslim_rewrite.syntax.parser import parse_dockerfile

    return parse_dockerfile(text)
