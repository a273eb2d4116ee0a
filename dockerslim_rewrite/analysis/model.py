"""What is known about a stage."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Generic, TypeVar

from msgspec import Struct

from dockerslim_rewrite.knowledge.model import BaseImage
from dockerslim_rewrite.shell.model import Script, SimpleCommand
from dockerslim_rewrite.syntax.model import Instruction, Stage

T = TypeVar("T")


class Confidence(IntEnum):
    """How well an inference is founded: a guess, a naming convention, stated in a file."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Evidence(Struct, frozen=True):
    """Why something is believed.

    `file` is relative to the context ("Dockerfile" for the Dockerfile itself, a knowledge file's name for a fact);
    `line` is 1-based, 0 when the whole file speaks.
    """

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        text = self.text if "\n" not in self.text else " ".join(self.text.replace("\\\n", " ").split())
        return f"{where}: {text}"


class Inference(Struct, Generic[T], frozen=True):
    """A value with its evidence; without evidence it cannot be constructed.

    Raises:
        ValueError: when `evidence` is empty.
    """

    value: T
    evidence: tuple[Evidence, ...]
    confidence: Confidence = Confidence.HIGH

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError("an inference needs evidence")


class State(Struct, frozen=True):
    """The build state before an instruction.

    `env` is the effective environment (base image's included); `own_env` what ENV instructions set so far; `args` the
    ARGs in scope with their default (None: no default); `user` as written ("" is the base's default, root).
    """

    env: Mapping[str, str]
    own_env: Mapping[str, str]
    args: Mapping[str, str | None]
    workdir: str
    user: str
    shell: tuple[str, ...]

    @property
    def variables(self) -> dict[str, str]:
        """Return what `$X` expands to: ARGs with a default, overridden by ENV."""
        known = {name: value for name, value in self.args.items() if value is not None}
        return {**known, **self.env}

    @property
    def is_root(self) -> bool:
        """Tell whether commands run as root."""
        return self.user in ("", "root", "0")


class CopyFacts(Struct, frozen=True):
    """A COPY or ADD.

    `sources` are cleaned context paths or globs ("" is the whole context), or URLs; `dest` is absolute and cleaned;
    `dest_is_dir` when it ends in a slash, is a known directory or there are several sources.
    `from_` is the `--from` stage or image, None for the context. `inline` are heredoc file names."""

    sources: tuple[str, ...]
    dest: str
    dest_is_dir: bool
    from_: str | None
    chown: str | None
    chmod: str | None
    inline: tuple[str, ...] = ()


class Step(Struct, frozen=True):
    """One instruction of the stage with the state before it, its parsed script (RUN) or copy facts (COPY, ADD)."""

    index: int
    instruction: Instruction
    before: State
    script: Script | None = None
    copy: CopyFacts | None = None

    @property
    def simple(self) -> tuple[SimpleCommand, ...]:
        """Return the commands of a RUN that are understood; none for other instructions."""
        return self.script.simple if self.script is not None else ()


class Command(Struct, frozen=True):
    """ENTRYPOINT or CMD as effective: `argv` in exec form, or `shell` text. `step` is None when the base sets it."""

    argv: tuple[str, ...]
    shell: str | None
    step: int | None


class RuntimeContract(Struct, frozen=True):
    """What a container made from the stage promises: the effective image configuration."""

    env: Mapping[str, str]
    workdir: str
    user: str
    entrypoint: Command | None
    cmd: Command | None
    expose: tuple[str, ...]
    volumes: tuple[str, ...]
    labels: Mapping[str, str]
    stop_signal: str | None
    healthcheck: str | None
    shell: tuple[str, ...]

    @property
    def own_entrypoint(self) -> Command | None:
        """Return the ENTRYPOINT that the author wrote; that of a base hands over to CMD."""
        return self.entrypoint if self.entrypoint is not None and self.entrypoint.step is not None else None


class StageFacts(Struct, frozen=True):
    """The stage replayed. `base` is None when the image is not known. `problems` are lines whose words cannot be
    expanded, and why."""

    stage: Stage
    base: BaseImage | None
    base_text: str
    steps: tuple[Step, ...]
    contract: RuntimeContract
    problems: tuple[tuple[int, str], ...] = ()


class Applicability(IntEnum):
    """What happens if we act on a decision and are wrong; the words of ruff, ordered from worst to best.

    DISPLAY_ONLY is never applied, UNSAFE only on request, SAFE by default.
    """

    DISPLAY_ONLY = 1
    UNSAFE = 2
    SAFE = 3
