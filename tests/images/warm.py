"""Go bases whose build cache holds the standard library: fifty fixtures need not compile it a hundred times.

Only where DOCKERSLIM_WARM_GO=1 says so (.ci/run). The Dockerfile under test stays as it is: `--build-context` puts the
warmed image in the place of the base, and its extra bytes are taken off the original's size again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dockerslim_rewrite.analysis.replay import replay_stage
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from dockerslim_rewrite.verify.engine import Build, Engine

_TEXT = "FROM {base}\nRUN go build std && CGO_ENABLED=0 go build std\n"


@dataclass(frozen=True, slots=True)
class Warm:
    """A warmed base: its options for a build, and how many bytes larger than the real one it is."""

    options: tuple[str, ...] = ()
    bytes: int = 0


def warm_base(engine: Engine, text: str, scratch: Path, network: str | None) -> Warm:
    """Return the warmed base of a Dockerfile's first stage; nothing for a base without Go, or when not asked for."""
    dockerfile = parse_dockerfile(text)
    if os.environ.get("DOCKERSLIM_WARM_GO") != "1" or not dockerfile.stages:
        return Warm()
    base = replay_stage(dockerfile, dockerfile.stages[0]).base_text
    if not base.startswith("golang:"):
        return Warm()
    tag = f"dockerslim-warm:{base.replace(':', '-')}"
    folder = scratch / "warm"
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(_TEXT.format(base=base), encoding="utf-8")
    engine.build(Build(folder, folder / "Dockerfile", tag, network=network))
    extra = engine.size(tag) - engine.size(base)
    return Warm(("--build-context", f"{base}=docker-image://{tag}"), extra)
