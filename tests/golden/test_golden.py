"""Every fixture: text and report as a person approved them. DOCKERSLIM_UPDATE=1 rewrites them: read the difference."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten, Unchanged
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.report.text import report_text
from dockerslim_rewrite.verify.case import load_case
from tests.support import FIXTURES, ROOT, copy_project

EXPECTED = Path(__file__).parent / "expected"
GROUPS = ("go", "node", "python", "mixed")
REWRITTEN = sorted(path.parent for group in GROUPS for path in FIXTURES.glob(f"{group}/*/Dockerfile"))
LEFT_ALONE = sorted(path.parent for path in FIXTURES.glob("*/*/expect.toml"))


def name_of(folder: Path) -> str:
    return "/".join(folder.parts[-2:])


def run(folder: Path, scratch: Path) -> tuple[str, Outcome]:
    copy = copy_project(folder, scratch / "project")
    text = (copy / "Dockerfile").read_bytes().decode("utf-8", "surrogateescape")
    return text, rewrite(text, LocalContext(copy, copy / "Dockerfile"), options_of(folder))


def options_of(folder: Path) -> Options:
    """Return the options that a fixture's case.toml asks for."""
    case = folder / "case.toml"
    return Options(optimize=load_case(case).optimize) if case.exists() else Options()


@pytest.mark.parametrize("folder", REWRITTEN, ids=name_of)
def test_text_and_report(folder: Path, tmp_path: Path) -> None:
    _, outcome = run(folder, tmp_path)
    assert isinstance(outcome, Rewritten), report_text("Dockerfile", outcome)
    golden = EXPECTED / f"{name_of(folder)}.Dockerfile"
    report = EXPECTED / f"{name_of(folder)}.txt"
    if os.environ.get("DOCKERSLIM_UPDATE") == "1":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(outcome.text.encode())
        report.write_text(report_text("Dockerfile", outcome), encoding="utf-8")
    assert outcome.text.encode() == golden.read_bytes()
    assert report_text("Dockerfile", outcome) == report.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", LEFT_ALONE, ids=name_of)
def test_refused_and_unchanged(folder: Path, tmp_path: Path) -> None:
    expect = tomllib.loads((folder / "expect.toml").read_text(encoding="utf-8"))
    _, outcome = run(folder, tmp_path)
    if expect["outcome"] == "refused":
        assert isinstance(outcome, Refused), outcome
        found = (outcome.blockers[0].code, outcome.blockers[0].line)
    else:
        assert isinstance(outcome, Unchanged), outcome
        found = (outcome.code, outcome.line)
    assert found == (expect.get("code", found[0]), expect.get("line", found[1]))


@pytest.mark.parametrize("folder", REWRITTEN, ids=name_of)
def test_the_result_is_left_alone(folder: Path, tmp_path: Path) -> None:
    """Rewriting what was rewritten changes nothing."""
    _, outcome = run(folder, tmp_path)
    assert isinstance(outcome, Rewritten)
    copy = tmp_path / "project"
    again = rewrite(outcome.text, LocalContext(copy, copy / "Dockerfile"))
    assert isinstance(again, Unchanged), report_text("Dockerfile", again)


def test_no_golden_is_left_over() -> None:
    have = {str(path.relative_to(EXPECTED).with_suffix("")) for path in EXPECTED.rglob("*") if path.is_file()}
    assert have == {name_of(folder) for folder in REWRITTEN}


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the hash seed and the order in which the disk lists files: every fixture, in three processes."""
    code = (
        "import os, random, sys; from pathlib import Path; from tests.golden.test_golden import REWRITTEN, run;"
        "from dockerslim_rewrite.report.data import outcome_data; import json\n"
        "listed, order = os.listdir, random.Random(sys.argv[2])\n"
        "os.listdir = lambda path: order.sample(found := listed(path), len(found))\n"
        "for n, f in enumerate(REWRITTEN):\n"
        "    print(json.dumps(outcome_data('x', run(f, Path(sys.argv[1]) / str(n))[1])))"
    )
    outputs = []
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        folder = tmp_path / seed
        folder.mkdir()
        command = [sys.executable, "-c", code, str(folder), seed]
        done = subprocess.run(command, capture_output=True, check=True, env=environment, cwd=ROOT)
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1] == outputs[2]
