"""Makes the plan: needs, then the base, then both stages."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.analysis.ownership import Ownership
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.knowledge.overlay import current_overlay
from dockerslim_rewrite.languages.model import (
    Artifact,
    Dropped,
    Findings,
    NeedLibc,
    NeedProgram,
    NeedShell,
    Note,
    Project,
    RuntimeOption,
    Suggestion,
)
from dockerslim_rewrite.languages.obstacles import start_line
from dockerslim_rewrite.planning import lines
from dockerslim_rewrite.planning.artifacts import (
    SystemLayer,
    Wanted,
    language_artifacts,
    script_artifacts,
    system_layer,
)
from dockerslim_rewrite.planning.base import Fit, Misfit, try_option
from dockerslim_rewrite.planning.contract import item_index
from dockerslim_rewrite.planning.gate import starts_nothing
from dockerslim_rewrite.planning.ignores import ignored_codes
from dockerslim_rewrite.planning.inherited import unknown_values
from dockerslim_rewrite.planning.layout import Chosen, Layout, lay_out
from dockerslim_rewrite.planning.libraries import index_again
from dockerslim_rewrite.planning.lines import needs_chmod
from dockerslim_rewrite.planning.model import Blocker, NoBenefit, Options, RewritePlan, Size
from dockerslim_rewrite.planning.needs import (
    PackagePlan,
    Requirement,
    brought_libc,
    language_needs,
    sort_packages,
    start_needs,
    without_brought,
)
from dockerslim_rewrite.planning.packaged import changed_files
from dockerslim_rewrite.planning.parents import special_parents
from dockerslim_rewrite.planning.policy import split_suggestions
from dockerslim_rewrite.planning.record import decision_of, record_decisions
from dockerslim_rewrite.planning.release import Pin, settle_release
from dockerslim_rewrite.planning.secrets import secret_notes
from dockerslim_rewrite.planning.standing import Standings
from dockerslim_rewrite.syntax.model import Dockerfile

PACKAGE_CODES = {"node": "N19", "go": "G11", "python": "P02"}

# Refusals that the build context may lift: scripts to start or build with, makefiles, the package of `go run`.
_READ_FROM_CONTEXT = frozenset({"D02", "D09", "G08", "G09"})


class Inputs(Struct, frozen=True):
    """What planning works on. `language` is the name of the one that owns the start command."""

    dockerfile: Dockerfile
    project: Project
    findings: tuple[Findings, ...]
    language: str
    options: Options


class _Needs(Struct, frozen=True):
    """Everything decided before the base is. `again` are commands of the author's that the runtime stage repeats."""

    wanted: tuple[Wanted, ...]
    system: SystemLayer
    packages: PackagePlan
    requirements: tuple[Requirement, ...]
    ownership: Ownership
    again: tuple[Suggestion, ...]


def make_plan(inputs: Inputs) -> RewritePlan | NoBenefit | tuple[Blocker, ...]:
    """Make the plan, or say why there is none."""
    blockers = tuple(
        Blocker(item.code, item.line, item.message, item.hint)
        for finding in inputs.findings
        for item in finding.obstacles
    )
    if blockers:
        return _with_context_hint(inputs, blockers)
    covered = {key: places for finding in inputs.findings for key, places in finding.covered_commands.items()}
    standings = Standings(inputs.project, covered)
    applied, withheld = _split(inputs, standings)
    needs = _collect_needs(inputs, applied, standings)
    if blockers := _system_blockers(inputs, needs):
        return _with_context_hint(inputs, blockers)
    fit, misfits = _choose(inputs, needs)
    if fit is None:
        return _no_base(inputs, misfits)
    return _plan(inputs, (*applied, *needs.again), withheld, needs, fit, misfits)


def _with_context_hint(inputs: Inputs, blockers: tuple[Blocker, ...]) -> tuple[Blocker, ...]:
    """Without a build context, scripts and sources are unread: say that reading them may help."""
    if inputs.project.context.known:
        return blockers
    advice = ", or give the build context (--context DIR)"
    return tuple(
        replace(blocker, hint=blocker.hint + advice) if blocker.code in _READ_FROM_CONTEXT else blocker
        for blocker in blockers
    )


def _split(inputs: Inputs, standings: Standings) -> tuple[tuple[Suggestion, ...], tuple[Suggestion, ...]]:
    """Split the suggestions into those that are applied and those that wait for --unsafe, without what is gone."""
    every = (
        item
        for finding in inputs.findings
        for item in finding.suggestions
        if not (isinstance(item.effect, Artifact) and standings.is_gone(item.effect.path))
    )
    return split_suggestions(every, inputs.options, ignored_codes(inputs.dockerfile, inputs.options.ignore))


