"""The plan: a plain value that serialises to JSON."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from msgspec import Struct, to_builtins

from dockerslim_rewrite.analysis.model import Applicability, Confidence, Evidence
from dockerslim_rewrite.languages.model import Note, Style

Section = Literal["arguments", "packages", "users", "directories", "artifacts", "settings", "start"]


class Decision(Struct, frozen=True):
    """One decision: a hazard's code, a sentence, why it is believed, and what happens when it is wrong.

    `changes` names the parts of the run-time contract that differ on purpose: "cmd", "entrypoint", "env:PATH".
    """

    code: str
    summary: str
    evidence: tuple[Evidence, ...]
    confidence: Confidence
    applicability: Applicability
    changes: tuple[str, ...] = ()


class Blocker(Struct, frozen=True):
    """Why a file is refused: code, 1-based line in the Dockerfile, what was found, what to do."""

    code: str
    line: int
    message: str
    hint: str


class Carry(Struct, frozen=True, tag_field="kind", tag="carry"):
    """A slice of the source text, byte for byte: item `index` of `Dockerfile.items`, or a part of its comments."""

    index: int
    start: int
    end: int


class Edit(Struct, frozen=True, tag_field="kind", tag="edit"):
    """Source item `index` with changes: ranges of the source file (empty for an insertion) with their new text."""

    index: int
    changes: tuple[tuple[int, int, str], ...]


class Insert(Struct, frozen=True, tag_field="kind", tag="insert"):
    """New text in the builder: whole lines without the final line end."""

    text: str
    code: str


BuilderItem: TypeAlias = Carry | Edit | Insert


class RuntimeLine(Struct, frozen=True):
    """One instruction of the runtime stage.

    `text` has no final line end; `source` is the item index of the author's instruction that it repeats, None for a
    new line; `comment` is the author's comment block above it ("" for none).
    """

    section: Section
    text: str
    code: str
    source: int | None = None
    comment: str = ""


class Size(Struct, frozen=True):
    """Estimated megabytes of an image's base, from images.toml, and what is left behind, in words."""

    before_mb: float
    after_mb: float


class RewritePlan(Struct, frozen=True):
    """The whole rewrite. `stage_from` is the item index of the FROM that starts the stage which is split."""

    builder_name: str
    builder_base: str
    runtime_base: str
    style: Style
    why_base: str
    stage_from: int
    builder: tuple[BuilderItem, ...]
    runtime: tuple[RuntimeLine, ...]
    decisions: tuple[Decision, ...]
    withheld: tuple[Decision, ...]
    notes: tuple[Note, ...]
    dropped: tuple[str, ...]
    size: Size

    @property
    def applicability(self) -> Applicability:
        """Return the minimum of the decisions' applicability."""
        return min((decision.applicability for decision in self.decisions), default=Applicability.SAFE)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON-ready values; each builder item carries its `kind`."""
        data: dict[str, Any] = to_builtins(self)
        data["applicability"] = self.applicability.name
        for group in ("decisions", "withheld"):
            for entry in data[group]:
                entry["confidence"] = Confidence(entry["confidence"]).name
                entry["applicability"] = Applicability(entry["applicability"]).name
        return data


class Options(Struct, frozen=True):
    """What the user asked for. `runtime` "auto" takes the smallest base; a style takes that one or refuses.

    `unsafe` applies UNSAFE decisions; `optimize` also edits the builder, but for the improvements whose codes `skip`
    names, separated by commas; `nonroot` adds an unprivileged user. Codes in `safe` are taken without `unsafe`,
    those in `review` only with it; those in `ignore` are not reported, and not taken where they need `unsafe`.
    """

    runtime: Style | Literal["auto"] = "auto"
    unsafe: bool = False
    optimize: bool = False
    nonroot: bool = False
    skip: str = ""
    ignore: tuple[str, ...] = ()
    safe: tuple[str, ...] = ()
    review: tuple[str, ...] = ()


class NoBenefit(Struct, frozen=True):
    """The file is left alone: the line, the reason, and the hazard's code."""

    line: int
    reason: str
    code: str = "D18"
