"""The runtime stage's settings: the author's own ARG, LABEL, ENV, WORKDIR, USER ... repeated or moved."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable
from operator import attrgetter

from msgspec import Struct

from dockerslim_rewrite.analysis.model import StageFacts, Step
from dockerslim_rewrite.languages.model import ReplaceStart
from dockerslim_rewrite.planning.model import RuntimeLine, Section
from dockerslim_rewrite.syntax.model import Dockerfile, Instruction
from dockerslim_rewrite.syntax.words import parse_pairs, references

# Instructions that only describe the container: they move to the runtime stage.
MOVED = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK", "EXPOSE", "STOPSIGNAL", "LABEL", "MAINTAINER", "VOLUME"})
# Instructions that change what later steps see: they stay in the builder as long as a step follows.
STATE = frozenset({"ENV", "ARG", "WORKDIR", "USER", "SHELL"})
# Instructions that need the builder's state.
BUILDING = frozenset({"RUN", "COPY", "ADD"})

_SECTIONS: dict[str, Section] = {
    "ARG": "arguments",
    "LABEL": "arguments",
    "MAINTAINER": "arguments",
    "ENV": "arguments",
    "WORKDIR": "settings",
    "USER": "settings",
    "EXPOSE": "settings",
    "VOLUME": "settings",
    "HEALTHCHECK": "start",
    "STOPSIGNAL": "start",
    "SHELL": "start",
    "ENTRYPOINT": "start",
    "CMD": "start",
}
_CODES = {
    "ARG": "D05",
    "ENV": "D06",
    "WORKDIR": "D08",
    "USER": "D04",
    "VOLUME": "D07",
    "HEALTHCHECK": "D03",
    "SHELL": "D11",
}
# Within a section; the layout places the others itself.
_ORDER = ("EXPOSE", "VOLUME", "HEALTHCHECK", "STOPSIGNAL", "SHELL")
_LAST_WINS = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL", "USER", "SHELL", "MAINTAINER"})
_START = attrgetter("span.start")
# Settings whose value may have variables in it: these can stand anywhere, those are restated where their place counts.
_EXPANDED = frozenset({"EXPOSE", "VOLUME", "STOPSIGNAL"})
_RESTATED = frozenset({"USER", "WORKDIR"})


class Settings(Struct, frozen=True):
    """The runtime lines that repeat the author's text; `moved` are the steps that leave the builder.

    `expanded` are the variables that these lines expand, `inherited` those of them that the old base sets.
    """

    lines: tuple[RuntimeLine, ...]
    moved: frozenset[int]
    expanded: frozenset[str]
    inherited: tuple[str, ...]


def item_index(dockerfile: Dockerfile, instruction: Instruction) -> int:
    """Return the index in `Dockerfile.items` of an instruction."""
    return bisect_left(dockerfile.items, instruction.span.start, key=_START)


def instruction_text(dockerfile: Dockerfile, instruction: Instruction) -> str:
    """Return an instruction's own text without its last line end."""
    return instruction.span.of(dockerfile.text).rstrip("\r\n")


def start_text(keyword: str, command: tuple[str, ...] | str) -> str:
    """Return ENTRYPOINT or CMD: words in exec form, a text in shell form."""
    text = command if isinstance(command, str) else json.dumps(list(command), ensure_ascii=False)
    return f"{keyword} {text}"


def collect_settings(
    dockerfile: Dockerfile, facts: StageFacts, start: ReplaceStart | None, extra_args: Iterable[str]
) -> Settings:
    """Choose the author's settings that the runtime stage repeats, in the layout's order.

    `start` replaces or removes ENTRYPOINT and CMD; `extra_args` are names that new runtime lines refer to.
    """
    chooser = _Chooser(dockerfile, facts, start)
    chosen = [step for step in facts.steps if chooser.wants(step)]
    chosen = _with_arguments(dockerfile, facts, chosen, frozenset(extra_args))
    early = _early(dockerfile, chosen)
    chosen = [step for step in chosen if step.instruction.keyword not in early & _RESTATED]
    last_building = max((step.index for step in facts.steps if step.instruction.keyword in BUILDING), default=-1)
    moved = frozenset(
        step.index
        for step in facts.steps
        if step.instruction.keyword in MOVED or (step.instruction.keyword in STATE and step.index > last_building)
    )
    lines = [chooser.line(step, early) for step in sorted(chosen, key=lambda step: _layout(step, early))]
    expanded, inherited = _expansions(dockerfile, facts, chosen)
    return Settings(tuple(lines), moved, expanded, inherited)


