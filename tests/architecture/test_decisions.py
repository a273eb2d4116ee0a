"""docs/decisions: a page for each code that the program can give, in one form, with examples that are true.

The Example section names a fixture on a line of its own ("From `fixtures/...`:", options of the command included), or
says "From this Dockerfile:" where no fixture shows the code. Its `before` blocks hold lines of the Dockerfile, `after`
blocks lines of the result and `report` blocks lines of the report, each in the order of the original; `...` alone on a
line stands for lines left out. Other blocks are files of the build context, by name.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.report.text import report_text
from tests.support import ROOT, MemoryContext, copy_project

PACKAGE = ROOT / "dockerslim_rewrite"
PAGES = sorted((ROOT / "docs" / "decisions").glob("*.md"))
CODE = re.compile(r"[GNDPO]\d\d")
HEADINGS = ["What it does", "Why", "Example", "Evidence it accepts", "Safety", "Override"]
KINDS = ("before", "after", "report")
BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SOURCE = re.compile(r"^From (?:`(fixtures/[\w./-]+)`|this Dockerfile)(?: with `(--[\w -]+)`)?:$", re.MULTILINE)


def _strings(value: object) -> Iterator[str]:
    """Yield every string inside a TOML value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _constants() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    for path in (PACKAGE / "knowledge").glob("*.toml"):
        yield from _strings(tomllib.loads(path.read_text(encoding="utf-8")))


def _section(text: str, heading: str) -> str:
    return text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def _options(text: str) -> Options:
    values: dict[str, object] = {}
    words = text.split()
    for number, word in enumerate(words):
        if word.startswith("--"):
            following = words[number + 1] if number + 1 < len(words) else "--"
            values[word[2:]] = True if following.startswith("--") else following
    return Options(**values)  # type: ignore[arg-type]


@cache
def _fixture(name: str, options: str) -> tuple[str, Outcome]:
    with TemporaryDirectory() as scratch:
        path = copy_project(ROOT / name, Path(scratch) / "project") / "Dockerfile"
        text = path.read_bytes().decode("utf-8")
        return text, rewrite(text, LocalContext(path.parent, path), _options(options))


def _inline(blocks: list[tuple[str, str]], options: str) -> tuple[str, Outcome]:
    files = dict(blocks)
    text = files["before"]
    context = MemoryContext({name: body for name, body in blocks if name not in KINDS})
    return text, rewrite(text, context, _options(options))


def _holds(text: str, block: str) -> str:
    """Return the first line of a block that the text does not hold in order, "" when it holds all."""
    lines = [line.strip() for line in text.splitlines()]
    at, gap = -1, True
    for line in (line.strip() for line in block.splitlines()):
        if line == "...":
            gap = True
            continue
        rest = lines[at + 1 :] if gap else lines[at + 1 : at + 2]
        if line not in rest:
            return line or "(blank line)"
        at += 1 + rest.index(line)
        gap = False
    return ""


def test_codes_and_pages_match() -> None:
    codes = {value for value in _constants() if CODE.fullmatch(value)}
    pages = {path.stem for path in PAGES}
    assert pages - codes == set(), "pages for codes that the program cannot give"
    assert codes - pages == set(), "codes without a page"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.stem))
def test_pages_have_one_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {path.stem}: \S[^\n]*[^.\s]\n\n## ", text)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS
    assert all(_section(text, heading).strip() for heading in HEADINGS)
    assert 25 <= text.count("\n") <= 60
    assert SOURCE.search(_section(text, "Example"))
    assert BLOCK.search(_section(text, "Example"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.stem))
def test_examples_are_true(path: Path) -> None:
    example = _section(path.read_text(encoding="utf-8"), "Example")
    starts = [*SOURCE.finditer(example)]
    ends = [*(match.start() for match in starts[1:]), len(example)]
    shown: set[str] = set()
    for match, end in zip(starts, ends, strict=True):
        blocks = BLOCK.findall(example[match.end() : end])
        source, outcome = _fixture(match[1], match[2] or "") if match[1] else _inline(blocks, match[2] or "")
        shown |= _codes(outcome)
        result = outcome.text if isinstance(outcome, Rewritten) else ""
        texts = {"before": source, "after": result, "report": report_text("Dockerfile", outcome)}
        for kind, block in blocks:
            missing = _holds(texts[kind], block) if kind in texts else ""
            assert not missing, f"{match[0]} in its place the {kind} text does not have: {missing}"
    assert path.stem in shown


def _codes(outcome: Outcome) -> set[str]:
    """Return every code that an outcome shows."""
    if isinstance(outcome, Refused):
        return {blocker.code for blocker in outcome.blockers}
    if not isinstance(outcome, Rewritten):
        return {outcome.code}
    plan = outcome.plan
    shown = {entry.code for entry in (*plan.decisions, *plan.withheld)}
    return shown | {note.code for note in plan.notes} | {line.code for line in plan.runtime}
