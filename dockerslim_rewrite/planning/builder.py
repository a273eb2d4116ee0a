"""The builder stage: the author's own text, with a few insertions, without what moved to the runtime stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, count

from msgspec import Struct

from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.languages.model import BuilderEdit, InsertText, MoveInstruction, ReplaceText
from dockerslim_rewrite.planning.contract import item_index
from dockerslim_rewrite.planning.model import BuilderItem, Carry, Edit, Insert
from dockerslim_rewrite.syntax.model import Dockerfile, Instruction, Trivia


class BuilderPlan(Struct, frozen=True):
    """The builder's items; `comments` holds the comment block that moved with an item, by item index."""

    items: tuple[BuilderItem, ...]
    comments: dict[int, str]
    name: str


def choose_name(dockerfile: Dockerfile, facts: StageFacts) -> tuple[str, bool]:
    """Return the builder's stage name, and whether FROM must be given it."""
    if facts.stage.name:
        return facts.stage.name, False
    taken = {(stage.name or "").lower() for stage in dockerfile.stages}
    names = chain(["builder"], (f"builder{number}" for number in count(2)))
    return next(name for name in names if name not in taken), True


def plan_builder(
    dockerfile: Dockerfile,
    facts: StageFacts,
    moved: frozenset[int],
    wanted: Iterable[tuple[BuilderEdit, str]],
    pin: tuple[int, int, str] | None = None,
) -> BuilderPlan:
    """Lay out the builder. `moved` are step indices that leave it; `wanted` are edits with their codes; `pin` is an
    edit of FROM's image: start, end, text."""
    name, must_name = choose_name(dockerfile, facts)
    edits: dict[int, list[tuple[int, int, str]]] = {}
    from_index = item_index(dockerfile, facts.stage.from_)
    from_edits = [pin] if pin is not None else []
    if must_name:
        end = facts.stage.from_.value_map.span(0, len(facts.stage.from_.value)).end
        keyword = "as" if facts.stage.from_.keyword_span.of(dockerfile.text).islower() else "AS"
        start, before = (pin[0], pin[2]) if pin is not None and pin[1] == end else (end, "")
        from_edits = [edit for edit in from_edits if edit[1] != end]
        from_edits.append((start, end, f"{before} {keyword} {name}"))
    if from_edits:
        edits[from_index] = from_edits
    indices = [item_index(dockerfile, step.instruction) for step in facts.steps]
    after: dict[int, list[Insert]] = {}
    places: dict[int, int] = {}
    for edit, code in wanted:
        if isinstance(edit, InsertText):
            edits.setdefault(indices[edit.step], []).append((edit.offset, edit.offset, edit.text))
        elif isinstance(edit, ReplaceText):
            edits.setdefault(indices[edit.step], []).append((edit.start, edit.end, edit.text))
        elif isinstance(edit, MoveInstruction):
            places[indices[edit.step]] = indices[edit.after]
        else:
            position = from_index if edit.after < 0 else indices[edit.after]
            after.setdefault(position, []).append(Insert(edit.text, code))
    removed = frozenset(indices[step] for step in moved)
    return _Layout(dockerfile, removed, edits, after, places).plan(name)


class _Layout:
    def __init__(
        self,
        dockerfile: Dockerfile,
        removed: frozenset[int],
        edits: dict[int, list[tuple[int, int, str]]],
        after: dict[int, list[Insert]],
        places: dict[int, int],
    ) -> None:
        self._dockerfile = dockerfile
        self._removed = removed
        self._edits = edits
        self._after = after
        self._places = places

    def plan(self, name: str) -> BuilderPlan:
        items: list[BuilderItem] = []
        comments: dict[int, str] = {}
        for index, item in enumerate(self._dockerfile.items):
            if index not in self._removed and index not in self._places:
                items.extend(self._item(index, item, comments))
            items.extend(self._moved_behind(index))
            items.extend(self._after.get(index, ()))
        return BuilderPlan(tuple(items), comments, name)

    def _item(self, index: int, item: Instruction | Trivia, comments: dict[int, str]) -> Iterator[BuilderItem]:
        start, end = item.span.start, item.span.end
        if isinstance(item, Trivia):
            start, end = self._trim(index, item, comments)
        if index in self._edits:
            yield Edit(index, tuple(sorted(self._edits[index])))
        elif end > start:
            yield Carry(index, start, end)

    def _moved_behind(self, index: int) -> Iterator[BuilderItem]:
        for moved, place in self._places.items():
            if place == index:
                yield from self._comment_above(moved)
                span = self._dockerfile.items[moved].span
                yield Carry(moved, span.start, span.end)

    def _comment_above(self, index: int) -> Iterator[BuilderItem]:
        above = self._dockerfile.items[index - 1]
        if isinstance(above, Trivia):
            _, end = self._trim(index - 1, above, {})
            if end < above.span.end:
                yield Carry(index - 1, end, above.span.end)

    def _trim(self, index: int, item: Trivia, comments: dict[int, str]) -> tuple[int, int]:
        """Give the comment block directly above a moved instruction to it, and the blank lines with it."""
        text = self._dockerfile.text
        start, end = item.span.start, item.span.end
        if index + 1 not in self._removed and index + 1 not in self._places:
            follows_removed = index - 1 in self._removed and self._only_blank(start, end)
            return (start, start) if follows_removed and self._ends_blank(index - 1) else (start, end)
        lines = text[start:end].splitlines(keepends=True)
        block: list[str] = []
        while lines and lines[-1].lstrip().startswith("#"):
            block.insert(0, lines.pop())
        comments[index + 1] = "".join(block).rstrip("\r\n")
        return start, end - sum(map(len, block))

    def _only_blank(self, start: int, end: int) -> bool:
        return not self._dockerfile.text[start:end].strip()

    def _ends_blank(self, index: int) -> bool:
        """Tell whether the kept text before a removed run already ends in a blank line."""
        while index in self._removed:  # FROM, which stands above each run, is never removed
            index -= 1
        item = self._dockerfile.items[index]
        return self._only_blank(item.span.start, item.span.end)
