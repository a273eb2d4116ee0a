from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings

from dockerslim_rewrite.syntax.model import Dockerfile, Instruction
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from tests.properties.strategies import any_text, dockerfiles

FIXTURES = Path(__file__).parents[2] / "fixtures"
FILES = sorted(FIXTURES.glob("*/*/Dockerfile"))


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def syntax_case(name: str) -> Dockerfile:
    return parse_dockerfile(read(FIXTURES / "syntax" / name / "Dockerfile"))


def parse_one(text: str) -> Instruction:
    dockerfile = parse_dockerfile(f"FROM a\n{text}")
    assert len(dockerfile.instructions) == 2
    return dockerfile.instructions[1]


def check_offsets(dockerfile: Dockerfile) -> None:
    text = dockerfile.text
    assert dockerfile.code == text
    at = 0
    for item in dockerfile.items:
        assert item.span.start == at < item.span.end
        at = item.span.end
        for comment in item.comments:
            assert item.span.start <= comment.span.start < comment.span.end <= item.span.end
            assert "\n" not in comment.span.of(text)
            assert "#" in comment.span.of(text)
    assert at == len(text)
    for instruction in dockerfile.instructions:
        assert instruction.line == dockerfile.line_of(instruction.span.start)
        assert instruction.end_line == dockerfile.line_of(max(instruction.span.end - 1, instruction.span.start))
        check_map(text, instruction.value, instruction.value_map.to_source)
        for flag in instruction.flags:
            assert flag.span.of(text).startswith("-")
        for heredoc in instruction.heredocs:
            check_map(text, heredoc.content, heredoc.content_map.to_source)
            assert instruction.span.start < heredoc.span.start <= heredoc.span.end <= instruction.span.end


def check_map(text: str, derived: str, to_source: object) -> None:
    assert callable(to_source)
    sources = [to_source(index) for index in range(len(derived))]
    assert "".join(text[source] for source in sources) == derived
    assert sources == sorted(set(sources))


@given(any_text)
@settings(max_examples=500, deadline=None)
def test_every_text_round_trips_with_exact_offsets(text: str) -> None:
    check_offsets(parse_dockerfile(text))


@given(dockerfiles())
@settings(max_examples=300, deadline=None)
def test_generated_dockerfiles_round_trip_with_exact_offsets(text: str) -> None:
    dockerfile = parse_dockerfile(text)
    check_offsets(dockerfile)
    assert dockerfile.stages


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}/{path.parent.name}")
def test_fixtures_round_trip_with_exact_offsets(path: Path) -> None:
    check_offsets(parse_dockerfile(read(path)))


@pytest.mark.parametrize(
    "text", ["", "\ufeff", "\n", "\\", "\\\n", "\r", "\0", "\ud800", "FROM", "RUN <<", "#", "# escape="]
)
def test_degenerate_texts_are_problems_and_not_errors(text: str) -> None:
    dockerfile = parse_dockerfile(text)
    assert dockerfile.code == text
    assert dockerfile.problems


def test_continuations_drop_comments_and_blank_lines_and_keep_indentation() -> None:
    run = parse_one("RUN a \\\n  # note\n\n  && b \\ \t\n\tc\n")
    assert run.value == "a   && b \tc"
    assert (run.line, run.end_line) == (2, 6)
    assert len(run.comments) == 1


def test_two_escape_characters_do_not_continue_a_line() -> None:
    dockerfile = syntax_case("continuation-white-space")
    assert [(item.line, item.end_line) for item in dockerfile.instructions] == [(1, 1), (2, 4), (5, 5), (7, 7)]
    assert dockerfile.instructions[2].value == "echo a \\\\"


def test_keywords_and_values_may_be_split_by_continuations() -> None:
    dockerfile = syntax_case("continuation-splits-words")
    assert [(item.keyword, item.value) for item in dockerfile.instructions] == [
        ("FROM", "alpine:3.20"),
        ("RUN", "echo a b"),
        ("CMD", '["ab"]'),
        ("RUN", "late"),
        ("ENV", "A=1"),
    ]
    assert dockerfile.instructions[0].keyword_span.of(dockerfile.text) == "FR\\\nOM"


def test_escape_directive_changes_continuations() -> None:
    dockerfile = syntax_case("escape-backtick")
    assert dockerfile.escape == "`"
    assert [item.line for item in dockerfile.instructions] == [3, 4, 5, 9]


def test_directives_are_known_at_the_top_only() -> None:
    assert [item.name for item in syntax_case("directives").directives] == ["syntax", "escape", "check"]
    assert syntax_case("directives").escape == "`"
    assert syntax_case("directives-late").directives == ()
    assert syntax_case("directives-late").escape == "\\"


def test_byte_order_mark_is_trivia() -> None:
    dockerfile = syntax_case("byte-order-mark-instruction")
    assert dockerfile.items[0].span.of(dockerfile.text) == "\ufeff"
    assert dockerfile.instructions[0].keyword == "FROM"


def test_crlf_is_no_part_of_values() -> None:
    dockerfile = syntax_case("crlf")
    assert dockerfile.newline == "\r\n"
    assert [item.value for item in dockerfile.instructions][1:] == ["echo a   b", "A=1     B=2", '["a", "b"]']