def _expansions(
    dockerfile: Dockerfile, facts: StageFacts, chosen: list[Step]
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the variables that chosen lines expand, and those whose value is the old base's."""
    base = facts.base.env if facts.base is not None else {}
    expanded: set[str] = set()
    inherited: set[str] = set()
    for step in chosen:
        names = _expanded(dockerfile, step.instruction)
        own = {*step.before.own_env, *step.before.args} - {"PATH"}
        expanded |= names
        inherited |= names & base.keys() - own
    return frozenset(expanded), tuple(sorted(inherited))


def _expanded(dockerfile: Dockerfile, instruction: Instruction) -> frozenset[str]:
    """Return the variables that an instruction expands. A PATH that is extended may start from another one; any other
    value that has it is to stay as it was."""
    if instruction.keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL"):
        return frozenset()
    if instruction.keyword != "ENV":
        return _references(dockerfile, instruction)
    found: set[str] = set()
    for name, value in parse_pairs(instruction.value, dockerfile.escape, "ENV"):
        found |= references(value or "", dockerfile.escape) - ({"PATH"} & {name})
    return frozenset(found)


def _early(dockerfile: Dockerfile, chosen: list[Step]) -> frozenset[str]:
    """Return the keywords of settings that expand a variable which the author sets, or sets anew, below them.

    The layout has variables first: these settings stand among them, in the author's order, or are stated anew."""
    set_last: dict[str, int] = {}
    for step in chosen:
        if step.instruction.keyword in ("ENV", "ARG"):
            set_last.update(dict.fromkeys(_names(dockerfile, step.instruction), step.index))
    return frozenset(
        step.instruction.keyword
        for step in chosen
        if step.instruction.keyword in _RESTATED | _EXPANDED
        and any(set_last.get(name, -1) > step.index for name in _references(dockerfile, step.instruction))
    )


def _layout(step: Step, early: frozenset[str]) -> tuple[int, int]:
    keyword = step.instruction.keyword
    return (_ORDER.index(keyword) + 1 if keyword in _ORDER and keyword not in early else 0, step.index)


class _Chooser:
    def __init__(self, dockerfile: Dockerfile, facts: StageFacts, start: ReplaceStart | None) -> None:
        self._dockerfile = dockerfile
        self._facts = facts
        self._start = start or ReplaceStart(None, None)
        self._last = {step.instruction.keyword: step.index for step in facts.steps}
        self._workdirs = _workdir_chain(facts)
        cmd, entrypoint = facts.contract.cmd, facts.contract.entrypoint
        health = facts.contract.healthcheck or ""
        self._uses_shell = bool(
            (cmd and cmd.shell) or (entrypoint and entrypoint.shell) or ("CMD" in health and "[" not in health)
        )

    def wants(self, step: Step) -> bool:
        keyword = step.instruction.keyword
        if keyword in ("ARG", "RUN", "COPY", "ADD", "ONBUILD"):
            return False
        if keyword == "ENTRYPOINT" and self._start.entrypoint is not None:
            return False
        if keyword == "CMD" and self._start.cmd is not None:
            return False
        if keyword == "SHELL":
            return self._uses_shell and self._last[keyword] == step.index
        if keyword == "WORKDIR":
            return step.index in self._workdirs
        return keyword not in _LAST_WINS or self._last[keyword] == step.index

    def line(self, step: Step, early: frozenset[str]) -> RuntimeLine:
        instruction = step.instruction
        index = item_index(self._dockerfile, instruction)
        return RuntimeLine(
            "arguments" if instruction.keyword in early else _SECTIONS[instruction.keyword],
            instruction_text(self._dockerfile, instruction),
            _CODES.get(instruction.keyword, "D15"),
            index,
        )


def _workdir_chain(facts: StageFacts) -> frozenset[int]:
    """Return the WORKDIR steps from the last absolute one on: together they give the final directory.

    Empty when all are relative: they start from the old base's own directory.
    """
    chain: list[int] = []
    anchored = False
    for step in facts.steps:
        if step.instruction.keyword == "WORKDIR":
            value = step.instruction.value
            absolute = value.startswith("/") or (value.startswith("$") and _expands_to_absolute(step))
            chain = [step.index] if absolute else [*chain, step.index]
            anchored = anchored or absolute
    return frozenset(chain) if anchored else frozenset()


def _expands_to_absolute(step: Step) -> bool:
    name = step.instruction.value.lstrip("${").split("}")[0].split("/")[0]
    return step.before.variables.get(name, "").startswith("/")


def _with_arguments(dockerfile: Dockerfile, facts: StageFacts, chosen: list[Step], extra: frozenset[str]) -> list[Step]:
    """Add the ARGs that chosen instructions refer to, and those that their defaults refer to.

    A reference above its ARG is empty, and must stay so.
    """
    wanted = dict.fromkeys(extra, len(facts.steps))
    for step in chosen:
        if step.instruction.keyword not in ("CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL"):
            _want(wanted, _references(dockerfile, step.instruction), step.index)
    result = list(chosen)
    for step in reversed(facts.steps):
        if step.instruction.keyword != "ARG":
            continue
        if any(wanted.get(name, -1) > step.index for name in _names(dockerfile, step.instruction)):
            _want(wanted, _references(dockerfile, step.instruction), step.index)
            result.append(step)
    return result


def _want(wanted: dict[str, int], names: Iterable[str], index: int) -> None:
    """Note that a step refers to names: the last one counts."""
    for name in names:
        wanted[name] = max(index, wanted.get(name, index))


def _names(dockerfile: Dockerfile, instruction: Instruction) -> tuple[str, ...]:
    try:
        return tuple(name for name, _ in parse_pairs(instruction.value, dockerfile.escape, instruction.keyword))
    except ValueError:
        return ()


def _references(dockerfile: Dockerfile, instruction: Instruction) -> frozenset[str]:
    try:
        return references(instruction.value, dockerfile.escape)
    except ValueError:
        return frozenset()
