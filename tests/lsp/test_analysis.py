"""What an editor offers and shows for a file, without a server around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol.types import DiagnosticSeverity
from msgspec.structs import replace

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.lsp.analysis import Analysis
from dockerslim_rewrite.lsp.diagnostics import diagnose, line_range
from dockerslim_rewrite.lsp.positions import LineIndex
from dockerslim_rewrite.lsp.settings import Settings
from dockerslim_rewrite.lsp.setup import plain_setup
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from tests.support import FIXTURES


def analysis_of(name: str, options: Options | None = None, text: str = "") -> Analysis:
    folder = FIXTURES / name
    setup = replace(plain_setup(Settings()), options=options or Options())
    text = text or (folder / "Dockerfile").read_text()
    return Analysis(parse_dockerfile(text), LocalContext(folder), setup)


def shown(analysis: Analysis) -> list[tuple[int, str, str]]:
    found = diagnose(analysis, LineIndex(analysis.text))
    return [(item.range.start.line + 1, str(item.code), item.message) for item in found]


def test_a_decision_that_waits_is_offered_apart_and_shown_where_the_stage_begins() -> None:
    analysis = analysis_of("node/n05-npm-start")
    first, *others = analysis.variants
    assert first.preferred and not first.review
    (unsafe,) = [variant for variant in others if variant.options.unsafe]
    assert unsafe.title.endswith("with 1 change to review") and len(unsafe.review) == 1
    assert any(
        line == 1 and code == "N05" and text.startswith("needs a review:") for line, code, text in shown(analysis)
    )


def test_every_variant_has_a_text_of_its_own() -> None:
    variants = analysis_of("node/n05-npm-start").variants
    texts = [variant.outcome.text for variant in variants]
    assert len(set(texts)) == len(texts) >= 3
    assert [variant.preferred for variant in variants].count(True) == 1
    assert any(variant.title.endswith("optimise the builder stage") for variant in variants)


def test_what_variants_need_is_found_bit_by_bit() -> None:
    analysis = analysis_of("go/article")
    steps = 0
    while analysis.prepare():
        steps += 1
    assert steps >= 3 and not analysis.prepare()
    assert not analysis_of("unchanged/nginx").prepare()


@pytest.mark.parametrize("text", ["FROM golang:1.24\nBLA x\n", "# nothing\n", "FROM golang:1.24\nRUN <<EOF\nx\n"])
def test_an_unfinished_file_says_nothing(text: str) -> None:
    analysis = analysis_of("go/article", text=text)
    assert analysis.outcome is None and analysis.variants == () and shown(analysis) == []


def test_a_mistake_of_the_configuration_is_one_error(tmp_path: Path) -> None:
    setup = plain_setup(Settings())
    analysis = Analysis(parse_dockerfile("FROM golang:1.24\n"), LocalContext(tmp_path), setup, (), "x.toml: no\x1b key")
    (found,) = diagnose(analysis, LineIndex(analysis.text))
    assert found.severity is DiagnosticSeverity.Error and "no" in found.message and "\x1b" not in found.message


@pytest.mark.parametrize(
    ("line", "start", "end"), [(1, (0, 0), (0, 6)), (2, (1, 2), (1, 9)), (3, (2, 0), (2, 5)), (9, (3, 0), (3, 0))]
)
def test_the_range_of_a_line(line: int, start: tuple[int, int], end: tuple[int, int]) -> None:
    analysis = analysis_of("go/article", text="FROM a\n  RUN x \\\n    y z\n")
    found = line_range(analysis, LineIndex(analysis.text), line)
    assert (found.start.line, found.start.character) == start
    assert (found.end.line, found.end.character) == (end if line != 3 else (2, 7))


def test_codes_that_the_editor_silences(tmp_path: Path) -> None:
    folder = FIXTURES / "node/n05-npm-start"
    text = (folder / "Dockerfile").read_text()
    analysis = Analysis(parse_dockerfile(text), LocalContext(folder), plain_setup(Settings()), ("N05",))
    assert isinstance(analysis.outcome, Rewritten)
    assert not any(code == "N05" for _, code, _ in shown(analysis))
