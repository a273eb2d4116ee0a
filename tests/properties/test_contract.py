"""The rewrite keeps what the original promises at run time, computed apart from the package."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.outcome import InvalidDockerfile, Outcome, Rewritten, Unchanged
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from tests.properties.image_config import ImageConfig, last_image
from tests.properties.projects import Project, go_projects, node_projects, projects, python_projects
from tests.support import MemoryContext

pytest.importorskip("dockerfile", reason="BuildKit's parser has wheels for x86-64 alone")


def outcome_of(project: Project, options: Options | None = None) -> Outcome:
    try:
        return rewrite(project.dockerfile, MemoryContext(project.files), options)
    except InvalidDockerfile as error:
        raise AssertionError(f"{error}\n{project.dockerfile}") from error


def broken_promises(original: ImageConfig, rewritten: ImageConfig, allowed: frozenset[str]) -> list[str]:
    """Return the names of parts that differ and that no decision names."""
    found = [
        f"env:{name}"
        for name in {*original.env, *rewritten.env}
        if original.env.get(name) != rewritten.env.get(name) and f"env:{name}" not in allowed
    ]
    parts = ("workdir", "expose", "volumes", "labels", "stop_signal", "healthcheck", "entrypoint", "cmd", "maintainer")
    for part in parts:
        if getattr(original, part) != getattr(rewritten, part) and part not in allowed:
            found.append(part)
    if "CMD-SHELL" in original.healthcheck and original.shell != rewritten.shell:  # the engine runs it in this shell
        found.append("shell")
    root = ("", "root", "0")
    same_user = original.user == rewritten.user or (original.user in root and rewritten.user in root)
    return found if same_user or "user" in allowed else [*found, "user"]


OPTIONS = st.builds(
    Options,
    unsafe=st.booleans(),
    optimize=st.booleans(),
    nonroot=st.booleans(),
    runtime=st.sampled_from(["auto", "auto", "auto", "slim", "same", "distroless"]),
)


@settings(deadline=None, max_examples=200)
@given(projects(), OPTIONS)
def test_the_promises_are_kept(project: Project, options: Options) -> None:
    outcome = outcome_of(project, options)
    event(type(outcome).__name__)
    if isinstance(outcome, Rewritten):
        allowed = frozenset(change for decision in outcome.plan.decisions for change in decision.changes)
        broken = broken_promises(last_image(project.dockerfile), last_image(outcome.text), allowed)
        assert not broken, f"{broken}\n{project.dockerfile}\n---\n{outcome.text}"
        assert isinstance(rewrite(outcome.text, MemoryContext(project.files)), Unchanged)


@pytest.mark.parametrize("kind", [go_projects(), node_projects(), python_projects()], ids=["go", "node", "python"])
def test_most_projects_are_rewritten(kind: st.SearchStrategy[Project]) -> None:
    """Without this the property above could hold because nothing is rewritten."""
    seen: Counter[type[Outcome]] = Counter()

    @settings(deadline=None, max_examples=50, derandomize=True, database=None, phases=[Phase.generate])
    @given(kind)
    def count(project: Project) -> None:
        seen[type(outcome_of(project))] += 1

    count()
    assert seen[Rewritten] >= 0.7 * seen.total(), seen
