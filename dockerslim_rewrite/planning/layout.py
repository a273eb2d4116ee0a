"""Lays out both stages for the base that was chosen."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.analysis.effects import ChangesAccounts, CommandEffect, Writes
from dockerslim_rewrite.analysis.model import Evidence, StageFacts, Step
from dockerslim_rewrite.analysis.ownership import Ownership
from dockerslim_rewrite.analysis.paths import below, upwards
from dockerslim_rewrite.languages.model import (
    Artifact,
    BuilderEdit,
    MakeDirectory,
    ReplaceStart,
    RunInRuntime,
    SetEnv,
    Suggestion,
)
from dockerslim_rewrite.planning import lines
from dockerslim_rewrite.planning.artifacts import RANK_SYSTEM, SystemLayer, Wanted
from dockerslim_rewrite.planning.base import MANAGERS, Fit
from dockerslim_rewrite.planning.builder import choose_name, plan_builder
from dockerslim_rewrite.planning.contract import collect_settings, item_index, start_text
from dockerslim_rewrite.planning.inherited import inherited_lines
from dockerslim_rewrite.planning.model import BuilderItem, Options, RuntimeLine
from dockerslim_rewrite.planning.parents import Parent, special_parents
from dockerslim_rewrite.planning.release import Pin
from dockerslim_rewrite.syntax.model import Dockerfile

NONROOT = "65532:65532"
_ROOT = frozenset({"", "root", "0"})


class Chosen(Struct, frozen=True):
    """What was decided before the layout: the base, the suggestions that apply, what to carry."""

    dockerfile: Dockerfile
    facts: StageFacts
    effects: tuple[CommandEffect, ...]
    options: Options
    fit: Fit
    applied: tuple[Suggestion, ...]
    wanted: tuple[Wanted, ...]
    system: SystemLayer
    recommends: bool
    ownership: Ownership
    pin: Pin | None = None


class Layout(Struct, frozen=True):
    """Both stages. `start` is the replaced ENTRYPOINT and CMD, None when the author's stay; `inherited` are the old
    base's variables that the runtime stage sets again."""

    builder_name: str
    builder: tuple[BuilderItem, ...]
    runtime: tuple[RuntimeLine, ...]
    start: ReplaceStart | None
    inherited: tuple[str, ...]


def adds_user(chosen: Chosen) -> bool:
    """Tell whether --nonroot adds a USER: only where the original runs as root."""
    return chosen.options.nonroot and chosen.facts.contract.user in _ROOT


def lay_out(chosen: Chosen) -> Layout:
    """Lay out the builder and the runtime stage."""
    start = _replaced_start(chosen)
    settings = collect_settings(chosen.dockerfile, chosen.facts, start, ())
    steps_moved = settings.moved - _staying_workdirs(chosen, settings.moved)
    builder = plan_builder(
        chosen.dockerfile,
        chosen.facts,
        steps_moved,
        [(item.effect, item.code) for item in chosen.applied if isinstance(item.effect, BuilderEdit)],
        (chosen.pin.start, chosen.pin.end, chosen.pin.text) if chosen.pin is not None else None,
    )
    moved = {item_index(chosen.dockerfile, chosen.facts.steps[step].instruction) for step in steps_moved}
    own = [
        replace(line, comment=builder.comments.get(line.source, ""))
        if line.source is not None and line.source in moved
        else line
        for line in settings.lines
    ]
    image = chosen.fit.image if chosen.fit.option.style != "same" else chosen.facts.base
    runtime = [
        *inherited_lines(chosen.facts, image, settings.inherited),
        *_Runtime(chosen, own, start, settings.expanded).all(),
    ]
    return Layout(builder.name, builder.items, tuple(runtime), start, settings.inherited)


