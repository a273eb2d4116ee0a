"""A builder that may be newer than the runtime's C library (D20). Releases: knowledge/images.toml."""

import pytest

from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext

PURE = "package main\n\nfunc main() {}\n"
FILES = {"go.mod": "module a.test/a\n\ngo 1.22\n", "main.go": PURE.replace("\n\nfunc", '\n\nimport "C"\n\nfunc')}


def outcome(base: str, main: str = FILES["main.go"], before: str = "") -> Rewritten:
    text = f'{before}FROM {base}\nWORKDIR /a\nCOPY . .\nRUN go build -o a .\nCMD ["./a"]\n'
    found = rewrite(text, MemoryContext({**FILES, "main.go": main}))
    assert isinstance(found, Rewritten)
    return found


def first_line(found: Rewritten) -> str:
    return next(line for line in found.text.splitlines() if line.startswith("FROM"))


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("golang:1.24", "FROM golang:1.24-bookworm AS builder"),
        ("--platform=linux/amd64 golang:1.24", "FROM --platform=linux/amd64 golang:1.24-bookworm AS builder"),
        ("golang:1.24 AS make", "FROM golang:1.24-bookworm AS make"),
        ("docker.io/library/golang:1.24", "FROM docker.io/library/golang:1.24-bookworm AS builder"),
        ("golang", "FROM golang:bookworm AS builder"),
        ("golang:latest", "FROM golang:bookworm AS builder"),
        ("golang:latest AS make", "FROM golang:bookworm AS make"),
        ("docker.io/golang", "FROM docker.io/golang:bookworm AS builder"),
        # near misses: stated, one release only, or older than the runtime in any case
        ("golang:1.24-bookworm", "FROM golang:1.24-bookworm AS builder"),
        ("golang:1.22", "FROM golang:1.22 AS builder"),
        ("golang:1.20", "FROM golang:1.20 AS builder"),
        ("golang:1.16", "FROM golang:1.16 AS builder"),
        ("golang:1.24-alpine", "FROM golang:1.24-alpine AS builder"),
    ],
)
def test_a_tag_with_a_version_and_the_latest_are_pinned(base: str, expected: str) -> None:
    found = outcome(base)
    assert first_line(found) == expected
    assert [note.code for note in found.plan.notes if note.code == "D20"] == []
    pinned = any(item.code == "D20" for item in found.plan.decisions)
    assert pinned == ("bookworm" in expected and "bookworm" not in base)


def test_a_static_binary_needs_no_pin() -> None:
    assert first_line(outcome("golang:1.24", PURE)) == "FROM golang:1.24 AS builder"


@pytest.mark.parametrize("base", ["golang:1", "golang:1.24@sha256:" + "0" * 64])
def test_a_tag_that_moves_on_is_only_told(base: str) -> None:
    found = outcome(base)
    assert first_line(found) == f"FROM {base} AS builder"
    (note,) = [note.message for note in found.plan.notes if note.code == "D20"]
    assert "may be trixie, while gcr.io/distroless/base-debian12 is bookworm" in note


def test_a_tag_that_an_argument_decides_is_only_told() -> None:
    found = outcome("golang:${GO}", before="ARG GO=1.24\n")
    assert first_line(found) == "FROM golang:${GO} AS builder"
    assert [note.code for note in found.plan.notes] == ["D20"]


@pytest.mark.parametrize(("base", "changes"), [("golang:1.24", ()), ("golang", ()), ("golang:latest", ("builder:1",))])
def test_a_pin_tells_its_reason_and_the_line_that_it_changes(base: str, changes: tuple[str, ...]) -> None:
    (decision,) = [item for item in outcome(base).plan.decisions if item.code == "D20"]
    runtime = "gcr.io/distroless/base-debian12"
    why = f"{base} does not name its Debian release, and may be trixie"
    assert decision.summary == f"the builder is pinned to bookworm, the release of {runtime}: {why}"
    assert [str(item) for item in decision.evidence] == [f"knowledge/images.toml: {base}: bookworm, trixie"]
    assert decision.changes == changes


@pytest.mark.parametrize(
    ("base", "advice"), [("golang:1", "golang:1-bookworm"), ("golang:${GO}", "golang:1.24-bookworm")]
)
def test_what_to_write_instead_is_said(base: str, advice: str) -> None:
    (note,) = [note for note in outcome(base, before="ARG GO=1.24\n").plan.notes if note.code == "D20"]
    assert note.line == 2
    assert note.message.endswith(f"is bookworm: write {advice} to keep both stages together")
