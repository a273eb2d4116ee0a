"""Makes the plan: needs, then the base, then both stages."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dockerslim_rewrite.analysis.effects import ChangesAccounts, CommandEffect
from dockerslim_rewrite.analysis.model import Applicability, Confidence, Evidence
from dockerslim_rewrite.analysis.ownership import Ownership
from dockerslim_rewrite.analysis.start import Start
from dockerslim_rewrite.languages.model import (
    AppendInstruction,
    Artifact,
    Findings,
    InsertText,
    NeedLibc,
    NeedProgram,
    NeedShell,
    Project,
    ReplaceStart,
    SetEnv,
    Suggestion,
)
from dockerslim_rewrite.planning import lines
from dockerslim_rewrite.planning.artifacts import (
    SystemLayer,
    Wanted,
    language_artifacts,
    script_artifacts,
    system_layer,
)
from dockerslim_rewrite.planning.base import MANAGERS, Fit, Misfit, try_option
from dockerslim_rewrite.planning.builder import choose_name, plan_builder
from dockerslim_rewrite.planning.contract import collect_settings, exec_text, item_index
from dockerslim_rewrite.planning.inherited import inherited_changes
from dockerslim_rewrite.planning.model import Blocker, Decision, NoBenefit, Options, RewritePlan, RuntimeLine, Size
from dockerslim_rewrite.planning.needs import PackagePlan, Requirement, language_needs, sort_packages, start_needs
from dockerslim_rewrite.syntax.model import Dockerfile

NONROOT = "65532:65532"
PACKAGE_CODES = {"node": "N19", "go": "G11", "python": "P02"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What planning works on. `language` is the name of the one that owns the start command."""

    dockerfile: Dockerfile
    project: Project
    findings: tuple[Findings, ...]
    language: str
    effects: tuple[CommandEffect, ...]
    health: Start | None
    options: Options


@dataclass(frozen=True, slots=True)
class _Needs:
    """Everything decided before the base is."""

    wanted: tuple[Wanted, ...]
    system: SystemLayer
    packages: PackagePlan
    requirements: tuple[Requirement, ...]


def make_plan(inputs: Inputs) -> RewritePlan | NoBenefit | tuple[Blocker, ...]:
    """Make the plan, or say why there is none."""
    blockers = tuple(
        Blocker(item.code, item.line, item.message, item.hint)
        for finding in inputs.findings
        for item in finding.obstacles
    )
    if blockers:
        return blockers
    applied, withheld = _split(inputs)
    needs = _collect_needs(inputs, applied)
    if blockers := _system_blockers(inputs, needs):
        return blockers
    fits, misfits = _options(inputs, needs)
    if not fits:
        return _no_base(inputs, misfits)
    return _Maker(inputs, applied, withheld, needs, fits[0], misfits).plan()


def _split(inputs: Inputs) -> tuple[tuple[Suggestion, ...], tuple[Suggestion, ...]]:
    """Split the suggestions into those that are applied and those that wait for --unsafe."""
    floor = Applicability.UNSAFE if inputs.options.unsafe else Applicability.SAFE
    every = [suggestion for finding in inputs.findings for suggestion in finding.suggestions]
    applied = tuple(suggestion for suggestion in every if suggestion.applicability >= floor)
    return applied, tuple(suggestion for suggestion in every if suggestion.applicability < floor)


def _collect_needs(inputs: Inputs, applied: tuple[Suggestion, ...]) -> _Needs:
    project, findings = inputs.project, tuple(replace(finding, suggestions=()) for finding in inputs.findings)
    findings = (*findings, Findings(suggestions=applied))
    wanted = language_artifacts(findings)
    wanted.extend(script_artifacts((project.start, inputs.health), wanted))
    base = [*language_needs(findings), *start_needs(project.start, inputs.health, (item.artifact for item in wanted))]
    programs = frozenset(posixpath.basename(item.need.name) for item in base if isinstance(item.need, NeedProgram))
    known = all(finding.programs_known for finding in inputs.findings) and not project.start.unknown
    roots = tuple(root for finding in inputs.findings for root in finding.roots if root != "/")
    covered = frozenset(key for finding in inputs.findings for key in finding.covered_commands)
    system = system_layer(project.facts, project.files, inputs.effects, roots, covered, programs if known else None)
    packages = sort_packages(
        project.facts,
        inputs.effects,
        programs,
        programs_known=known,
        links_libraries=any(isinstance(item.need, NeedLibc) for item in base),
        code=PACKAGE_CODES.get(inputs.language, "D10"),
    )
    if system.links:
        evidence = tuple(link.evidence for link in system.links)
        base.append(Requirement(NeedShell(), "D09", "a symbolic link is made in the runtime stage", evidence))
    return _Needs((*wanted, *system.wanted), system, packages, (*base, *packages.kept))


