"""The checks notice what a defect of planning or emission would break."""

from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.replay import replay_stage
from dockerslim_rewrite.checks.verify_output import check_output
from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import RewritePlan
from dockerslim_rewrite.syntax.model import Dockerfile
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from tests.support import FIXTURES

FOLDERS = [FIXTURES / name for name in ("go/d04-useradd", "go/d15-metadata", "go/d05-args", "node/n03-yarn")]


def study(folder: Path) -> tuple[Dockerfile, StageFacts, RewritePlan, str]:
    text = (folder / "Dockerfile").read_text(encoding="utf-8")
    outcome = rewrite(text, LocalContext(folder))
    assert isinstance(outcome, Rewritten)
    source = parse_dockerfile(text)
    return source, replay_stage(source, source.stages[-1]), outcome.plan, outcome.text


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_real_result_passes(folder: Path) -> None:
    assert check_output(*study(folder)) == ()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_dropped_line_is_noticed(folder: Path) -> None:
    source, facts, plan, text = study(folder)
    emitted = parse_dockerfile(text)
    for stage in emitted.stages:
        for entry in stage.instructions:
            mutant = text[: entry.span.start] + text[entry.span.end :]
            assert check_output(source, facts, plan, mutant), f"unnoticed: {entry.span.of(text)!r} dropped"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_swapped_pair_of_the_runtime_stage_is_noticed(folder: Path) -> None:
    source, facts, plan, text = study(folder)
    entries = parse_dockerfile(text).stages[-1].instructions
    for one, other in pairwise(entries):
        first, second = one.span.of(text).rstrip("\n"), other.span.of(text).rstrip("\n")
        mutant = text[: one.span.start] + second + "\n" + first + "\n" + text[other.span.end :]
        assert check_output(source, facts, plan, mutant), f"unnoticed: {first!r} and {second!r} swapped"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM gcr.io/distroless/static-debian12", "FROM gcr.io/distroless/base-debian12"),
        ("USER ", "USER x"),
        ("EXPOSE ", "EXPOSE 1 "),
        ("COPY --from=builder /", "COPY --from=builder /other/"),
        ("COPY --from=builder ", "COPY "),
        ("WORKDIR /", "WORKDIR /x/"),
        ("FROM golang", "FROM  golang"),
    ],
)
def test_changed_words_are_noticed(before: str, after: str) -> None:
    source, facts, plan, text = study(FIXTURES / "go/d04-useradd")
    assert before in text
    head, _, tail = text.rpartition(before)
    assert check_output(source, facts, plan, head + after + tail)


def test_a_lost_decision_is_noticed() -> None:
    source, facts, plan, text = study(FIXTURES / "go/d15-metadata")
    assert check_output(source, facts, replace(plan, decisions=()), text)


def test_an_edit_beyond_an_insertion_is_noticed() -> None:
    source, facts, plan, text = study(FIXTURES / "go/d15-metadata")
    assert check_output(source, facts, plan, text.replace("go build", "go buil"))


def test_a_label_may_come_only_from_a_template_of_the_users_own() -> None:
    source, facts, plan, text = study(FIXTURES / "go/d15-metadata")
    more = text.rstrip("\n") + "\nLABEL of.the.template=1\n"
    assert check_output(source, facts, plan, more)
    assert not check_output(source, facts, plan, more, own_template=True)