def test_a_carriage_return_within_a_line_stays() -> None:
    assert parse_one("RUN a\rb\r\r\n").value == "a\rb"


def test_heredoc_bodies_are_no_instructions() -> None:
    dockerfile = syntax_case("heredoc-run")
    run = dockerfile.instructions[1]
    assert [item.keyword for item in dockerfile.instructions] == ["FROM", "RUN", "CMD"]
    assert (run.line, run.end_line) == (2, 9)
    assert run.heredocs[0].content.startswith("set -e\n# a comment")
    assert run.heredocs[0].span.of(dockerfile.text).endswith("here\nEOF\n")


def test_several_heredocs_with_quoted_delimiters() -> None:
    dockerfile = syntax_case("heredoc-several")
    one, two = dockerfile.instructions[1].heredocs
    assert (one.name, one.content, one.expand) == ("one.txt", "first $HOME\n", True)
    assert (two.name, two.content, two.expand) == ("two.txt", "second $HOME\n", False)
    assert [heredoc.name for heredoc in dockerfile.instructions[2].heredocs] == ["A", "B"]


def test_heredoc_tabs_are_stripped_on_request_only() -> None:
    _, first, second, last = syntax_case("heredoc-tabs").instructions
    assert first.heredocs[0].content == "echo indented\necho twice\n  echo spaces stay\n"
    assert second.heredocs[0].name == "END OF FILE"
    assert last.line == 10


def test_heredoc_line_ends_are_lf() -> None:
    assert syntax_case("heredoc-crlf").instructions[1].heredocs[0].content == "echo a\necho b \\\n\n"


def test_what_looks_like_a_heredoc_and_is_none() -> None:
    assert all(not item.heredocs for item in syntax_case("heredoc-not").instructions)


def test_exec_forms() -> None:
    forms = {item.keyword: item.exec_form for item in syntax_case("json-forms").instructions}
    assert forms == {
        "FROM": None,
        "RUN": ("a", "b\né\U0001f600�"),
        "CMD": ("a",),
        "ENTRYPOINT": ("a", "b"),
        "SHELL": ("/bin/bash", "-c"),
        "VOLUME": ("/a b", "/c"),
        "COPY": ("a b", "c/"),
        "ADD": ("x", "y"),
        "HEALTHCHECK": ("a", "b"),
        "ONBUILD": ("z",),
    }


def test_broken_json_is_shell_form() -> None:
    dockerfile = syntax_case("broken-json")
    assert not dockerfile.problems
    assert {item.exec_form for item in dockerfile.instructions} == {None, ()}


def test_flags_with_quotes_escapes_and_the_double_dash() -> None:
    _, run, copy, odd, add, secret, *_ = syntax_case("flags").instructions
    assert [flag.name for flag in run.flags] == ["mount", "mount", "network"]
    assert run.value == "echo --c"
    assert copy.flag("chown") == "a b:c"
    assert copy.flag("link") == ""
    assert copy.flags[0].value is None
    assert (odd.flag("from"), odd.value) == ("0", "--odd /e")
    assert add.flag("checksum") == "sha256:00"
    assert (secret.flag("mount"), secret.value) == ("type=secret,id=a b", "run")


def test_onbuild_keeps_the_inner_instruction() -> None:
    run, unknown, copy, env, add, volume = syntax_case("onbuild").instructions[1:]
    assert (run.trigger, run.value) == ("RUN", "RUN --mount=type=cache,target=/x echo a")
    assert unknown.exec_form is None
    assert copy.exec_form == ("a", "b")
    assert (env.trigger, add.trigger, volume.trigger) == ("ENV", "ADD", "VOLUME")


def test_stages_and_meta_args() -> None:
    dockerfile = syntax_case("meta-args")
    assert [item.value for item in dockerfile.meta_args] == ["VERSION=3.20", "BASE=alpine"]
    first, second = dockerfile.stages
    assert (first.base, first.name, first.platform) == ("${BASE}:${VERSION}", "a", None)
    assert (second.base, second.name, second.platform) == ("a", None, "linux/amd64")
    assert [item.keyword for item in first.instructions] == ["ARG"]


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN x \\\n" + "  # c\n  y \\\n" * 150_000,
        "FROM a\n" + "RUN x\n" * 50_000,
        "FROM a\nRUN <<EOF\n" + "\tline\r\n" * 300_000 + "EOF\n",
        "FROM a\nRUN " + "x " * 1_000_000,
        "FROM a\nRUN " + '"' * 500_001 + "<<A",
        "#" + " " * 2_000_000 + "escape" + " " * 2_000_000 + "=",
        "FROM a" + " " * 2_000_000 + "\nCOPY" + " \\\n" * 200_000,
        "FROM a\nRUN --" + "a" * 1_000_000,
        "FROM a\nCMD " + "[" * 1_000_000,
        "\r" * 2_000_000,
    ],
    ids=["continuations", "instructions", "heredoc", "words", "quotes", "directive", "blanks", "flag", "json", "cr"],
)
def test_large_texts_take_linear_time(text: str) -> None:
    started = time.process_time()
    assert parse_dockerfile(text).code == text
    assert time.process_time() - started < 10