def _collect_needs(inputs: Inputs, applied: tuple[Suggestion, ...], standings: Standings) -> _Needs:
    project, findings = inputs.project, tuple(replace(finding, suggestions=()) for finding in inputs.findings)
    findings = (*findings, Findings(suggestions=applied))
    wanted = language_artifacts(findings)
    wanted.extend(script_artifacts((project.start, project.health), wanted))
    own = tuple(item.artifact for item in wanted)
    base = [*language_needs(findings, own), *start_needs(project.start, project.health, own)]
    programs = frozenset(posixpath.basename(item.need.name) for item in base if isinstance(item.need, NeedProgram))
    unclear = project.start.unknown or starts_nothing(project.facts)
    known = not unclear and all(finding.programs_known for finding in inputs.findings)
    every = tuple(root for finding in inputs.findings for root in finding.roots)
    roots = tuple(root for root in every if root != "/")
    links = any(isinstance(item.need, NeedLibc) for item in base)
    system = system_layer(
        project,
        roots,
        standings.writers,
        programs if known else None,
        links_libraries=links,
        app_at_root=len(roots) < len(every),
    )
    packages = _sort_packages(inputs, programs, known=known, links_libraries=links)
    system = replace(system, wanted=tuple(item for item in system.wanted if not standings.is_gone(item.artifact.path)))
    base += brought_libc(project, base, (item.artifact for item in system.wanted))
    base = without_brought(base, (item.artifact for item in system.wanted))
    ownership = Ownership(project.facts, project.effects)
    base += _mode_needs(ownership, project.facts.contract.user, (*system.wanted, *wanted))
    changes = changed_files(project, packages, (*system.wanted, *wanted))
    carried = (*changes.wanted, *system.wanted, *wanted)  # what both name is the language's: the later one counts
    again = (*index_again(project.facts, project.effects, (item.artifact for item in carried)), *changes.again)
    base += [*_shell_needs(system, again), *changes.needs(project)]
    copied = lines.without_covered(carried)
    system = replace(system, problems=(*system.problems, *changes.problems, *standings.problems(copied)))
    again = (*again, *standings.made_sure(copied))
    return _Needs(carried, system, packages, (*base, *packages.kept), ownership, again)


def _sort_packages(inputs: Inputs, programs: frozenset[str], *, known: bool, links_libraries: bool) -> PackagePlan:
    return sort_packages(
        inputs.project.facts,
        inputs.project.effects,
        programs,
        programs_known=known,
        unstarted=frozenset(name for finding in inputs.findings for name in finding.unstarted),
        links_libraries=links_libraries,
        finds_libraries=any(finding.finds_libraries for finding in inputs.findings),
        code=PACKAGE_CODES.get(inputs.language, "D10"),
    )


def _shell_needs(system: SystemLayer, again: Iterable[Suggestion]) -> Iterator[Requirement]:
    """Yield a shell for what the runtime stage makes once more."""
    if system.links:
        evidence = tuple(link.evidence for link in system.links)
        yield Requirement(NeedShell(), "D09", "a symbolic link is made in the runtime stage", evidence)
    for item in again:
        yield Requirement(NeedShell(), item.code, item.summary, item.evidence)


def _mode_needs(ownership: Ownership, user: str, wanted: tuple[Wanted, ...]) -> list[Requirement]:
    """Need a shell where a directory, copied or around what is copied, has a mode that COPY does not give."""
    carried = lines.without_covered(wanted)
    special = [item for item in carried if item.artifact.is_dir and needs_chmod(item.artifact.path, ownership, user)]
    special += [parent.around for parent in special_parents(carried, ownership, user, "") if parent.chmod]
    summary = "a directory gets mode bits that COPY cannot give"
    return [Requirement(NeedShell(), "D07", summary, item.evidence) for item in special[:1]]


def _system_blockers(inputs: Inputs, needs: _Needs) -> tuple[Blocker, ...]:
    hint = "split the line so that the part for the build stands alone, or keep this file as it is"
    found = [Blocker("D09", line, message, hint) for line, message in needs.system.problems]
    for command in needs.packages.unknown:
        message = f"`{command.text[:80]}` installs packages whose names are not known before the build"
        found.append(Blocker("D21", command.line, message, "name the packages in the Dockerfile"))
    for evidence in inputs.project.start.unknown:
        line = start_line(inputs.project, evidence)
        found.append(
            Blocker(
                "D02", line, f"what the start command runs cannot be followed: {evidence}", "start the program by name"
            )
        )
    return tuple(found)


def _choose(inputs: Inputs, needs: _Needs) -> tuple[Fit | None, list[Misfit]]:
    """Return the first option that fits, and those before it that do not."""
    misfits: list[Misfit] = []
    style = inputs.options.runtime
    for finding in inputs.findings:
        for option in finding.options:
            if option.style != style and (style != "auto" or option.style == "scratch"):
                continue
            option = replace(option, image=current_overlay().own_name(option.image))
            answer = try_option(option, _open(inputs, needs, option), inputs.project.facts.base)
            if isinstance(answer, Fit):
                return answer, misfits
            misfits.append(answer)
    return None, misfits


