from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from dockerslim_rewrite.syntax.parser import parse_dockerfile
from dockerslim_rewrite.syntax.reader import read_semantics
from tests.properties.strategies import any_text, dockerfiles
from tests.syntax.test_parser import FILES, read

TEXT = """ARG V=20
FROM --platform=linux/amd64 node:$V AS build
LABEL stage="build"
RUN <<EOF
FROM inside
EOF
FROM build
ENV NAME="a b"
LABEL one="1" two=$NAME
LABEL three four five
CMD ["x", \\

  # comment
  "y"]
"""


def test_semantics_of_two_stages() -> None:
    semantics = read_semantics(parse_dockerfile(TEXT))
    assert semantics.base_image == "build"
    assert semantics.parent_images == ("node:20", "build")
    first, second = semantics.stages
    assert [keyword for keyword, _ in first.instructions] == ["FROM", "LABEL", "RUN"]
    assert second.instructions[-1] == ("CMD", '["x",   "y"]')


def test_a_file_with_problems_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown instruction"):
        read_semantics(parse_dockerfile("FROM a\nFOO b\n"))


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read_semantics(parse_dockerfile(TEXT))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}/{path.parent.name}")
def test_the_second_reader_agrees_on_stages(path: Path) -> None:
    dockerfile = parse_dockerfile(read(path))
    if dockerfile.problems:
        with pytest.raises(ValueError):
            read_semantics(dockerfile)
        return
    semantics = read_semantics(dockerfile)
    assert len(semantics.stages) == len(dockerfile.stages)
    for stage, ours in zip(semantics.stages, dockerfile.stages, strict=True):
        assert [keyword for keyword, _ in stage.instructions[1:]] == [item.keyword for item in ours.instructions]


@given(any_text | dockerfiles())
@settings(deadline=None)
def test_no_text_raises_anything_but_value_error(text: str) -> None:
    try:
        read_semantics(parse_dockerfile(text))
    except ValueError:
        return
