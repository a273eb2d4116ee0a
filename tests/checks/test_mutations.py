"""The checks notice what a defect of planning or emission would break."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.replay import replay_stage
from dockerslim_rewrite.checks import verify_output
from dockerslim_rewrite.checks.verify_output import check_output
from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.emit.render import render_plan
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Insert, RewritePlan, RuntimeLine
from dockerslim_rewrite.syntax.model import Dockerfile, Instruction
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from dockerslim_rewrite.syntax.reader import read_semantics
from tests.support import FIXTURES

NAMES = ("go/d04-useradd", "go/d15-metadata", "go/d05-args", "node/n03-yarn", "node/n17-tini", "python/p01-uvicorn")
FOLDERS = [FIXTURES / name for name in NAMES]


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


def plan_mutants(source: Dockerfile, plan: RewritePlan) -> Iterator[tuple[str, RewritePlan]]:
    """Yield what a defect of planning would make of a plan: a line lost, moved, repeated or changed, an item lost."""
    lines = plan.runtime
    for at, line in enumerate(lines):
        if line.source is None and not line.text.startswith("COPY"):
            continue  # a line of the plan's own: nothing else knows that it is needed
        if line.source is not None:
            yield f"lost: {line.text}", replace(plan, runtime=lines[:at] + lines[at + 1 :])
        for changed in _changed(line.text):
            yield f"changed: {changed}", replace(plan, runtime=_with(lines, at, replace(line, text=changed)))
    for at, (one, other) in enumerate(pairwise(lines)):
        if _order_counts(one, other):
            yield f"swapped: {one.text}", replace(plan, runtime=(*lines[:at], other, one, *lines[at + 2 :]))
    for at, item in enumerate(plan.builder):
        rest = plan.builder[:at] + plan.builder[at + 1 :]
        if not isinstance(item, Insert) and isinstance(source.items[item.index], Instruction):
            yield f"lost: builder item {at}", replace(plan, builder=rest)


def _with(lines: tuple[RuntimeLine, ...], at: int, line: RuntimeLine) -> tuple[RuntimeLine, ...]:
    return (*lines[:at], line, *lines[at + 1 :])


def _changed(text: str) -> Iterator[str]:
    """Yield other values of a setting. Of a COPY only the form: the path is the plan's word alone."""
    keyword, _, value = text.partition(" ")
    if keyword in ("USER", "WORKDIR", "STOPSIGNAL", "EXPOSE", "VOLUME"):
        yield f"{keyword} {value}1"
    elif keyword == "ENV":
        yield f"{text}1"
        yield f"ENV X{value}"
    elif keyword in ("CMD", "ENTRYPOINT"):
        yield text.replace('"', '"x', 1) if '"' in text else f"{text} x"
    elif keyword == "LABEL":
        yield f"LABEL X{value}"
    elif keyword == "COPY":
        yield text.replace("--from=builder ", "")
        yield text.replace("--from=builder /", "--from=builder ")


def _order_counts(one: RuntimeLine, other: RuntimeLine) -> bool:
    """Two settings that see each other: a working directory or a user, and the next of its kind."""
    first, second = one.text.split(" ")[0], other.text.split(" ")[0]
    return first == second and first in ("WORKDIR", "USER", "CMD", "ENTRYPOINT") and one.text != other.text


def test_every_seeded_defect_of_a_plan_is_noticed() -> None:
    """What a defective plan emits is compared with the source.

    Lines of the plan's own are not lost here: what the program needs is known to the languages alone.
    """
    seen, missed = 0, []
    for folder in FOLDERS:
        source, facts, plan, text = study(folder)
        for name, mutant in plan_mutants(source, plan):
            emitted = render_plan(mutant, source)
            if emitted == text:
                continue
            if check_output(source, facts, mutant, emitted):
                seen += 1
            else:
                missed.append(f"{folder.name}: {name}")
    assert not missed, "\n".join(missed)
    assert seen >= 80, seen


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


def test_another_number_of_stages_is_noticed() -> None:
    source, facts, plan, text = study(FIXTURES / "go/d15-metadata")
    said = ("3 stages instead of 2",)
    assert check_output(source, facts, plan, text + "FROM scratch\n") == said
    assert check_output(source, facts, plan, text.split("\n\nFROM")[0] + "\n") == ("1 stages instead of 2",)


def test_a_text_that_does_not_parse_is_noticed() -> None:
    source, facts, plan, text = study(FIXTURES / "go/d15-metadata")
    line = text.count("\n") + 1
    (said,) = check_output(source, facts, plan, text + "BLA x\n")
    assert said.startswith(f"line {line}: ")


def test_the_second_reader_has_to_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    source, facts, plan, text = study(FIXTURES / "go/d15-metadata")
    other = read_semantics(parse_dockerfile("FROM scratch\n"))
    monkeypatch.setattr(verify_output, "read_semantics", lambda _: other)
    assert check_output(source, facts, plan, text) == ("dockerfile-parse reads other stages",)
