from __future__ import annotations

import pytest

from dockerslim_rewrite.syntax.parser import parse_dockerfile
from tests.syntax.test_parser import FIXTURES, syntax_case

BAD_LINES = {
    "arguments-bad": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22),
    "directives-bad": (1, 3),
    "env-bad": (2, 3, 4, 5, 6, 7, 8),
    "flags-bad": (1, 2, 3, 4, 5, 6, 7),
    "heredoc-unterminated": (2,),
    "json-not-strings": (2, 3, 4),
    "no-from": (2,),
    "odd-white-space": (6, 7),
    "onbuild-bad": (2, 3, 4, 5),
    "only-args": (1,),
    "only-comments": (1,),
    "stray-escape": (3,),
}


@pytest.mark.parametrize("name", sorted(path.name for path in (FIXTURES / "syntax").iterdir()))
def test_problems_of_the_syntax_fixtures(name: str) -> None:
    assert tuple(problem.line for problem in syntax_case(name).problems) == BAD_LINES.get(name, ())


@pytest.mark.parametrize(
    "line",
    [
        "RUN",
        "CMD",
        "CMD []",
        "ARG --any=1 a",
        "STOPSIGNAL --any=1 SIGINT",
        "HEALTHCHECK --any NONE",
        "HEALTHCHECK --interval=0 --timeout=1h2m3.5s CMD a",
        "ONBUILD unknown thing",
        "RUN --mount=type=tmpfs,target=/a --mount=type=cache,target=/b x",
        'COPY <<"" /x',
        "ENV a b=c",
        "LABEL a=",
        "ARG a=1 b",
        "FROM a AS X-1.2_3",
    ],
)
def test_what_the_engine_accepts_is_no_problem(line: str) -> None:
    # Each was given to `docker build --check` of Docker 28.5.
    assert parse_dockerfile(f"FROM scratch\n{line}\n").problems == ()


def test_lines_are_limited_to_64_kib() -> None:
    # The oracle accepts the first and rejects the second.
    assert parse_dockerfile("FROM a\nRUN " + "x" * 65_531 + "\n").problems == ()
    assert [problem.line for problem in parse_dockerfile("FROM a\nRUN " + "x" * 65_532 + "\n").problems] == [2]


def test_thousands_of_variables_are_a_problem() -> None:
    """Each step has all variables before it: 19,900 of them took 19 GB."""
    text = "FROM golang\n" + "".join(f"ENV V{number}=x\n" for number in range(2_100))
    assert [problem.message for problem in parse_dockerfile(text).problems] == ["1,904 variables in 2,101 instructions"]
    assert parse_dockerfile("FROM golang\n" + "ENV A=b\n" * 5_000).problems == ()