def _staying_workdirs(chosen: Chosen, moved: frozenset[int]) -> frozenset[int]:
    """Return moved WORKDIRs that the builder needs as well: nothing else is sure to make a directory that is copied."""
    made = [chosen.facts.base.workdir] if chosen.facts.base else []
    after = [step.before.workdir for step in chosen.facts.steps[1:]] + [chosen.facts.contract.workdir]
    for step, workdir in zip(chosen.facts.steps, after, strict=True):
        if step.index not in moved:
            made += [workdir, *([step.copy.dest] if step.copy is not None else [])]
    for command in chosen.effects:
        made += [path for effect in command.effects if isinstance(effect, Writes) for path in effect.paths]
    there = {folder for path in made for folder in upwards(path)}
    missing = {item.artifact.path for item in chosen.wanted if item.artifact.is_dir} - there
    last = max((index for index in moved if after[index] in missing), default=-1)
    return frozenset(index for index in moved if index <= last and _is_workdir(chosen.facts.steps[index]))


def _is_workdir(step: Step) -> bool:
    return step.instruction.keyword == "WORKDIR"


def _replaced_start(chosen: Chosen) -> ReplaceStart | None:
    """Merge what suggestions and the base say about ENTRYPOINT and CMD; the base has the last word."""
    replaced = [item.effect for item in chosen.applied if isinstance(item.effect, ReplaceStart)]
    replaced += [chosen.fit.option.start] if chosen.fit.option.start is not None else []
    entrypoint = cmd = None
    for effect in replaced:
        entrypoint = effect.entrypoint if effect.entrypoint is not None else entrypoint
        cmd = effect.cmd if effect.cmd is not None else cmd
    return ReplaceStart(entrypoint, cmd) if replaced else None


def _keyword(line: RuntimeLine) -> str:
    return line.text.split()[0].upper()


def _runs_something(found: Iterable[RuntimeLine]) -> bool:
    return any(_keyword(line) == "RUN" for line in found)