def _system_blockers(inputs: Inputs, needs: _Needs) -> tuple[Blocker, ...]:
    hint = "split the line so that the part for the build stands alone, or keep this file as it is"
    found = [Blocker("D09", line, message, hint) for line, message in needs.system.problems]
    for command in needs.packages.unknown:
        message = f"`{command.text[:80]}` installs packages whose names are not known before the build"
        found.append(Blocker("D21", command.line, message, "name the packages in the Dockerfile"))
    for evidence in inputs.project.start.unknown:
        line = evidence.line if evidence.file == "Dockerfile" else _start_line(inputs)
        found.append(
            Blocker(
                "D02", line, f"what the start command runs cannot be followed: {evidence}", "start the program by name"
            )
        )
    return tuple(found)


def _start_line(inputs: Inputs) -> int:
    contract = inputs.project.facts.contract
    first = contract.entrypoint if contract.entrypoint and contract.entrypoint.step is not None else contract.cmd
    if first is None or first.step is None:
        return inputs.project.facts.stage.from_.line
    return inputs.project.facts.steps[first.step].instruction.line


def _options(inputs: Inputs, needs: _Needs) -> tuple[list[Fit], list[Misfit]]:
    fits: list[Fit] = []
    misfits: list[Misfit] = []
    style = inputs.options.runtime
    for finding in inputs.findings:
        for option in finding.options:
            if option.style != style and (style != "auto" or option.style == "scratch"):
                continue
            answer = try_option(option, needs.requirements, inputs.project.facts.base)
            if isinstance(answer, Fit):
                fits.append(answer)
            else:
                misfits.append(answer)
    return fits, misfits


def _no_base(inputs: Inputs, misfits: list[Misfit]) -> tuple[Blocker, ...]:
    if not misfits:
        line = inputs.project.facts.stage.from_.line
        return (
            Blocker("D20", line, f"no {inputs.options.runtime} base is known for this image", "use --runtime auto"),
        )
    blockers = []
    for misfit in misfits:
        evidence = misfit.requirement.evidence[0]
        line = evidence.line if evidence.file == "Dockerfile" else _start_line(inputs)
        message = f"{misfit.option.image}: {misfit.reason} ({evidence})"
        blockers.append(Blocker(misfit.requirement.code, line, message, "use --runtime auto"))
    return tuple(blockers)


