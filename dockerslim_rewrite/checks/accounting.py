"""Every source instruction is accounted for in the emitted text."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.languages.model import replaced_line
from dockerslim_rewrite.planning.contract import STATE, instruction_text
from dockerslim_rewrite.planning.model import Carry, Edit, Insert, RewritePlan
from dockerslim_rewrite.syntax.model import Dockerfile, Instruction, Stage

STEPS = frozenset({"RUN", "COPY", "ADD"})


def unaccounted(source: Dockerfile, emitted: Dockerfile, plan: RewritePlan) -> list[str]:
    """Return a sentence for each source instruction that the emitted text lost or changed without a decision."""
    *before, runtime = emitted.stages
    entries = [*emitted.meta_args, *(entry for stage in before for entry in (stage.from_, *stage.instructions))]
    built = iter([instruction_text(emitted, entry) for entry in entries])
    moved = {instruction_text(emitted, entry) for entry in runtime.instructions}
    replaced = {change for decision in plan.decisions for change in decision.changes}
    lost, planned = [], set()
    for item in plan.builder:  # in the order of the emitted text, so that each text is looked at once
        if isinstance(item, Insert) or not isinstance(entry := source.items[item.index], Instruction):
            continue
        planned.add(item.index)
        if isinstance(item, Carry) and instruction_text(source, entry) not in built:
            lost.append(f"line {entry.line}: {entry.keyword} is not in the builder stage")
        elif isinstance(item, Edit) and not _is_kept(item, source, entry, built, replaced):
            lost.append(f"line {entry.line}: {entry.keyword} was edited beyond insertions")
    last = {entry.keyword: entry.line for entry in source.stages[-1].instructions}
    kept = [entry for index in planned if isinstance(entry := source.items[index], Instruction)]
    building = max((entry.line for entry in kept if entry.keyword in STEPS), default=0)
    for index, entry in enumerate(source.items):
        if not isinstance(entry, Instruction) or index in planned:
            continue
        # what builds stays in the builder, and what its steps see
        stays = entry.keyword in STEPS or (entry.keyword in STATE and entry.line < building)
        if instruction_text(source, entry) in moved and not stays:
            continue
        if not _may_go(entry, last.get(entry.keyword, 0), building, replaced):
            lost.append(f"line {entry.line}: {entry.keyword} is in neither stage")
    return lost


def _may_go(item: Instruction, last: int, building: int, replaced: set[str]) -> bool:
    """An overridden instruction, one that a decision replaces, or a state that no step sees may be in neither stage.

    `last` is the line of the last instruction with this keyword, `building` that of the builder's last step.
    """
    if item.keyword.lower() in replaced:
        return True
    if item.keyword in STATE:
        return item.keyword != "ENV" and item.line > building
    return item.keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL", "MAINTAINER") and item.line < last


def _is_kept(edit: Edit, source: Dockerfile, item: Instruction, built: Iterator[str], replaced: set[str]) -> bool:
    """Tell whether the builder holds an edited instruction. Text is only inserted, unless a decision names the line."""
    if any(start < end for start, end, _ in edit.changes) and replaced_line(item) not in replaced:
        return False
    position, kept = item.span.start, ""
    for start, end, _ in edit.changes:
        kept += source.text[position:start]
        position = end
    kept = (kept + source.text[position : item.span.end]).rstrip("\r\n")
    return any(_contains(entry, kept) for entry in built)


def _contains(edited: str, original: str) -> bool:
    """Tell whether an edited instruction holds every character of the original in order: text was only inserted."""
    characters = iter(edited)
    return all(character in characters for character in original)


def missing_lines(runtime: Stage, emitted: Dockerfile, plan: RewritePlan) -> list[str]:
    """Return a sentence for each line of the plan's runtime stage that is not there, or not in the plan's order."""
    texts = iter([instruction_text(emitted, entry) for entry in runtime.instructions])
    return [
        f"the runtime stage lacks, or has out of order: {line.text}"
        for line in plan.runtime
        if not any(text == line.text for text in texts)
    ][:1]


def bad_copies(runtime: Stage, builder: str) -> list[str]:
    """Return a sentence for each COPY of the runtime stage that is not an exact `--from=BUILDER` of absolute paths."""
    found = []
    for entry in runtime.instructions:
        if entry.keyword != "COPY":
            continue
        words = entry.exec_form or tuple(entry.value.split())
        if entry.flag("from") != builder or not all(word.startswith("/") for word in words):
            found.append(f"line {entry.line}: COPY does not take absolute paths from {builder}")
        if words[:1] == ("/",):
            found.append(f"line {entry.line}: COPY takes the whole file system")
    return found
