"""What an image weighs, and what an edit of one source line costs."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.verify.engine import Build, Engine, Layer, Progress
from dockerslim_rewrite.verify.packages import DATABASES, count_language_packages, count_os_packages
from dockerslim_rewrite.verify.session import Session
from dockerslim_rewrite.verify.tree import read_tree

# Instructions whose history entry has a layer even when that layer is empty, as BuildKit writes them.
_LAYERED = ("RUN ", "COPY ", "ADD ", "WORKDIR ")


class Numbers(Struct, frozen=True):
    """Sizes in bytes of the unpacked image; `os_packages` is None when their database cannot be read."""

    size: int
    layers: int
    os_packages: int | None
    language_packages: int


class Rebuild(Struct, frozen=True):
    """A rebuild after an edit with a warm cache: seconds, and bytes of the layers that changed, unpacked."""

    seconds: float
    changed_bytes: int
    changed_layers: int


def measure(session: Session, image: str) -> Numbers:
    """Return an image's numbers.

    Raises:
        EngineError: when the engine does not deliver them.
    """
    engine = session.engine
    tree = read_tree(session, image, DATABASES)
    layers = len(layer_ids(engine, image))
    return Numbers(engine.size(image), layers, count_os_packages(tree), count_language_packages(tree))


def measure_rebuild(
    session: Session, build: Build, image: str, copy: Path, progress: Progress | None = None
) -> Rebuild:
    """Build an edited copy of the context and compare the layers with those of the image built before.

    Raises:
        BuildFailed: when the edited project does not build.
    """
    began = time.monotonic()
    edited = session.build(replace(build, context=copy, tag=f"{build.tag}-edited"), progress)
    seconds = time.monotonic() - began
    changed = changed_layers(session.engine, image, edited)
    return Rebuild(seconds, sum(changed), len(changed))


def changed_layers(engine: Engine, before: str, after: str) -> list[int]:
    """Return the sizes of the layers of `after` that `before` does not have."""
    known = set(layer_ids(engine, before))
    ids = layer_ids(engine, after)
    return [size for layer, size in zip(ids, align(engine.history(after), len(ids)), strict=True) if layer not in known]


def align(history: Sequence[Layer], count: int) -> list[int]:
    """Return the size of each of an image's layers, from the base up.

    The history does not say which of its entries of no size have a layer. It is read from the top, where BuildKit's
    entries say it by their instruction; layers that are left over are the base's empty ones.
    """
    sizes = [entry.size for entry in reversed(history) if entry.size or entry.created_by.startswith(_LAYERED)]
    padded = [*sizes, *[0] * count][:count]
    return padded[::-1]


def layer_ids(engine: Engine, image: str) -> list[str]:
    """Return the digests of an image's unpacked layers, from the base up."""
    inspected = json.loads(engine.must("image", "inspect", image))[0]
    return list((inspected.get("RootFS") or {}).get("Layers") or ())