def _open(inputs: Inputs, needs: _Needs, option: RuntimeOption) -> tuple[Requirement, ...]:
    """Return what an option must satisfy. On the author's own image, with every package of the author's, all is there:
    a program that is missing was missing in the original."""
    is_own = option.image == inputs.project.facts.base_text and not needs.packages.dropped
    return needs.packages.kept if is_own else needs.requirements


def _no_base(inputs: Inputs, misfits: list[Misfit]) -> tuple[Blocker, ...]:
    if not misfits:
        line = inputs.project.facts.stage.from_.line
        return (
            Blocker("D20", line, f"no {inputs.options.runtime} base is known for this image", "use --runtime auto"),
        )
    hint = "start from another image" if inputs.options.runtime == "auto" else "use --runtime auto"
    blockers = []
    for misfit in misfits:
        evidence = misfit.requirement.evidence[0]
        line = start_line(inputs.project, evidence)
        message = f"{misfit.option.image}: {misfit.reason} ({evidence})"
        blockers.append(Blocker(misfit.requirement.code, line, message, hint))
    return tuple(blockers)


def _weighs(item: Dropped, dockerfile: Dockerfile) -> bool:
    """Whoever has a stage for building already is not helped by one more that leaves a cache behind."""
    return item.weighs and not (item.path and len(dockerfile.stages) > 1)


def _plan(
    inputs: Inputs,
    applied: tuple[Suggestion, ...],
    withheld: tuple[Suggestion, ...],
    needs: _Needs,
    fit: Fit,
    misfits: list[Misfit],
) -> RewritePlan | NoBenefit | tuple[Blocker, ...]:
    project, facts = inputs.project, inputs.project.facts
    dropped = _dropped(inputs, needs)
    if fit.option.image == facts.base_text and not any(_weighs(item, inputs.dockerfile) for item in dropped):
        reason = f"{facts.base_text} is already the smallest base that fits, and nothing of weight would be left behind"
        return NoBenefit(facts.stage.from_.line, reason)
    system, recommends = needs.system, needs.packages.recommends
    settled = settle_release(facts, needs.requirements, fit.image)
    pin = settled if isinstance(settled, Pin) else None
    chosen = Chosen(
        inputs.dockerfile,
        facts,
        project.effects,
        inputs.options,
        fit,
        applied,
        needs.wanted,
        system,
        recommends,
        needs.ownership,
        pin,
    )
    layout = lay_out(chosen)
    if blockers := unknown_values(facts, fit.image, layout.inherited):
        return blockers
    return RewritePlan(
        builder_name=layout.builder_name,
        builder_base=facts.base_text,
        runtime_base=fit.option.image,
        style=fit.option.style,
        why_base=_why(fit, misfits),
        stage_from=item_index(inputs.dockerfile, facts.stage.from_),
        builder=layout.builder,
        runtime=layout.runtime,
        decisions=record_decisions(chosen, layout),
        withheld=tuple(decision_of(item) for item in withheld),
        notes=(*_notes(inputs, needs, layout), *([settled] if isinstance(settled, Note) else [])),
        dropped=tuple(dict.fromkeys(item.what for item in dropped)),
        size=_size(inputs, fit),
    )


def _notes(inputs: Inputs, needs: _Needs, layout: Layout) -> tuple[Note, ...]:
    found = [note for finding in inputs.findings for note in finding.notes]
    known = frozenset(note.line for note in found if note.code in ("G13", "N20"))
    return (*found, *needs.packages.notes, *secret_notes(inputs.project, layout.builder, layout.runtime, known))


def _dropped(inputs: Inputs, needs: _Needs) -> tuple[Dropped, ...]:
    """Return what stays behind: what no copied directory brings along, and packages that the original really held."""
    folders = [item.artifact.path for item in needs.wanted if item.artifact.is_dir]
    left = [item for finding in inputs.findings for item in finding.dropped if not below(item.path, folders)]
    packages = needs.packages
    return (*left, *(Dropped(f"{name}: {why}", name not in packages.absent) for name, why in packages.dropped))


def _size(inputs: Inputs, fit: Fit) -> Size:
    before = inputs.project.facts.base.size_mb if inputs.project.facts.base else 0.0
    if fit.option.style == "same":
        return Size(before, before)
    return Size(before, fit.image.size_mb if fit.image else 0.0)


def _why(fit: Fit, misfits: list[Misfit]) -> str:
    """Say why this base and none of the smaller ones before it."""
    reasons = [f"{misfit.option.style} is not possible: {misfit.reason}" for misfit in misfits]
    own = [fit.option.why] if fit.option.why else []
    return "; ".join(dict.fromkeys([*own, *reasons]))
