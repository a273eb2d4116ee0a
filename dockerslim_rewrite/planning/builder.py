"""The builder stage: the author's own text, with a few insertions, without what moved to the runtime stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.languages.model import AppendInstruction, InsertText
from dockerslim_rewrite.planning.contract import item_index
from dockerslim_rewrite.planning.model import BuilderItem, Carry, Edit, Insert
from dockerslim_rewrite.syntax.model import Dockerfile, Instruction, Trivia


@dataclass(frozen=True, slots=True)
class BuilderPlan:
    """The builder's items; `comments` holds the comment block that moved with an item, by item index."""

    items: tuple[BuilderItem, ...]
    comments: dict[int, str]
    name: str


def choose_name(dockerfile: Dockerfile, facts: StageFacts) -> tuple[str, bool]:
    """Return the builder's stage name, and whether FROM must be given it."""
    if facts.stage.name:
        return facts.stage.name, False
    taken = {(stage.name or "").lower() for stage in dockerfile.stages}
    name = next(name for name in ("builder", *(f"builder{number}" for number in range(2, 1000))) if name not in taken)
    return name, True


def plan_builder(
    dockerfile: Dockerfile,
    facts: StageFacts,
    moved: frozenset[int],
    insertions: Iterable[tuple[InsertText, str]],
    appended: Iterable[tuple[AppendInstruction, str]],
) -> BuilderPlan:
    """Lay out the builder. `moved` are step indices that leave it."""
    name, must_name = choose_name(dockerfile, facts)
    edits: dict[int, list[tuple[int, str]]] = {}
    from_index = item_index(dockerfile, facts.stage.from_)
    if must_name:
        end = facts.stage.from_.value_map.span(0, len(facts.stage.from_.value)).end
        keyword = "as" if facts.stage.from_.keyword_span.of(dockerfile.text).islower() else "AS"
        edits[from_index] = [(end, f" {keyword} {name}")]
    indices = [item_index(dockerfile, step.instruction) for step in facts.steps]
    for insertion, _ in insertions:
        edits.setdefault(indices[insertion.step], []).append((insertion.offset, insertion.text))
    after: dict[int, list[Insert]] = {}
    for instruction, code in appended:
        position = from_index if instruction.after < 0 else indices[instruction.after]
        after.setdefault(position, []).append(Insert(instruction.text, code))
    removed = frozenset(indices[step] for step in moved)
    return _Layout(dockerfile, removed, edits, after).plan(name)


class _Layout:
    def __init__(
        self,
        dockerfile: Dockerfile,
        removed: frozenset[int],
        edits: dict[int, list[tuple[int, str]]],
        after: dict[int, list[Insert]],
    ) -> None:
        self._dockerfile = dockerfile
        self._removed = removed
        self._edits = edits
        self._after = after

    def plan(self, name: str) -> BuilderPlan:
        items: list[BuilderItem] = []
        comments: dict[int, str] = {}
        for index, item in enumerate(self._dockerfile.items):
            if index in self._removed:
                items.extend(self._after.get(index, ()))
                continue
            start, end = item.span.start, item.span.end
            if isinstance(item, Trivia):
                start, end = self._trim(index, item, comments)
            if index in self._edits:
                items.append(Edit(index, tuple(sorted(self._edits[index]))))
            elif end > start:
                items.append(Carry(index, start, end))
            items.extend(self._after.get(index, ()))
        return BuilderPlan(tuple(items), comments, name)

    def _trim(self, index: int, item: Trivia, comments: dict[int, str]) -> tuple[int, int]:
        """Give the comment block directly above a moved instruction to it, and the blank lines with it."""
        text = self._dockerfile.text
        start, end = item.span.start, item.span.end
        if index + 1 not in self._removed:
            previous = self._dockerfile.items[index - 1] if index else None
            if isinstance(previous, Instruction) and index - 1 in self._removed and self._only_blank(start, end):
                kept_before = index >= 2 and not self._only_removed_before(index - 1)
                return (start, start) if kept_before and self._ends_blank(index - 1) else (start, end)
            return start, end
        lines = text[start:end].splitlines(keepends=True)
        block: list[str] = []
        while lines and lines[-1].lstrip().startswith("#"):
            block.insert(0, lines.pop())
        comments[index + 1] = "".join(block).rstrip("\r\n")
        return start, end - sum(map(len, block))

    def _only_blank(self, start: int, end: int) -> bool:
        return not self._dockerfile.text[start:end].strip()

    def _only_removed_before(self, index: int) -> bool:
        return all(number in self._removed for number in range(index))

    def _ends_blank(self, index: int) -> bool:
        """Tell whether the kept text before a removed run already ends in a blank line."""
        while index in self._removed and index > 0:
            index -= 1
        item = self._dockerfile.items[index]
        return isinstance(item, Trivia) and self._only_blank(item.span.start, item.span.end)
