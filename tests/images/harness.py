"""Builds and runs the original and the rewrite of a fixture, and keeps the sizes."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.outcome import Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.verify.case import Case, load_case, unmet
from dockerslim_rewrite.verify.compare import compare
from dockerslim_rewrite.verify.difference import Difference
from dockerslim_rewrite.verify.engine import Build, Engine, NoEngine, find_engine
from dockerslim_rewrite.verify.observe import Observation, observe
from dockerslim_rewrite.verify.session import IDLE, Session, place_dockerfile
from tests.images.warm import warm_base
from tests.support import FIXTURES, ROOT, copy_project

MEGABYTE = 1_000_000
NETWORK = os.environ.get("DOCKERSLIM_BUILD_NETWORK") or None


@dataclass(frozen=True, slots=True)
class Result:
    """One fixture's line in the table; sizes in bytes."""

    name: str
    original: int
    rewritten: int
    base: str

    @property
    def ratio(self) -> float:
        return self.rewritten / self.original


def require_engine() -> Engine:
    """Return the machine's engine; without one skip, or fail when DOCKERSLIM_REQUIRE_ENGINE=1 says so."""
    try:
        return find_engine()
    except NoEngine as error:
        if os.environ.get("DOCKERSLIM_REQUIRE_ENGINE") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))


def cases(*groups: str) -> list[Path]:
    """Return the folders of all fixtures that can be run."""
    return sorted(path.parent for group in groups or ("*",) for path in FIXTURES.glob(f"{group}/*/case.toml"))


def rewrite_fixture(folder: Path, options: Options | None = None) -> Rewritten:
    """Rewrite a fixture's Dockerfile, as the command does by default."""
    outcome = rewrite(read_dockerfile(folder), LocalContext(folder), options)
    if isinstance(outcome, Refused):
        pytest.fail("refused: " + "; ".join(f"{b.code} line {b.line}: {b.message}" for b in outcome.blockers))
    assert isinstance(outcome, Rewritten), outcome
    return outcome


def read_dockerfile(folder: Path) -> str:
    return (folder / "Dockerfile").read_bytes().decode("utf-8", "surrogateescape")


class Bench:
    """One fixture on one engine: builds variants of its Dockerfile and runs them under the case's conditions."""

    def __init__(self, session: Session, folder: Path, scratch: Path) -> None:
        self.session = session
        self.scratch = scratch
        self.case: Case = load_case(folder / "case.toml")
        self.folder = copy_project(folder, scratch / "context")
        for name, source in self.case.images.items():
            if session.engine.has_image(source):
                session.lend_tag(name, source)
        self.warm = warm_base(session.engine, read_dockerfile(folder), scratch, NETWORK)

    def build(self, text: str, name: str) -> str:
        dockerfile = place_dockerfile(without_syntax(text), self.scratch / name, self.folder / "Dockerfile")
        build = Build(self.folder, dockerfile, name, self.case.args, NETWORK, extra=self.warm.options, timeout=900)
        return self.session.build(build)

    def run(self, text: str, name: str) -> Observation:
        return observe(self.session, self.build(text, name), self.case.conditions)

    def unwanted(self, image: str) -> list[str]:
        """Return the files of the case's [absent] list that the image holds all the same."""
        with self.session.container(image, IDLE) as container:
            return [path for path in self.case.absent if self.session.engine.exists(container, path)]

    def compare_with(self, text: str, allowed: Iterable[str] = ()) -> tuple[Difference, ...]:
        """Build and run a hand-written rewrite and return its differences from the original."""
        original = self.run(read_dockerfile(self.folder), "original")
        assert unmet(self.case, original) == []
        rewritten = self.run(text, "rewritten")
        return compare(self.session, original, rewritten, self.case.conditions, frozenset(allowed))


def check_fixture(bench: Bench) -> Result:
    """Prove one fixture's rewrite, or fail with every reason at once."""
    case = bench.case
    outcome = rewrite_fixture(bench.folder, Options(optimize=case.optimize))
    original = bench.run(read_dockerfile(bench.folder), "original")
    assert unmet(case, original) == [], "the original does not do what its case says"
    rewritten = bench.run(outcome.text, "rewritten")
    allowed = case.allowed.union(*(decision.changes for decision in outcome.plan.decisions))
    result = Result(case.name, original.size - bench.warm.bytes, rewritten.size, outcome.plan.runtime_base)
    problems = unmet(case, rewritten)
    problems += map(str, compare(bench.session, original, rewritten, case.conditions, frozenset(allowed)))
    problems += [f"{path} is still in the rewritten image" for path in bench.unwanted(rewritten.image)]
    if case.base is not None and result.base != case.base:
        problems.append(f"the base is {result.base} instead of {case.base}")
    if case.max_ratio is not None and result.ratio > case.max_ratio:
        problems.append(f"the rewrite has {result.ratio:.3f} of the original's size, more than {case.max_ratio}")
    assert not problems, "\n".join(problems) + "\n\n" + outcome.text
    return result


def without_syntax(text: str) -> str:
    """Drop a `# syntax=` directive: a frontend image is not at hand everywhere, and the engine has its own."""
    first, newline, rest = text.partition("\n")
    directive = first.replace(" ", "").lower()
    return rest if newline and directive.startswith("#syntax=") else text


def format_results(results: Iterable[Result], engine: Engine) -> str:
    """Return docs/results.md: each case with sizes and ratio, and the medians that the project is held to."""
    rows = sorted(results, key=lambda result: result.name)
    groups: Mapping[str, list[float]] = {
        group: [row.ratio for row in rows if row.name.startswith(f"{group}/")]
        for group in ("go", "node", "python", "mixed")
    }
    version = engine.must("version", "--format", "{{.Server.Version}}").strip()
    where = f"{engine.name} {version}, {platform.system()} {platform.machine()}"
    lines = [
        "# Results of the image tests",
        "",
        f"Written by `tests/images` on {datetime.now(UTC):%Y-%m-%d} ({where}), sizes of unpacked images.",
        "MB are 10^6 bytes; each original and each rewrite was built and run, and both did the same.",
        "",
        "| group | cases | median ratio |",
        "|---|---|---|",
    ]
    lines += [f"| {group} | {len(got)} | {statistics.median(got):.3f} |" for group, got in groups.items() if got]
    lines += ["", "| fixture | original MB | rewritten MB | ratio | runtime base |", "|---|---|---|---|---|"]
    for row in rows:
        before, after = row.original / MEGABYTE, row.rewritten / MEGABYTE
        lines.append(f"| {row.name} | {before:.0f} | {after:.1f} | {row.ratio:.3f} | {row.base} |")
    return "\n".join(lines) + "\n"


def results_path() -> Path | None:
    """Return where DOCKERSLIM_RESULTS wants the table, relative to the project."""
    wanted = os.environ.get("DOCKERSLIM_RESULTS")
    return ROOT / wanted if wanted else None
