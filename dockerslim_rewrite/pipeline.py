"""The whole job: a Dockerfile's text and its context in, an outcome out."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.analysis.commands import command_effects
from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.analysis.replay import replay_stage
from dockerslim_rewrite.analysis.start import resolve_healthcheck, resolve_services, resolve_start
from dockerslim_rewrite.checks.verify_output import check_output
from dockerslim_rewrite.context.builds import Use
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.emit.render import render_plan
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.languages.registry import languages_for
from dockerslim_rewrite.outcome import CheckFailed, InvalidDockerfile, Outcome, Refused, Rewritten, Unchanged
from dockerslim_rewrite.planning import policy
from dockerslim_rewrite.planning.gate import gate_facts, gate_last_stage, gate_stages, start_of_services, starts_nothing
from dockerslim_rewrite.planning.ignores import AVAILABLE, ignored_codes, is_ignored
from dockerslim_rewrite.planning.improvements import asked_improvements
from dockerslim_rewrite.planning.make import Inputs, make_plan
from dockerslim_rewrite.planning.model import Blocker, NoBenefit, Options
from dockerslim_rewrite.planning.uses import Build, builds_of, use_conflict, use_decision, use_notes, uses_beside
from dockerslim_rewrite.syntax.model import Dockerfile
from dockerslim_rewrite.syntax.parser import parse_dockerfile


class Known(Struct):
    """A parsed text, and what was found out about it in its context: enough for a rewrite with other options.

    `studies` are by the base image and the improvements of the builder that are asked for.
    """

    dockerfile: Dockerfile
    studies: dict[tuple[str, frozenset[str]], Inputs | Outcome] = {}


def rewrite(
    text: str,
    context: Context,
    options: Options | None = None,
    templates: Path | None = None,
    uses: tuple[Use, ...] | None = None,
    known: Known | None = None,
) -> Outcome:
    """Rewrite a Dockerfile. `uses` are what compose and bake files do with it; by default those in the context.

    `known` serves, and is filled by, several calls with the same text, context, uses and company's facts.

    Raises:
        InvalidDockerfile: when BuildKit would reject the text.
        TemplateFailed: when a template of the user has an error.
        CheckFailed: when the emitted text does not pass the checks; it must not be used.
    """
    options = options or Options()
    known = known or Known(parse_dockerfile(text))
    dockerfile = known.dockerfile
    if dockerfile.problems:
        raise InvalidDockerfile(dockerfile.problems[0].line, dockerfile.problems[0].message)
    ignored = ignored_codes(dockerfile, options.ignore)
    if is_ignored(AVAILABLE, ignored):
        return Unchanged(AVAILABLE, 1, "left alone, as a comment in it or the configuration says")
    uses = uses_beside(context) if uses is None else uses
    outcome = _rewrite(known, context, options, templates, uses)
    return _apply_policy(_with_notes(outcome, uses), options, ignored)


def _rewrite(
    known: Known, context: Context, options: Options, templates: Path | None, uses: tuple[Use, ...]
) -> Outcome:
    dockerfile = known.dockerfile
    if (unchanged := gate_stages(dockerfile)) is not None:
        return _unchanged(unchanged)
    builds = builds_of(dockerfile, uses)
    outcomes = [_rewrite_build(known, build, context, options, templates, uses) for build in builds]
    for outcome in outcomes:
        if not isinstance(outcome, Rewritten):
            return outcome
    if len({outcome.text for outcome in outcomes if isinstance(outcome, Rewritten)}) > 1:
        return Refused((use_conflict(dockerfile, builds),))
    return outcomes[0]


def _rewrite_build(
    known: Known, build: Build, context: Context, options: Options, templates: Path | None, uses: tuple[Use, ...]
) -> Outcome:
    key = (build.base, asked_improvements(known.dockerfile, options))
    if key not in known.studies:
        known.studies[key] = _study(known.dockerfile, build, context, options, uses)
    study = known.studies[key]
    if not isinstance(study, Inputs):
        return study
    outcome = _conclude(replace(study, options=options), templates)
    decision = use_decision(build)
    if not isinstance(outcome, Rewritten) or decision is None:
        return outcome
    return Rewritten(outcome.text, replace(outcome.plan, decisions=(decision, *outcome.plan.decisions)))


def _study(
    dockerfile: Dockerfile, build: Build, context: Context, options: Options, uses: tuple[Use, ...]
) -> Inputs | Outcome:
    """Find out everything that the plan needs, or the outcome when there is nothing to plan."""
    facts = replay_stage(dockerfile, dockerfile.stages[-1], build.arguments)
    verdict = gate_facts(dockerfile, facts)
    if isinstance(verdict, NoBenefit):
        return _unchanged(verdict)
    if verdict:
        return Refused(verdict)
    files = ImageFiles(facts, context)
    effects = command_effects(facts, files, context, dockerfile.text)
    if (unchanged := gate_last_stage(dockerfile, facts, effects)) is not None:
        return _unchanged(unchanged)
    health = resolve_healthcheck(facts, files, context)
    services = resolve_services(facts, files, context, uses)
    start = start_of_services(facts, services) if starts_nothing(facts) else resolve_start(facts, files, context)
    if isinstance(start, tuple):
        return Refused(start)
    project = Project(facts, context, files, effects, start, health, services, asked_improvements(dockerfile, options))
    detections = [
        (language, found)
        for language in languages_for(dockerfile.text)
        if (found := language.detect(project)) is not None
    ]
    if not detections:
        return Unchanged("D20", facts.stage.from_.line, f"{facts.base_text} builds nothing that is known here")
    findings = tuple(language.infer(project) for language, _ in detections)
    owner = next((found.language for _, found in detections if found.owns_start), detections[0][1].language)
    return Inputs(dockerfile, project, findings, owner, options)


def _conclude(inputs: Inputs, templates: Path | None) -> Outcome:
    plan = make_plan(inputs)
    if isinstance(plan, NoBenefit):
        return _unchanged(plan)
    if isinstance(plan, tuple):
        return Refused(plan)
    text = render_plan(plan, inputs.dockerfile, templates)
    facts = inputs.project.facts
    if problems := check_output(inputs.dockerfile, facts, plan, text, own_template=templates is not None):
        raise CheckFailed("; ".join(problems))
    return Rewritten(text, plan)


def _with_notes(outcome: Outcome, uses: tuple[Use, ...]) -> Outcome:
    if not isinstance(outcome, Rewritten):
        return outcome
    notes = tuple(use_notes(outcome.plan, uses))
    return Rewritten(outcome.text, replace(outcome.plan, notes=outcome.plan.notes + notes)) if notes else outcome


def _apply_policy(outcome: Outcome, options: Options, ignored: frozenset[str]) -> Outcome:
    """Apply what the user promotes, demotes and ignores to an outcome."""
    if isinstance(outcome, Rewritten):
        plan = policy.without_ignored(outcome.plan, options, ignored)
        if not (demoted := policy.demoted(plan, options)):
            return Rewritten(outcome.text, plan)
        hint = "look at it, then use --unsafe"
        line = next((item.line for item in demoted[0].evidence if item.file == "Dockerfile" and item.line), 1)
        message = f"the rewrite takes a decision that is to be reviewed here: {demoted[0].summary}"
        return Refused((Blocker(demoted[0].code, line, message, hint),), demoted)
    if isinstance(outcome, Refused):
        blockers = tuple(item for item in outcome.blockers if not is_ignored(item.code, ignored))
        if not blockers:
            first = outcome.blockers[0]
            return Unchanged(first.code, first.line, f"not possible, and ignored here: {first.message}")
        return Refused(blockers, tuple(item for item in outcome.withheld if not is_ignored(item.code, ignored)))
    return outcome


def _unchanged(verdict: NoBenefit) -> Unchanged:
    return Unchanged(verdict.code, verdict.line, verdict.reason)
