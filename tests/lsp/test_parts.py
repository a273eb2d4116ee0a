import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position

from dockerslim_rewrite.discovery.contexts import context_root
from dockerslim_rewrite.lsp.context import StampedContext
from dockerslim_rewrite.lsp.edits import MAX_COMPARED_LINES, line_changes
from dockerslim_rewrite.lsp.names import is_dockerfile
from dockerslim_rewrite.lsp.positions import LineIndex
from dockerslim_rewrite.lsp.settings import Settings, read_settings
from dockerslim_rewrite.syntax.parser import parse_dockerfile

TEXTS = st.text(alphabet="ab\n\r\u2028\u00e9\U0001f40b", max_size=40)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


@given(TEXTS, TEXTS)
def test_changes_turn_one_text_into_the_other(before: str, after: str) -> None:
    result, at = "", 0
    for change in line_changes(before, after):
        assert at <= change.start <= change.end
        result += before[at : change.start] + change.text
        at = change.end
    assert result + before[at:] == after


def test_only_changed_lines_are_in_a_change() -> None:
    before = "a\nb\nc\nd\n"
    (first, second) = line_changes(before, "a\nB\nc\nd\ne\n")
    assert (before[first.start : first.end], first.text) == ("b\n", "B\n")
    assert (before[second.start : second.end], second.text) == ("", "e\n")


def test_huge_texts_are_replaced_between_what_they_share() -> None:
    many = "".join(f"{number}\n" for number in range(MAX_COMPARED_LINES))
    (change,) = line_changes(f"x\n{many}y\n", f"x\n{many[::-1]}y\n")
    assert change.start == 2


@given(TEXTS, ENCODINGS)
def test_every_offset_has_a_position_that_leads_back(text: str, encoding: str) -> None:
    index = LineIndex(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n":  # no position lies between the two
            assert index.offset(index.position(offset)) == offset


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1), ("unheard-of", 2)])
def test_columns_are_counted_in_the_unit_of_the_client(encoding: str, column: int) -> None:
    assert LineIndex("a\n\U0001f40bx", encoding).position(3) == Position(1, column)


def test_positions_outside_of_the_text_are_its_ends() -> None:
    index = LineIndex("ab\r\nc")
    assert index.offset(Position(0, 99)) == 2
    assert index.offset(Position(99, 0)) == 5
    assert index.position(99) == index.last == Position(1, 1)


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("Dockerfile", "", True),
        ("Dockerfile.dev", "", True),
        ("api.Dockerfile", "", True),
        ("DOCKERFILE", "", True),
        ("Containerfile", "", True),
        ("web.containerfile", "", True),
        ("build", "dockerfile", True),
        ("Dockerfile.dockerignore", "", False),
        ("Dockerfiles.md", "markdown", False),
        ("mydockerfile", "", False),
    ],
)
def test_names(name: str, language: str, expected: bool) -> None:
    assert is_dockerfile(f"file:///x/{name}", language) is expected


@pytest.mark.parametrize("value", [None, 3, [], "x", {"ignore": 3, "context": [], "debounceMs": "x", "nonroot": 1}])
def test_settings_of_a_wrong_type_are_left_out(value: object) -> None:
    assert read_settings(value) == Settings()


def test_settings_are_read_with_and_without_their_section() -> None:
    value = {"ignore": ["G01", 3], "context": "app", "nonroot": True, "debounceMs": 99999}
    expected = Settings(("G01",), "app", True, 5000)
    assert read_settings(value) == read_settings({"dockerslim": value}) == expected


def test_context_root(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "deploy"
    folder.mkdir(parents=True)
    (tmp_path / "shop" / "main.go").touch()
    (tmp_path / "outside.go").touch()
    path = folder / "Dockerfile"

    def root(text: str, *folders: Path) -> Path:
        return context_root(path, folders, parse_dockerfile(f"FROM x\n{text}\n"))

    workspace = tmp_path / "shop"
    assert root("COPY . .", workspace) == folder
    assert root("COPY main.go .", workspace) == workspace
    assert root('COPY ["./main.go", "/"]', workspace) == workspace
    assert root("COPY main.go .") == folder, "nothing outside of the workspace is looked at"
    assert root("COPY outside.go .", workspace) == folder
    assert root("COPY ../main.go .", workspace) == folder
    assert root("COPY --from=a main.go .\nADD http://x/y /\nCOPY *.go $X /", workspace) == folder


def test_a_context_knows_when_it_is_stale(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_text("1")

    def context() -> StampedContext:
        it = StampedContext(tmp_path, tmp_path / "Dockerfile")
        assert it.read_text("a/one") is not None
        assert it.read_text("absent") is None
        assert it.list_dir("a")
        assert it.is_fresh()
        return it

    it = context()
    (tmp_path / "a" / "one").write_text("12")
    assert not it.is_fresh()
    it = context()
    (tmp_path / "a" / "two").touch()
    assert not it.is_fresh()
    it = context()
    (tmp_path / ".dockerignore").write_text("x")
    assert not it.is_fresh()
    it = context()
    (tmp_path / "absent").touch()
    assert not it.is_fresh()
    (tmp_path / "absent").unlink()
    it = context()
    os.utime(tmp_path / "a" / "one", (1, 1))
    assert not it.is_fresh()
