"""The result of `verify` in words and as JSON-ready values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, to_builtins

from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.verify.lacking import Lacking
from dockerslim_rewrite.verify.proof import Proof, Side

SCHEMA_VERSION = 1
_MEGABYTE = 1_000_000


def proof_text(name: str, proof: Proof) -> str:
    """Return the report, lines ended by LF, safe for a terminal."""
    return "".join(f"{printable(line)}\n" for line in _lines(name, proof))


def proof_data(name: str, proof: Proof) -> dict[str, Any]:
    """Return `schema`, `file`, `outcome` ("same" or "different") and the fields of the proof."""
    return {
        "schema": SCHEMA_VERSION,
        "file": name,
        "outcome": "same" if proof.same else "different",
        **to_builtins(proof),
    }


class Measure(Struct, frozen=True):
    """One row: values before and after (None: unknown), and as they are shown with their unit."""

    title: str
    before: float | None
    after: float | None
    unit: str

    @property
    def before_text(self) -> str:
        """Return the original's value with its unit."""
        return _amount(self.before, self.unit)

    @property
    def after_text(self) -> str:
        """Return the rewrite's value with its unit."""
        return _amount(self.after, self.unit)


def measures(proof: Proof) -> list[Measure]:
    """Return the rows that were measured."""
    before, after = _values(proof.original), _values(proof.rewritten)
    rows = [Measure(title, before.get(title), after.get(title), unit) for title, unit in _TITLES]
    return [row for row in rows if row.before is not None or row.after is not None]


_TITLES = (
    ("image size", "MB"),
    ("layers", ""),
    ("OS packages", ""),
    ("language packages", ""),
    ("rebuild after an edit", "s"),
    ("layers changed by it", "MB"),
)


def _values(side: Side | None) -> dict[str, float | None]:
    if side is None:
        return {}
    values: list[float | None] = [side.size]
    if (numbers := side.numbers) is not None:
        values += [numbers.layers, numbers.os_packages, numbers.language_packages]
    else:
        values += [None, None, None]
    if (rebuild := side.rebuild) is not None:
        values += [rebuild.seconds, rebuild.changed_bytes]
    return {title: value for (title, _), value in zip(_TITLES, values, strict=False)}


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "unknown"
    if unit == "MB":
        return f"{value / _MEGABYTE:.1f} MB"
    return f"{value:.1f} s" if unit == "s" else f"{value:.0f}"


def _lines(name: str, proof: Proof) -> Iterator[str]:
    yield f"{name}: {verdict(proof)}"
    yield from (f"  different: {item}" for item in proof.differences)
    yield f"  {'':<22}{'original':>12}{'rewritten':>12}"
    for row in measures(proof):
        share = f"{row.after / row.before:>9.1%}" if row.unit == "MB" and row.before and row.after is not None else ""
        yield f"  {row.title:<22}{row.before_text:>12}{row.after_text:>12}{share}"
    if proof.edit is not None:
        yield f"  the edit: one comment line more in {proof.edit.file}"
    yield from (f"  on purpose: {item.change}" for item in proof.announced)
    yield from (f"  note: {note}" for note in proof.notes)
    if proof.lacking is not None:
        yield from _trace(proof.lacking)


def verdict(proof: Proof) -> str:
    """Return the result in one line."""
    if proof.same:
        return f"same ({'; '.join(proof.checks)}; configuration, user, stop signal)"
    count = len(proof.differences)
    return f"different ({count} difference{'s' if count > 1 else ''})"


def _trace(lacking: tuple[Lacking, ...]) -> Iterator[str]:
    if not lacking:
        yield "  trace: the rewrite has every file that the original opened"
        return
    yield "  trace: the original opened files that the rewrite lacks; these lines of the last stage bring them:"
    for item in lacking:
        yield f"    {item.line}"
        yield f"      {describe_lacking(item)}"


def describe_lacking(item: Lacking) -> str:
    """Return what was opened, and by whom."""
    by = f" by {', '.join(item.programs)}" if item.programs and not item.executed else ""
    if item.executed:
        return "a program that the original runs: if the rewrite is to run it too, its package may be the better way"
    count = len(item.files)
    what = item.files[0] if count == 1 else f"{count} files such as {item.files[0]}"
    return f"{what}, opened{by}"
