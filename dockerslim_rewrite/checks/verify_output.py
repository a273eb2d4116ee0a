"""All checks on one emitted text."""

from __future__ import annotations

from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.replay import replay_stage
from dockerslim_rewrite.checks.accounting import bad_copies, missing_lines, unaccounted
from dockerslim_rewrite.checks.contract import contract_changes
from dockerslim_rewrite.emit.render import builder_text
from dockerslim_rewrite.planning.model import RewritePlan
from dockerslim_rewrite.syntax.model import Dockerfile
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from dockerslim_rewrite.syntax.reader import read_semantics


def check_output(
    source: Dockerfile, facts: StageFacts, plan: RewritePlan, text: str, *, own_template: bool = False
) -> tuple[str, ...]:
    """Return what is wrong with an emitted text; nothing when it keeps the contract.

    It is parsed by our scanner and read by dockerfile-parse; both must see the same stages. A template of the user's
    own may add labels, and must keep the others.
    """
    emitted = parse_dockerfile(text)
    if emitted.problems:
        return tuple(f"line {problem.line}: {problem.message}" for problem in emitted.problems)
    if len(emitted.stages) != len(source.stages) + 1:
        return (f"{len(emitted.stages)} stages instead of {len(source.stages) + 1}",)
    runtime = emitted.stages[-1]
    problems = unaccounted(source, emitted, plan) + bad_copies(runtime, plan.builder_name)
    problems += missing_lines(runtime, emitted, plan)
    if builder_text(plan.builder, source) not in text:
        problems.append("the builder stage is not the plan's text")
    semantics = read_semantics(emitted)
    if len(semantics.parent_images) != len(emitted.stages):
        problems.append("dockerfile-parse reads other stages")
    after = replay_stage(emitted, runtime)
    if after.base_text != plan.runtime_base:
        problems.append(f"the runtime base is {after.base_text} instead of {plan.runtime_base}")
    allowed = {change for decision in plan.decisions for change in decision.changes}
    if own_template and facts.contract.labels.items() <= after.contract.labels.items():
        allowed.add("labels")
    changes = contract_changes(facts.contract, after.contract)
    problems += [f"{change} changed without a decision" for change in changes if change not in allowed]
    return tuple(problems)
