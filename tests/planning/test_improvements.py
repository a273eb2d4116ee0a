"""Which improvements are asked for, and edits of the builder that are more than insertions."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockerslim_rewrite.checks.accounting import unaccounted
from dockerslim_rewrite.emit.render import builder_text
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.improvements import asked_improvements, unknown_codes
from dockerslim_rewrite.planning.model import Carry, Edit, Options
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from tests.support import FIXTURES, MemoryContext

TEXT = "FROM golang:1.24\n"


@pytest.mark.parametrize(
    ("text", "options", "want"),
    [
        (TEXT, Options(), set()),
        (TEXT, Options(optimize=True), {"O01", "O02", "O03", "O04"}),
        (TEXT, Options(optimize=True, skip="o02, O04"), {"O01", "O03"}),
        (f"# dockerslim: ignore=O01,O03\n{TEXT}", Options(optimize=True), {"O02", "O04"}),
        (f"# syntax=docker/dockerfile:1.1.7\n{TEXT}", Options(optimize=True), {"O01", "O03", "O04"}),
        (f"# syntax=docker/dockerfile:1.12\n{TEXT}", Options(optimize=True), {"O01", "O02", "O03", "O04"}),
        (f"# syntax=example.test/frontend:1\n{TEXT}", Options(optimize=True), {"O01", "O03", "O04"}),
        (f"# syntax=!\n{TEXT}", Options(optimize=True), {"O01", "O03", "O04"}),
        (f"# syntax=docker/dockerfile\n{TEXT}", Options(optimize=True), {"O01", "O02", "O03", "O04"}),
    ],
)
def test_what_is_asked_for(text: str, options: Options, want: set[str]) -> None:
    assert asked_improvements(parse_dockerfile(text), options) == want


def test_codes_that_are_none() -> None:
    assert unknown_codes("") == ()
    assert unknown_codes("O01,o02, G01,O9") == ("G01", "O9")


def _optimized() -> tuple[str, Rewritten]:
    folder = FIXTURES / "node" / "optimize-npm"
    names = ("package.json", "package-lock.json", "tsconfig.json", "src/server.ts", ".dockerignore")
    text = (folder / "Dockerfile").read_text(encoding="utf-8")
    files = {name: (folder / name).read_text(encoding="utf-8") for name in names}
    outcome = rewrite(text, MemoryContext(files), Options(optimize=True))
    assert isinstance(outcome, Rewritten)
    return text, outcome


def test_a_replacement_needs_a_decision_that_names_its_line() -> None:
    text, outcome = _optimized()
    source, emitted = parse_dockerfile(text), parse_dockerfile(outcome.text)
    assert unaccounted(source, emitted, outcome.plan) == []
    silent = replace(outcome.plan, decisions=tuple(replace(item, changes=()) for item in outcome.plan.decisions))
    assert any("line 6" in problem for problem in unaccounted(source, emitted, silent))


def test_a_replacement_keeps_the_rest_of_its_line() -> None:
    text, outcome = _optimized()
    lost = parse_dockerfile(outcome.text.replace("npm ci --no-audit", "npm ci"))
    assert any("line 6" in problem for problem in unaccounted(parse_dockerfile(text), lost, outcome.plan))


def test_a_moved_instruction_starts_a_line() -> None:
    source = parse_dockerfile("FROM a\nCOPY . .\nRUN b")
    run, copy = source.items[2], source.items[1]
    items = (Edit(0, ()), Carry(2, run.span.start, run.span.end), Carry(1, copy.span.start, copy.span.end))
    assert builder_text(items, source) == "FROM a\nRUN b\nCOPY . ."
