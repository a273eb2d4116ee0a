"""Each instruction of the source is in the emitted text, in the plan's order, or a decision says why not."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.analysis.model import Applicability, Confidence
from dockerslim_rewrite.checks.accounting import bad_copies, missing_lines, unaccounted
from dockerslim_rewrite.planning.model import Carry, Decision, Edit, Insert, RewritePlan, RuntimeLine, Size
from dockerslim_rewrite.syntax.model import Dockerfile
from dockerslim_rewrite.syntax.parser import parse_dockerfile

SOURCE = """\
ARG V=1
FROM golang:1.24
ARG W
RUN first
ENV X=1
RUN second
# note
USER app
ENV Y=2
STOPSIGNAL INT
CMD ["old"]
CMD ["new"]
"""
RUNTIME = ("USER app", "ENV Y=2", "STOPSIGNAL INT", 'CMD ["new"]')
BUILDER = ("ARG V=1", "FROM golang:1.24 AS builder", "ARG W", "RUN first", "ENV X=1", "RUN second")


def emitted(builder: tuple[str, ...] = BUILDER, runtime: tuple[str, ...] = RUNTIME) -> Dockerfile:
    return parse_dockerfile("\n".join([*builder, "", "FROM scratch", *runtime, ""]))


def carried(source: Dockerfile, but: tuple[str, ...] = ()) -> list[Carry | Edit | Insert]:
    """Carry what builds; FROM gets its name."""
    items: list[Carry | Edit | Insert] = []
    for index, item in enumerate(source.items):
        text = item.span.of(source.text).rstrip("\n")
        if text.startswith("FROM"):
            end = item.span.start + len(text)
            items.append(Edit(index, ((end, end, " AS builder"),)))
        elif text in BUILDER and text not in but:
            items.append(Carry(index, item.span.start, item.span.end))
    return items


def plan(builder: list[Carry | Edit | Insert], *changes: str, runtime: tuple[str, ...] = ()) -> RewritePlan:
    decision = Decision("D00", "said", (), Confidence.HIGH, Applicability.SAFE, changes)
    lines = tuple(RuntimeLine("settings", text, "D00") for text in runtime)
    return RewritePlan(
        "builder", "golang:1.24", "scratch", "scratch", "small", 1, tuple(builder), lines, (decision,), (), (), (),
        Size(1, 0),
    )  # fmt: skip


def lost(text: Dockerfile, *changes: str, but: tuple[str, ...] = (), source: str = SOURCE) -> list[str]:
    parsed = parse_dockerfile(source)
    return unaccounted(parsed, text, plan(carried(parsed, but), *changes))


def without(texts: tuple[str, ...], *gone: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text not in gone)


def test_a_correct_text_loses_nothing() -> None:
    assert lost(emitted()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (emitted(without(BUILDER, "RUN first")), "line 4: RUN is not in the builder stage"),
        (emitted(without(BUILDER, "ENV X=1")), "line 5: ENV is not in the builder stage"),
        (emitted(without(BUILDER, "ARG V=1")), "line 1: ARG is not in the builder stage"),
        (emitted((*BUILDER[:3], "RUN second", "ENV X=1", "RUN first")), "line 5: ENV is not in the builder stage"),
        (emitted(tuple(item.replace("golang", "golan") for item in BUILDER)), "line 2: FROM was edited beyond"),
        (emitted(runtime=without(RUNTIME, "ENV Y=2")), "line 9: ENV is in neither stage"),
        (emitted(runtime=without(RUNTIME, "STOPSIGNAL INT")), "line 10: STOPSIGNAL is in neither stage"),
        (emitted(runtime=without(RUNTIME, 'CMD ["new"]')), "line 12: CMD is in neither stage"),
    ],
)
def test_what_is_lost_is_said(text: Dockerfile, said: str) -> None:
    assert any(item.startswith(said) for item in lost(text)), lost(text)


@pytest.mark.parametrize("step", ["RUN first", "RUN second", "ENV X=1", "ARG W"])
def test_what_builds_has_to_stay_in_the_builder(step: str) -> None:
    """A plan that moved it would change what the steps see, even where the runtime stage has its text."""
    builder = without(BUILDER, step)
    assert lost(emitted(builder, (*RUNTIME, step)), but=(step,))


@pytest.mark.parametrize("step", ["COPY a b", "ADD a b"])
def test_files_stay_in_the_builder(step: str) -> None:
    source = SOURCE.replace("RUN second", step)
    assert lost(emitted(without(BUILDER, "RUN second"), (*RUNTIME, step)), source=source)


def test_a_state_that_no_step_sees_may_go_but_for_env() -> None:
    """The run-time contract is compared apart: it has the user, the directory and the shell."""
    assert lost(emitted(runtime=without(RUNTIME, "USER app"))) == []
    assert lost(emitted(without(BUILDER, "ENV X=1")), but=("ENV X=1",)) == ["line 5: ENV is in neither stage"]
    assert lost(emitted(without(BUILDER, "ARG W")), but=("ARG W",)) == ["line 3: ARG is in neither stage"]


def test_a_state_without_any_step_may_go() -> None:
    source = "FROM golang:1.24\nUSER app\nENV A=1\n"
    builder = ("FROM golang:1.24 AS builder",)
    assert lost(emitted(builder, ("ENV A=1",)), source=source) == []
    assert lost(emitted(builder, ()), source=source) == ["line 3: ENV is in neither stage"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ('CMD ["a"]', 'CMD ["b"]'),
        ('ENTRYPOINT ["a"]', 'ENTRYPOINT ["b"]'),
        ("HEALTHCHECK CMD a", "HEALTHCHECK CMD b"),
        ("STOPSIGNAL 1", "STOPSIGNAL 2"),
        ("MAINTAINER a", "MAINTAINER b"),
    ],
)
def test_the_last_of_its_kind_is_kept(first: str, last: str) -> None:
    source = f"FROM golang:1.24\n{first}\n{last}\n"
    builder = ("FROM golang:1.24 AS builder",)
    assert lost(emitted(builder, (last,)), source=source) == []
    assert lost(emitted(builder, (first,)), source=source) == [f"line 3: {first.split()[0]} is in neither stage"]


@pytest.mark.parametrize("keyword", ["LABEL", "EXPOSE", "VOLUME"])
def test_each_of_what_adds_up_is_kept(keyword: str) -> None:
    source = f"FROM golang:1.24\n{keyword} a=1\n{keyword} b=1\n"
    text = emitted(("FROM golang:1.24 AS builder",), (f"{keyword} b=1",))
    assert lost(text, source=source) == [f"line 2: {keyword} is in neither stage"]


def test_what_a_decision_names_may_go() -> None:
    text = emitted(runtime=without(RUNTIME, 'CMD ["new"]', "STOPSIGNAL INT"))
    assert lost(text, "cmd", "stopsignal") == []
    assert lost(text, "cmd") == ["line 10: STOPSIGNAL is in neither stage"]


def test_an_edit_inserts_and_takes_away_only_where_a_decision_names_the_line() -> None:
    source = parse_dockerfile("FROM golang:1.24\nRUN go build -v .\n")
    from_, run = source.items
    at = run.span.start + len("RUN go build")
    builder = [Edit(0, ((from_.span.start + len("FROM golang:1.24"),) * 2 + (" AS builder",),))]
    text = emitted(("FROM golang:1.24 AS builder", "RUN go build -x ."), ())
    edit = Edit(1, ((at, at + len(" -v"), " -x"),))
    said = ["line 2: RUN was edited beyond insertions"]
    assert unaccounted(source, text, plan([*builder, edit])) == said
    assert unaccounted(source, text, plan([*builder, edit], "builder:1")) == said
    assert unaccounted(source, text, plan([*builder, edit], "builder:2")) == []
    other = emitted(("FROM golang:1.24 AS builder", "RUN go vet ."), ())
    assert unaccounted(source, other, plan([*builder, edit], "builder:2")) == said
    inserted = Edit(1, ((at, at, " -x"), (at + len(" -v"), at + len(" -v"), " -y")))
    both = emitted(("FROM golang:1.24 AS builder", "RUN go build -x -v -y ."), ())
    assert unaccounted(source, both, plan([*builder, inserted])) == []


def test_what_the_plan_adds_to_the_builder_is_nobodys_instruction() -> None:
    source = parse_dockerfile(SOURCE)
    items = [*carried(source), Insert("RUN added", "D00")]
    assert unaccounted(source, emitted((*BUILDER, "RUN added")), plan(items)) == []
    assert unaccounted(source, emitted(), plan(items)) == []


def test_only_the_last_stage_is_the_runtime() -> None:
    source = "FROM a AS one\nRUN x\nFROM golang:1.24\nRUN first\n"
    parsed = parse_dockerfile(source)
    items: list[Carry | Edit | Insert] = [
        Carry(index, item.span.start, item.span.end) for index, item in enumerate(parsed.items)
    ]
    text = parse_dockerfile("FROM a AS one\nRUN x\nFROM golang:1.24\nRUN first\nFROM scratch\n")
    assert unaccounted(parsed, text, plan(items)) == []
    other = parse_dockerfile("FROM a AS one\nFROM golang:1.24\nRUN first\nFROM scratch\nRUN x\n")
    assert unaccounted(parsed, other, plan(items))[0] == "line 2: RUN is not in the builder stage"


@pytest.mark.parametrize(
    ("runtime", "said"),
    [
        (RUNTIME, []),
        (("LABEL a=1", *RUNTIME), []),
        (without(RUNTIME, "ENV Y=2"), ["the runtime stage lacks, or has out of order: ENV Y=2"]),
        (RUNTIME[::-1], ["the runtime stage lacks, or has out of order: ENV Y=2"]),
        ((), ["the runtime stage lacks, or has out of order: USER app"]),
    ],
)
def test_lines_of_the_plan(runtime: tuple[str, ...], said: list[str]) -> None:
    text = emitted(runtime=runtime)
    assert missing_lines(text.stages[-1], text, plan([], runtime=RUNTIME)) == said


@pytest.mark.parametrize(
    ("copy", "said"),
    [
        ("COPY --from=builder /a /b", []),
        ('COPY --from=builder ["/a b", "/c"]', []),
        ("COPY --from=builder --chown=a:b /a /b/", []),
        ("RUN cp a b", []),
        ("COPY /a /b", ["COPY does not take absolute paths from builder"]),
        ("COPY --from=other /a /b", ["COPY does not take absolute paths from builder"]),
        ("COPY --from=builder a /b", ["COPY does not take absolute paths from builder"]),
        ("COPY --from=builder /a b", ["COPY does not take absolute paths from builder"]),
        ('COPY --from=builder ["a b", "/c"]', ["COPY does not take absolute paths from builder"]),
        ("COPY --from=builder / /", ["COPY takes the whole file system"]),
        ("COPY --from=builder /a /", []),
    ],
)
def test_copies(copy: str, said: list[str]) -> None:
    stage = emitted(runtime=("USER app", copy)).stages[-1]
    assert bad_copies(stage, "builder") == [f"line 10: {text}" for text in said]