class _Runtime:
    """The runtime stage's lines, section by section."""

    def __init__(
        self, chosen: Chosen, own: list[RuntimeLine], start: ReplaceStart | None, expanded: frozenset[str]
    ) -> None:
        self._chosen = chosen
        self._own = own
        self._start = start
        self._expanded = expanded
        self._contract = chosen.facts.contract
        self._image = chosen.fit.image
        self._ownership = chosen.ownership
        self._default_owner = NONROOT if adds_user(chosen) else ""
        self._wanted = self._all_wanted()
        user = chosen.facts.contract.user
        self._parents = list(special_parents(self._wanted, self._ownership, user, self._default_owner))
        self._builder, _ = choose_name(chosen.dockerfile, chosen.facts)

    def all(self) -> list[RuntimeLine]:
        # the base's part comes before what the author puts in front of it, `ENV PATH=/app/bin:$PATH`, and after what
        # has the variable's old value
        result = self._variables(late=False)
        result += [line for line in self._own if line.section == "arguments"]
        result += self._variables(late=True)
        if self._needs_accounts():
            result.append(lines.account_line(self._builder))
        result.extend(self._packages())
        if self._chosen.system.links:
            result.append(lines.link_line(self._chosen.system.links))
        later = [*self._copies(), *self._runs(early=False)]
        made = [line for parent in self._parents if parent.owner for line in self._made(parent)]
        places = self._places(moved=any(_keyword(line) == "WORKDIR" for line in later))
        if [line.text for line in made] == [line.text for line in places] and not _runs_something(later):
            result += [*places, *later, *self._ports()]
        elif made:
            back = RuntimeLine("directories", f"USER {self._image_user()}", "D04")
            result += [*made, back, *later, *self._places(moved=True), *self._ports()]
        else:
            result += [*later, *places, *self._ports()]
        result.extend(
            line for line in self._own if line.section == "start" and _keyword(line) not in ("ENTRYPOINT", "CMD")
        )
        result.extend(self._start_lines())
        return result

    def _variables(self, *, late: bool) -> list[RuntimeLine]:
        effects = ((item.effect, item.code) for item in self._chosen.applied)
        return [
            RuntimeLine("arguments", f"ENV {effect.name}={effect.value}", code)
            for effect, code in effects
            if isinstance(effect, SetEnv) and (effect.name in self._expanded) == late
        ]

    def _needs_accounts(self) -> bool:
        effects = [effect for command in self._chosen.effects for effect in command.effects]
        if any(isinstance(effect, ChangesAccounts) for effect in effects):
            return True
        names = set(self._contract.user.split(":"))
        for wanted in self._chosen.wanted:
            names.update(self._owner_of(wanted.artifact).split(":"))
        names.update(name for parent in self._parents for name in parent.owner.split(":"))
        names = {name for name in names if name not in _ROOT and not name.isdigit()}
        known = self._image.users if self._image else {}
        return bool(names - set(known)) or self._gains_group(known)

    def _gains_group(self, known: Mapping[str, int]) -> bool:
        """A bare uid takes its group from /etc/passwd: the new base must not know a uid that the old one did not."""
        user = self._contract.user
        base = self._chosen.facts.base
        old = set(base.users.values()) if base is not None else set()
        return user.isdigit() and int(user) in set(known.values()) - old

    def _owner_of(self, artifact: Artifact) -> str:
        return self._ownership.owner(artifact.path if artifact.is_dir else posixpath.dirname(artifact.path))

    def _packages(self) -> list[RuntimeLine]:
        installs = self._chosen.fit.installs
        early = self._runs(early=True)
        if not installs:
            return early
        image = self._image or self._chosen.facts.base
        manager = MANAGERS.get(image.distro if image else "", "apt")
        names = tuple(install.package for install in installs)
        code = installs[0].requirement.code
        line = lines.package_line(manager, names, code, recommends=self._chosen.recommends)
        return [replace(line, text=" && ".join([line.text, *(item.text.removeprefix("RUN ") for item in early)]))]

    def _runs(self, *, early: bool) -> list[RuntimeLine]:
        effects = [(item.effect, item.code) for item in self._chosen.applied]
        return [
            RuntimeLine("artifacts", f"RUN {effect.command}", code)
            for effect, code in effects
            if isinstance(effect, RunInRuntime) and effect.early == early
        ]

    def _all_wanted(self) -> list[Wanted]:
        """Return all that is copied, in the order of the copies."""
        files = [
            Wanted(
                Artifact(copy.package, False, RANK_SYSTEM, copy.requirement.summary),
                copy.requirement.code,
                f"{copy.package}: {copy.requirement.summary}",
                copy.requirement.evidence,
            )
            for copy in self._chosen.fit.copies
        ]
        wanted = lines.without_covered([*files, *self._chosen.wanted, *_homes(self._chosen.effects), *self._owned()])
        return sorted(wanted, key=lambda item: not lines.is_data_directory(item))

    def _made(self, parent: Parent) -> list[RuntimeLine]:
        """Make a directory that its owner would lose: only WORKDIR takes the user in force, and needs no shell."""
        user = self._contract.user if parent.owner.partition(":")[0] == self._contract.user else parent.owner
        return [
            RuntimeLine("settings", f"USER {user}", "D04"),
            RuntimeLine("settings", f"WORKDIR {lines.escape(parent.path)}", "D08"),
        ]

    def _image_user(self) -> str:
        user = self._image.user if self._image else ""
        return "root" if user in _ROOT else user

    def _copies(self) -> list[RuntimeLine]:
        copies = list(lines.artifact_lines(self._builder, self._wanted, self._ownership, self._default_owner))
        data = [line for line in copies if line.section == "directories"]
        rest = [line for line in copies if line.section != "directories"]
        copied = [item for item in self._wanted if item.artifact.is_dir and self._needs_chmod(item.artifact.path)]
        special = [(item.artifact.path, lines.is_data_directory(item)) for item in copied]
        special += [(parent.path, False) for parent in self._parents if parent.chmod]
        for group, of_data in ((data, True), (rest, False)):
            if paths := [path for path, is_data in special if is_data == of_data]:
                group.append(lines.mode_line(paths, self._ownership))
        return [*data, *rest, *self._empty()]

    def _needs_chmod(self, path: str) -> bool:
        return lines.needs_chmod(path, self._ownership, self._contract.user)

    def _owned(self) -> list[Wanted]:
        """Return the needed directories with an owner of their own: only a copy keeps it."""
        return [
            Wanted(Artifact(item.effect.path, True, RANK_SYSTEM, item.summary), item.code, item.summary, item.evidence)
            for item in self._chosen.applied
            if isinstance(item.effect, MakeDirectory)
            and (adds_user(self._chosen) or self._ownership.owner(item.effect.path))
        ]

    def _empty(self) -> list[RuntimeLine]:
        """Make the directories that no copy brings along: WORKDIR needs no shell, so it works on every base."""
        copied = [item.artifact.path for item in self._wanted]
        found = []
        for item in self._chosen.applied:
            if isinstance(item.effect, MakeDirectory):
                path = item.effect.path
                if not below(path, copied) and not any(below(other, (path,)) for other in copied):
                    found.append(RuntimeLine("artifacts", f"WORKDIR {lines.escape(path)}", item.code))
        return list(dict.fromkeys(found))

    def _places(self, *, moved: bool) -> list[RuntimeLine]:
        """WORKDIR and USER: the author's, or what the original inherited from its base. `moved`: a WORKDIR above has
        left the base's own."""
        workdirs = [line for line in self._own if _keyword(line) == "WORKDIR"]
        users = [line for line in self._own if _keyword(line) == "USER"]
        if moved or (not workdirs and self._contract.workdir != (self._image.workdir if self._image else "/")):
            workdirs = [RuntimeLine("settings", f"WORKDIR {lines.escape(self._contract.workdir)}", "D08")]
        inherited = self._image.user if self._image else ""
        if not users and self._contract.user != inherited and {self._contract.user, inherited} - _ROOT:
            users = [RuntimeLine("settings", f"USER {lines.escape(self._contract.user or 'root')}", "D04")]
        if adds_user(self._chosen):
            users = [RuntimeLine("settings", f"USER {NONROOT}", "D04")]
        # WORKDIR makes a missing directory as the user in force: before USER it is root's
        if self._ownership.owner(self._contract.workdir):
            return [*users, *workdirs]
        return [*workdirs, *users]

    def _ports(self) -> list[RuntimeLine]:
        """EXPOSE and VOLUME."""
        found = (line for line in self._own if line.section == "settings")
        return [line for line in found if _keyword(line) not in ("WORKDIR", "USER")]

    def _start_lines(self) -> list[RuntimeLine]:
        entrypoint = [line for line in self._own if _keyword(line) == "ENTRYPOINT"]
        cmd = [line for line in self._own if _keyword(line) == "CMD"]
        code = next((item.code for item in self._chosen.applied if isinstance(item.effect, ReplaceStart)), "N18")
        if self._start is not None and self._start.entrypoint:
            entrypoint = [RuntimeLine("start", start_text("ENTRYPOINT", self._start.entrypoint), code)]
        elif not entrypoint and self._must_reset_entrypoint():
            entrypoint = [RuntimeLine("start", "ENTRYPOINT []", code)]
        if self._start is not None and self._start.cmd:
            cmd = [RuntimeLine("start", start_text("CMD", self._start.cmd), code)]
        return [*entrypoint, *cmd]

    def _must_reset_entrypoint(self) -> bool:
        """The base brings an ENTRYPOINT that the original did not have and nobody adapted to."""
        if self._image is None or not self._image.entrypoint or self._chosen.fit.option.start is not None:
            return False
        original = self._contract.entrypoint
        return original is None or original.argv != self._image.entrypoint


def _homes(effects: Iterable[CommandEffect]) -> list[Wanted]:
    """Return the home directories that were made for new users."""
    found = []
    for command in effects:
        for effect in command.effects:
            if isinstance(effect, ChangesAccounts) and effect.home and effect.user:
                evidence = Evidence("Dockerfile", command.line, command.text[:100])
                artifact = Artifact(effect.home, True, RANK_SYSTEM, f"home of {effect.user}")
                found.append(Wanted(artifact, "D04", f"{effect.home}: home of {effect.user}", (evidence,)))
    return found
