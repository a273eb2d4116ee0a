"""Sizes of images, and what a push sends after an edit: originals, our rewrites, and the files of an expert.

An expert's file is ours as well: benchmarks/expert/GROUP-NAME.Dockerfile, written by hand for one fixture. Each image
is run and must do what the fixture's case.toml says. A push sends the layers that the registry does not have yet,
compressed; after the edit of one line these are the layers that the build before the edit did not make.
"""

from __future__ import annotations

import json
import statistics
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from benchmarks.timing import table
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.verify.case import unmet
from dockerslim_rewrite.verify.engine import Engine, find_engine
from dockerslim_rewrite.verify.session import Session
from tests.images.harness import MEGABYTE, Bench, read_dockerfile, rewrite_fixture
from tests.support import FIXTURES

EXPERT = Path(__file__).with_name("expert")
KILOBYTE = 1_000
VARIANTS = ("original", "default", "`--optimize`", "expert")


class Subject(NamedTuple):
    """A fixture, and the edit of one line of its sources."""

    fixture: str
    file: str
    old: str
    new: str


class Measured(NamedTuple):
    """Bytes by variant: of the unpacked image, and of the compressed layers that an edit makes new."""

    sizes: Mapping[str, int]
    pushes: Mapping[str, int]


SUBJECTS = (
    Subject("go/article", "main.go", "Hello, %s", "Good day, %s"),
    Subject("go/g06-templates", "main.go", "Moving day", "Moving night"),
    Subject("go/g02-sqlite", "main.go", "balance %d", "total %d"),
    Subject("go/optimize-modules", "main.go", '"A1"', '"A2"'),
    Subject("node/n06-typescript", "src/index.ts", "not an order", "no order"),
    Subject("node/n07-views-public", "app.js", "'view engine', 'ejs'", "'view engine', \"ejs\""),
    Subject("node/n10-workspaces", "apps/api/server.js", "'/mean'", "'/average'"),
    Subject("node/n01-bcrypt", "server.js", "'go away\\n'", "'not you\\n'"),
    Subject("python/article", "tides.py", "Dunmore", "Dingle"),
    Subject("python/p02-psycopg2", "check.py", "libpq is old", "libpq is too old"),
)


def report() -> str:
    """Return the section of docs/performance.md."""
    found = {subject.fixture: _measure(find_engine(), subject) for subject in SUBJECTS}
    sizes = {fixture: measured.sizes for fixture, measured in found.items()}
    pushes = {fixture: measured.pushes for fixture, measured in found.items()}
    parts = [
        "Every image was built and did what the fixture's case.toml says. The expert's files are in benchmarks/expert.",
        "MB of the unpacked image (10^6 bytes):",
        table(("fixture", *VARIANTS), _rows(sizes, MEGABYTE)),
        "KB that a push sends after the edit of one line of the sources (compressed layers, 10^3 bytes):",
        table(("fixture", *VARIANTS), _rows(pushes, KILOBYTE)),
        "Medians of the ratios:",
        table(("ratio", "image", "push"), _ratios(sizes, pushes)),
    ]
    return "\n\n".join(parts)


def _rows(found: Mapping[str, Mapping[str, int]], unit: int) -> Iterator[tuple[object, ...]]:
    for fixture, by_variant in found.items():
        yield fixture, *(by_variant[variant] / unit for variant in VARIANTS)


def _ratios(*kinds: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[object, ...]]:
    for ours in ("default", "`--optimize`"):
        for other in ("original", "expert"):
            yield f"{ours} to {other}", *(_median(kind, ours, other) for kind in kinds)


def _median(found: Mapping[str, Mapping[str, int]], ours: str, other: str) -> float:
    return statistics.median(row[ours] / row[other] for row in found.values() if row[other])


def _measure(engine: Engine, subject: Subject) -> Measured:
    with tempfile.TemporaryDirectory() as name, Session(engine) as session:
        bench = Bench(session, FIXTURES / subject.fixture, Path(name))
        texts = _texts(bench.folder, subject.fixture)
        seen = {variant: bench.run(text, _tag(variant)) for variant, text in texts.items()}
        for variant, observed in seen.items():
            if problems := unmet(bench.case, observed):
                raise SystemExit(f"{subject.fixture}, {variant}: {'; '.join(problems)}")
        _edit(bench.folder / subject.file, subject)
        edited = {variant: bench.build(text, f"{_tag(variant)}-edited") for variant, text in texts.items()}
        pushes = {variant: pushed(engine, seen[variant].image, image) for variant, image in edited.items()}
        sizes = {variant: observed.size for variant, observed in seen.items()}
        sizes["original"] -= bench.warm.bytes
    return Measured(sizes, pushes)


def _texts(folder: Path, fixture: str) -> dict[str, str]:
    texts: tuple[Callable[[], str], ...] = (
        lambda: read_dockerfile(folder),
        lambda: rewrite_fixture(folder).text,
        lambda: rewrite_fixture(folder, Options(optimize=True)).text,
        lambda: (EXPERT / f"{fixture.replace('/', '-')}.Dockerfile").read_text(),
    )
    return {variant: text() for variant, text in zip(VARIANTS, texts, strict=True)}


def _tag(variant: str) -> str:
    return variant.strip("`-")


def _edit(path: Path, subject: Subject) -> None:
    text = path.read_text()
    if text.count(subject.old) != 1:
        raise SystemExit(f"{subject.fixture}: {subject.old} is not once in {subject.file}")
    path.write_text(text.replace(subject.old, subject.new))


def pushed(engine: Engine, before: str, after: str) -> int:
    """Return the compressed bytes of the layers of one image that another one lacks.

    Raises:
        SystemExit: when the engine does not save a layer under its digest.
    """
    new = layers(engine, after) - layers(engine, before)
    found: dict[str, int] = {}
    with engine.output("save", after) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            digest = next((digest for digest in new if digest in member.name), None)
            content = archive.extractfile(member) if digest is not None and member.isreg() else None
            if digest is not None and content is not None:
                found[digest] = _compressed(content)
    if missing := new - found.keys():
        raise SystemExit(f"{engine.name} save does not name the layers {', '.join(sorted(missing))}")
    return sum(found.values())


def layers(engine: Engine, image: str) -> set[str]:
    """Return the digests of an image's layers, unpacked."""
    inspected = json.loads(engine.must("image", "inspect", image))[0]
    return {digest.partition(":")[2] for digest in inspected["RootFS"]["Layers"]}


def _compressed(content: IO[bytes]) -> int:
    gzip = zlib.compressobj(wbits=31)
    return sum(len(gzip.compress(block)) for block in iter(lambda: content.read(1 << 20), b"")) + len(gzip.flush())
