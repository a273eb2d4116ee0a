"""What keeps a stage from being planned at all."""

import pytest

from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten, Unchanged
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.gate import is_unknown
from tests.support import MemoryContext


def with_line(line: str) -> Outcome:
    return rewrite(f'FROM node:20\n{line}\nCOPY . .\nCMD ["node", "a.js"]\n', MemoryContext({"a.js": ""}))


@pytest.mark.parametrize("line", ['WORKDIR "/it\'s"', 'LABEL a="it\'s"', "ENV A='x y'", "# it's", 'RUN echo "it\'s"'])
def test_quotes_that_are_closed_are_no_reason(line: str) -> None:
    assert isinstance(with_line(line), Rewritten)


@pytest.mark.parametrize("line", ['WORKDIR bin:$PATH"', "WORKDIR it's", 'USER "app', "ENV A=${B", "EXPOSE 80'"])
def test_a_line_that_cannot_be_expanded_is_refused(line: str) -> None:
    outcome = with_line(line)
    assert isinstance(outcome, Refused)
    assert [(item.code, item.line) for item in outcome.blockers] == [("D06", 2)]


@pytest.mark.parametrize(
    ("text", "code", "line", "message", "hint"),
    [
        (
            "FROM mcr.microsoft.com/windows/servercore:ltsc2022\n",
            "D11",
            1,
            "mcr.microsoft.com/windows/servercore:ltsc2022 is a Windows image",
            "only Linux images are rewritten",
        ),
        (
            "ARG B\nFROM $B\n",
            "D20",
            2,
            "the base image $B is not known before the build",
            "give the ARG before FROM a default",
        ),
        (
            'FROM node:20\nSHELL ["pwsh", "-c"]\nRUN a\n',
            "D11",
            2,
            'SHELL ["pwsh", "-c"]: its commands are not read here',
            "use a POSIX shell",
        ),
        (
            "FROM node:20\nRUN a\nONBUILD RUN b\n",
            "D11",
            3,
            "ONBUILD is for images built on this one: they need the toolchain",
            "keep this file as it is",
        ),
        (
            "FROM node:20\nUSER 'app\n",
            "D06",
            2,
            (
                'what this stands for cannot be worked out: failed to process "\'app": '
                "unexpected end of statement while looking for matching single-quote"
            ),
            "BuildKit most likely stops here, too: correct the line",
        ),
    ],
)
def test_why_a_stage_is_refused(text: str, code: str, line: int, message: str, hint: str) -> None:
    outcome = rewrite(f'{text}CMD ["node", "a.js"]\n', MemoryContext({"a.js": ""}))
    assert isinstance(outcome, Refused)
    assert [(item.code, item.line, item.message, item.hint) for item in outcome.blockers] == [
        (code, line, message, hint)
    ]


@pytest.mark.parametrize(
    ("text", "code", "line", "reason"),
    [
        ("FROM nginx\n", "D20", 1, "nginx is not a known Go, Node or Python image"),
        ("FROM golang:1.24 AS b\nFROM B\n", "D16", 2, "multi-stage already: the last stage continues B"),
        ("FROM golang:1.24 AS b\n\nFROM nginx\n", "D16", 3, "multi-stage already, and the last stage is nginx"),
        (
            "FROM golang:1.24 AS b\nRUN go build -o /x .\nFROM golang:1.24\nCOPY --from=b /x /x\nCMD /x\n",
            "D16",
            3,
            "multi-stage already, and the last stage only takes what earlier ones built",
        ),
    ],
)
def test_why_a_stage_is_left_alone(text: str, code: str, line: int, reason: str) -> None:
    outcome = rewrite(text, MemoryContext({}))
    assert outcome == Unchanged(code, line, reason)


@pytest.mark.parametrize(
    ("written", "expanded", "unknown"),
    [
        ("golang:1.24", "golang:1.24", False),
        ("golang:", "golang:", False),  # wrong, but no variable's fault
        ("$BASE", "", True),
        ("$NAME:1.24", ":1.24", True),
        ("golang:$TAG", "golang:", True),
        ("golang@$DIGEST", "golang@", True),
        ("mirror.test/$NAME", "mirror.test/", True),
        ("mirror.test/$NAME:1", "mirror.test/:1", True),
        ("golang:$TAG-alpine", "golang:-alpine", True),
        ("golang:$TAG-alpine", "golang:1.24-alpine", False),
        ("golang:$TAG", "golang:1.24X", False),
    ],
)
def test_a_base_whose_variable_has_no_value_is_unknown(written: str, expanded: str, unknown: bool) -> None:
    assert is_unknown(written, expanded) is unknown