class _Maker:
    """Lays out both stages for the chosen base."""

    def __init__(
        self,
        inputs: Inputs,
        applied: tuple[Suggestion, ...],
        withheld: tuple[Suggestion, ...],
        needs: _Needs,
        fit: Fit,
        misfits: list[Misfit],
    ) -> None:
        self._in = inputs
        self._facts = inputs.project.facts
        self._applied = applied
        self._withheld = withheld
        self._needs = needs
        self._fit = fit
        self._misfits = misfits
        self._ownership = Ownership(self._facts, inputs.effects)
        self._builder, _ = choose_name(inputs.dockerfile, self._facts)
        self._decisions: list[Decision] = []

    def plan(self) -> RewritePlan | NoBenefit:
        start = self._start()
        settings = collect_settings(self._in.dockerfile, self._facts, start, ())
        builder = plan_builder(
            self._in.dockerfile,
            self._facts,
            settings.moved,
            [(item.effect, item.code) for item in self._applied if isinstance(item.effect, InsertText)],
            [(item.effect, item.code) for item in self._applied if isinstance(item.effect, AppendInstruction)],
        )
        moved = {item_index(self._in.dockerfile, self._facts.steps[step].instruction) for step in settings.moved}
        own = [
            replace(line, comment=builder.comments.get(line.source, "")) if line.source in moved else line
            for line in settings.lines
            if line.source is not None
        ]
        runtime = self._runtime(own, start)
        self._record(start)
        dropped = tuple(text for finding in self._in.findings for text in finding.dropped)
        dropped += tuple(f"{name}: {why}" for name, why in self._needs.packages.dropped)
        if (reason := self._no_benefit(dropped)) is not None:
            return NoBenefit(self._facts.stage.from_.line, reason)
        image, base = self._fit.image, self._facts.base
        before = base.size_mb if base else 0.0
        after = before if self._fit.option.style == "same" else image.size_mb if image else 0.0
        return RewritePlan(
            builder_name=self._builder,
            builder_base=self._facts.base_text,
            runtime_base=self._fit.option.image,
            style=self._fit.option.style,
            why_base=self._why(),
            stage_from=item_index(self._in.dockerfile, self._facts.stage.from_),
            builder=builder.items,
            runtime=tuple(runtime),
            decisions=tuple(self._decisions),
            withheld=tuple(_decision(item) for item in self._withheld),
            notes=tuple(note for finding in self._in.findings for note in finding.notes) + self._needs.packages.notes,
            dropped=dropped,
            size=Size(before, after),
        )

    def _start(self) -> ReplaceStart | None:
        entrypoint = cmd = None
        for item in self._applied:
            if isinstance(item.effect, ReplaceStart):
                entrypoint = item.effect.entrypoint if item.effect.entrypoint is not None else entrypoint
                cmd = item.effect.cmd if item.effect.cmd is not None else cmd
        if (option := self._fit.option.start) is not None:
            entrypoint = option.entrypoint if option.entrypoint is not None else entrypoint
            cmd = option.cmd if option.cmd is not None else cmd
        return ReplaceStart(entrypoint, cmd) if entrypoint is not None or cmd is not None else None

    def _runtime(self, own: list[RuntimeLine], start: ReplaceStart | None) -> list[RuntimeLine]:
        result = [line for line in own if line.section == "arguments"]
        for item in self._applied:
            if isinstance(item.effect, SetEnv):
                result.append(RuntimeLine("environment", f"ENV {item.effect.name}={item.effect.value}", item.code))
        if self._needs_accounts():
            result.append(lines.account_line(self._builder))
        result.extend(self._packages())
        if self._needs.system.links:
            result.append(lines.link_line(self._needs.system.links))
        owner = NONROOT if self._adds_user() else ""
        wanted = lines.without_covered(self._needs.wanted)
        copies = [
            lines.artifact_line(self._builder, item, self._ownership, owner) for item in (*wanted, *self._homes())
        ]
        result.extend(sorted(copies, key=lambda line: line.section != "directories"))
        result.extend(self._settings(own))
        result.extend(line for line in own if line.section == "start")
        result.extend(self._new_start(start, own))
        return result

    def _needs_accounts(self) -> bool:
        names = {self._facts.contract.user.split(":")[0], *self._facts.contract.user.split(":")[1:2]}
        names |= {part for line in self._needs.wanted for part in self._owner_of(line.artifact).split(":")}
        names = {name for name in names if name and not name.isdigit() and name != "root"}
        if any(isinstance(effect, ChangesAccounts) for command in self._in.effects for effect in command.effects):
            return True
        known = self._fit.image.users if self._fit.image else {}
        return bool(names - set(known)) and self._fit.option.style != "same"

    def _owner_of(self, artifact: Artifact) -> str:
        return self._ownership.owner(artifact.path if artifact.is_dir else posixpath.dirname(artifact.path))

    def _homes(self) -> list[Wanted]:
        found = []
        for command in self._in.effects:
            for effect in command.effects:
                if isinstance(effect, ChangesAccounts) and effect.home and effect.user:
                    evidence = Evidence("Dockerfile", command.line, command.text[:100])
                    artifact = Artifact(effect.home, True, 10, f"home of {effect.user}")
                    found.append(Wanted(artifact, "D04", f"{effect.home}: home of {effect.user}", (evidence,)))
        return found

    def _packages(self) -> list[RuntimeLine]:
        installs = self._fit.installs
        if not installs:
            return []
        image = self._fit.image or self._facts.base
        manager = MANAGERS.get(image.distro if image else "", "apt")
        names = tuple(install.package for install in installs)
        recommends = self._needs.packages.recommends
        return [lines.package_line(manager, names, installs[0].requirement.code, recommends=recommends)]

    def _adds_user(self) -> bool:
        return self._in.options.nonroot and self._facts.contract.user in ("", "root", "0")

    def _settings(self, own: list[RuntimeLine]) -> list[RuntimeLine]:
        """WORKDIR, USER, EXPOSE, VOLUME: the author's, or what the original inherited from its base."""
        contract = self._facts.contract
        found = [line for line in own if line.section == "settings"]
        workdirs = [line for line in found if line.text.split()[0].upper() == "WORKDIR"]
        users = [line for line in found if line.text.split()[0].upper() == "USER"]
        rest = [line for line in found if line not in workdirs and line not in users]
        image_workdir = self._fit.image.workdir if self._fit.image else "/"
        if not workdirs and contract.workdir != image_workdir:
            workdirs = [RuntimeLine("settings", f"WORKDIR {contract.workdir}", "D08")]
        if not users and contract.user and contract.user != (self._fit.image.user if self._fit.image else ""):
            users = [RuntimeLine("settings", f"USER {contract.user}", "D04")]
        if self._adds_user():
            users = [RuntimeLine("settings", f"USER {NONROOT}", "D04")]
        # WORKDIR makes a missing directory as the user in force: before USER it is root's
        first_user = bool(self._ownership.owner(contract.workdir))
        return [*users, *workdirs, *rest] if first_user else [*workdirs, *users, *rest]

    def _new_start(self, start: ReplaceStart | None, own: list[RuntimeLine]) -> list[RuntimeLine]:
        result = []
        code = next((item.code for item in self._applied if isinstance(item.effect, ReplaceStart)), "N18")
        image = self._fit.image
        has_entrypoint = any(line.text.split()[0].upper() == "ENTRYPOINT" for line in own)
        if start is not None and start.entrypoint:
            result.append(RuntimeLine("start", exec_text("ENTRYPOINT", start.entrypoint), code))
        elif not has_entrypoint and image and image.entrypoint and self._fit.option.start is None:
            original = self._facts.contract.entrypoint
            if original is None or original.argv != image.entrypoint:
                result.append(RuntimeLine("start", "ENTRYPOINT []", code))
        if start is not None and start.cmd:
            result.append(RuntimeLine("start", exec_text("CMD", start.cmd), code))
        return result

    def _record(self, start: ReplaceStart | None) -> None:
        for item in self._applied:
            self._decisions.append(_decision(item))
        known = {(decision.code, decision.summary) for decision in self._decisions}
        for wanted in lines.without_covered(self._needs.wanted):
            if (wanted.code, wanted.summary) not in known:
                self._decide(wanted.code, wanted.summary, wanted.evidence)
        for install in self._fit.installs:
            requirement = install.requirement
            self._decide(requirement.code, f"install {install.package}: {requirement.summary}", requirement.evidence)
        if start is not None and self._fit.option.start is not None:
            text = f"{self._fit.option.image} starts programs in its own way"
            evidence = (Evidence("knowledge/images.toml", 0, text),)
            summary = "ENTRYPOINT and CMD are adapted to the base: the same command runs"
            self._decide("N18", summary, evidence, ("entrypoint", "cmd"))
        if self._adds_user():
            evidence = (Evidence("Dockerfile", self._facts.stage.from_.line, "runs as root; --nonroot was given"),)
            self._decide("D04", f"run as {NONROOT}", evidence, ("user",), Applicability.UNSAFE)
        for changed in inherited_changes(
            self._facts, self._fit.image, self._applied, same=self._fit.option.style == "same"
        ):
            self._decisions.append(changed)

    def _decide(
        self,
        code: str,
        summary: str,
        evidence: tuple[Evidence, ...],
        changes: tuple[str, ...] = (),
        applicability: Applicability = Applicability.SAFE,
    ) -> None:
        self._decisions.append(Decision(code, summary, evidence, Confidence.HIGH, applicability, changes))

    def _why(self) -> str:
        reasons = [f"{misfit.option.style} is not possible: {misfit.reason}" for misfit in self._misfits]
        why = self._fit.option.why
        return "; ".join(dict.fromkeys([*([why] if why else []), *reasons]))

    def _no_benefit(self, dropped: Iterable[str]) -> str | None:
        if self._fit.option.image != self._facts.base_text or any(dropped):
            return None
        return f"{self._facts.base_text} is already the smallest base that fits, and nothing would be left behind"


def _decision(item: Suggestion) -> Decision:
    return Decision(item.code, item.summary, item.evidence, item.confidence, item.applicability, item.changes)
