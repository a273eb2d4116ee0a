"""What a language tells the planner, and the protocol that every language folder implements."""

from __future__ import annotations

import shlex
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from dockerslim_rewrite.analysis.effects import CommandEffect
from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.analysis.model import Applicability, Confidence, Evidence, StageFacts
from dockerslim_rewrite.analysis.removals import Writers
from dockerslim_rewrite.analysis.start import Process, Service, Start
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge.model import BaseImage, Libc
from dockerslim_rewrite.syntax.model import Instruction

Style = Literal["distroless", "alpine", "slim", "scratch", "same"]

Feature = Literal["tzdata", "ca-certificates", "mime-types", "passwd"]

RANK_DEPENDENCIES = 20
RANK_ASSETS = 30
RANK_CODE = 40
RANK_OUTPUT = 50


class Artifact(Struct, frozen=True):
    """A path of the builder that the runtime needs at the same absolute path, normalised and not `/` itself.

    `is_dir`: copy the directory's content to the same directory. `rank` orders layers from least to most often changed
    (the RANK_ constants). `needed_by` says who needs it ("CMD", "server.js:12 express.static"). `programs` of a
    directory are found on PATH with it.
    """

    path: str
    is_dir: bool
    rank: int
    needed_by: str
    programs: tuple[str, ...] = ()


class MakeDirectory(Struct, frozen=True):
    """An empty directory must stand at this path of the runtime stage, unless an artifact brings it along."""

    path: str


class NeedLibc(Struct, frozen=True):
    """A compiled program needs this C library, of this distribution release ("" for any)."""

    libc: Libc
    release: str
    cxx: bool = False


def libc_of(base: BaseImage, *, cxx: bool = False) -> NeedLibc:
    """Return the need of what was linked on a base: musl is the same in each of Alpine's releases."""
    return NeedLibc(base.libc, base.release if base.libc == "glibc" else "", cxx=cxx)


class NeedShell(Struct, frozen=True):
    """Something runs through /bin/sh."""


class NeedProgram(Struct, frozen=True):
    """A program must be on PATH (`name` without a slash) or at an absolute path: git, curl, bash, npm, node."""

    name: str


class NeedFeature(Struct, frozen=True):
    """Files that a base image may hold: "tzdata", "ca-certificates", "mime-types", "passwd"."""

    name: Feature


class NeedLibrary(Struct, frozen=True):
    """A shared library package, by its name on the builder's distribution (libpq5, libvips42)."""

    package: str


class NeedInterpreter(Struct, frozen=True):
    """A language runtime image of this family with the builder's version: node, python."""

    family: str
    major: int | None


class InsertText(Struct, frozen=True):
    """Insert `text` at a source offset inside a builder instruction (`CGO_ENABLED=0 ` before `go`)."""

    step: int
    offset: int
    text: str


class ReplaceText(Struct, frozen=True):
    """Put `text` in the place of a source range inside a builder instruction (`ci` for `install`)."""

    step: int
    start: int
    end: int
    text: str


def replaced_line(instruction: Instruction) -> str:
    """Return the word with which `changes` names an instruction whose text a decision replaces in part."""
    return f"builder:{instruction.line}"


class MoveInstruction(Struct, frozen=True):
    """Move a builder instruction, byte for byte, behind step `after`, which comes later."""

    step: int
    after: int


class AppendInstruction(Struct, frozen=True):
    """Add an instruction to the builder after step `after` (-1 is after FROM): `RUN npm prune --omit=dev`.

    It runs with the state after that step; use `cd DIR && ...` when another directory is meant.
    """

    after: int
    text: str


def make_directory(path: str, after: int) -> AppendInstruction:
    """Return the instruction that makes a directory of the builder which may not be there: COPY must find it."""
    return AppendInstruction(after, f"RUN mkdir -p {shlex.quote(path)}")


class RunInRuntime(Struct, frozen=True):
    """Run a command in the runtime stage, as its first user, after every artifact is there: `npm rebuild -g pm2` makes
    the links in /usr/local/bin again, which COPY would follow. It needs no network. `early`: right after the packages
    are installed, before anything is copied."""

    command: str
    early: bool = False


class ReplaceStart(Struct, frozen=True):
    """Replace ENTRYPOINT or CMD in the runtime stage; None keeps the author's, () removes it (the base's applies).

    Words are exec form, a text is shell form.
    """

    entrypoint: tuple[str, ...] | str | None
    cmd: tuple[str, ...] | str | None

    @property
    def changes(self) -> tuple[str, ...]:
        """Return the names of the parts that are replaced, as the contract has them."""
        return tuple(name for name in ("entrypoint", "cmd") if getattr(self, name) is not None)


