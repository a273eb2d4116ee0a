"""Programs at their whole path, and directories that a build makes for the program."""

from __future__ import annotations

import json

import pytest

from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext

FILES = {"package.json": json.dumps({"name": "x"}), "main.js": "console.log(1)"}


def _rewritten(dockerfile: str) -> Rewritten:
    found = rewrite(dockerfile, MemoryContext(FILES))
    assert isinstance(found, Rewritten)
    return found


@pytest.mark.parametrize(
    ("path", "base"),
    [("/usr/bin/tini", "node:20-slim"), ("tini", "node:20-alpine"), ("/usr/bin/dumb-init", "node:20-alpine")],
)
def test_a_program_must_be_at_its_whole_path(path: str, base: str) -> None:
    run = "RUN apt-get update && apt-get install -y tini dumb-init\n"
    found = _rewritten(
        f'FROM node:20\n{run}WORKDIR /app\nCOPY . .\nENTRYPOINT ["{path}", "--"]\nCMD ["node", "main.js"]\n'
    )
    assert found.plan.runtime_base == base


def _lines(run: str) -> str:
    return _rewritten(f'FROM node:20\n{run}\nWORKDIR /app\nCOPY . .\nCMD ["node", "main.js"]\n').text


def test_a_directory_in_tmp_that_nothing_else_uses_is_for_the_program() -> None:
    assert "COPY --from=builder --chmod=777 /tmp/uploads /tmp/uploads" in _lines(
        "RUN mkdir -p /tmp/uploads && chmod 777 /tmp/uploads"
    )
    assert "/run/service" in _lines("RUN mkdir /run/service").split("FROM")[2]


@pytest.mark.parametrize(
    "run",
    [
        "RUN mkdir /tmp/work && cd /tmp/work && touch a",
        "RUN mkdir /tmp/work && touch /tmp/work/a",
        "RUN mkdir /tmp/work && echo a > /tmp/work/a",
        "RUN mkdir /tmp/work\nWORKDIR /tmp/work\nRUN touch a",
        "RUN mkdir /tmp/work\nCOPY main.js /tmp/work/",
    ],
)
def test_a_directory_in_tmp_where_the_build_works_is_left_behind(run: str) -> None:
    assert "/tmp" not in _lines(run).split("FROM")[2]