class SetEnv(Struct, frozen=True):
    """Set a variable in the runtime stage that the original inherited from its base (`PATH=/go/bin:$PATH`)."""

    name: str
    value: str


Need: TypeAlias = NeedLibc | NeedShell | NeedProgram | NeedFeature | NeedLibrary | NeedInterpreter
BuilderEdit: TypeAlias = InsertText | ReplaceText | MoveInstruction | AppendInstruction
Effect: TypeAlias = Artifact | MakeDirectory | Need | BuilderEdit | RunInRuntime | ReplaceStart | SetEnv


class Suggestion(Struct, frozen=True):
    """An effect with its reason.

    `code` is a hazard's (G01, N03); `summary` one plain sentence for the report; `changes` names the parts of the
    run-time contract that it alters on purpose ("cmd", "entrypoint", "env:PATH"), and `replaced_line` of an instruction
    whose text it replaces.

    Raises:
        ValueError: when there is no evidence.
    """

    code: str
    summary: str
    effect: Effect
    evidence: tuple[Evidence, ...]
    confidence: Confidence = Confidence.HIGH
    applicability: Applicability = Applicability.SAFE
    changes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError("a suggestion needs evidence")


class Obstacle(Struct, frozen=True):
    """A reason why the file cannot be rewritten: a hazard's code, the 1-based line, what was found, and what to do."""

    code: str
    line: int
    message: str
    hint: str


class RuntimeOption(Struct, frozen=True):
    """A runtime base that the language could live on, before needs are compared. `start` adapts ENTRYPOINT and CMD to
    the base (distroless nodejs has node as its ENTRYPOINT)."""

    image: str
    style: Style
    start: ReplaceStart | None = None
    why: str = ""


class Note(Struct, frozen=True):
    """Something to tell the user that changes nothing: what was kept on doubt and what it costs, what was withheld."""

    code: str
    line: int
    message: str


class Dropped(Struct, frozen=True):
    """What stays behind in the builder, in words. `weighs` when it makes the image smaller by more than a second stage
    costs; single files of the project do not. `path` is where it lies, "" when that does not matter: what is copied
    with a directory around it does not stay behind."""

    what: str
    weighs: bool = True
    path: str = ""


class Findings(Struct, frozen=True):
    """A language's whole answer. `options` are ordered from the smallest base; `covered_commands` are
    the `(step, command index in the step's script)` that it understands completely: their effects lie within the
    artifacts that it names, or matter to the build only; with the directories and files that each may write, None for
    anywhere. `dropped` is what stays behind in the builder.

    `roots` are the image directories whose content the language has decided about (what it does not name there is not
    needed); everything copied elsewhere is carried by the planner. `programs_known` is True when every program that the
    application starts is named by a NeedProgram: then other OS packages of the author that only offer programs are
    proven build-only. `unstarted` are programs that only a build starts, although not every program is known.
    `finds_libraries` where what runs looks for libraries by name, for which musl needs the linker and -dev packages."""

    suggestions: tuple[Suggestion, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    options: tuple[RuntimeOption, ...] = ()
    notes: tuple[Note, ...] = ()
    covered_commands: Writers = {}
    dropped: tuple[Dropped, ...] = ()
    roots: tuple[str, ...] = ()
    programs_known: bool = False
    unstarted: frozenset[str] = frozenset()
    finds_libraries: bool = False


class Project(Struct, frozen=True):
    """All that a language may look at.

    `effects` are those of the RUN commands; `health` is what the HEALTHCHECK starts; `services` run the image with
    commands of their own; `improvements` are the codes of the builder edits that the user asked for.
    """

    facts: StageFacts
    context: Context
    files: ImageFiles
    effects: tuple[CommandEffect, ...]
    start: Start
    health: Start | None
    services: tuple[Service, ...] = ()
    improvements: frozenset[str] = frozenset()

    @property
    def flows(self) -> tuple[Start, ...]:
        """Return all that runs in a container: the start command, the health check, what services run."""
        return (self.start, *filter(None, (self.health,)), *(service.start for service in self.services))

    @property
    def processes(self) -> tuple[Process, ...]:
        """Return all that runs in a container: the start command, the health check, what services run."""
        return tuple(process for flow in self.flows for process in flow.processes)


class Detection(Struct, frozen=True):
    """A language recognised in a stage; `owns_start` when it provides what the start command runs."""

    language: str
    evidence: tuple[Evidence, ...]
    owns_start: bool


class Language(Protocol):
    """A language folder's entry. One instance is registered in `languages.registry`."""

    name: str

    def detect(self, project: Project) -> Detection | None:
        """Return evidence that the stage builds or runs this language, or None."""

    def infer(self, project: Project) -> Findings:
        """Return everything that the language knows about the stage. Never raises on user input."""
