"""`go run` as the start command: built in the builder, run as a binary (G08)."""

from __future__ import annotations

import posixpath
import shlex

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.analysis.start import Process
from dockerslim_rewrite.knowledge.go_modules import go_commands
from dockerslim_rewrite.languages.go.builds import Build
from dockerslim_rewrite.languages.go.command import GoCommand, parse_go
from dockerslim_rewrite.languages.go.outputs import Outputs
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.model import AppendInstruction, Obstacle, Project, ReplaceStart
from dockerslim_rewrite.languages.obstacles import shown_line
from dockerslim_rewrite.languages.startline import replace_program
from dockerslim_rewrite.patterns import pattern

INSTALL_DIRECTORY = "/usr/local/bin"
_BUILDING = frozenset({"RUN", "COPY", "ADD"})
_PLAIN_OR_GLOB = pattern(r"[\w@%+=:,./*?\[\]-]+")


class GoRun(Struct, frozen=True):
    """The build that replaces `go run`, and the start that replaces the author's."""

    path: str
    build: Build
    instruction: AppendInstruction
    start: ReplaceStart


def is_go_run(process: Process | None) -> bool:
    """Tell whether a process is `go run`."""
    return process is not None and process.argv[0] in go_commands() and "run" in process.argv[1:3]


def replace_go_run(process: Process, project: Project, tree: Tree, outputs: Outputs) -> GoRun | Obstacle:
    """Return the build and the new start, or why there is none."""
    line = shown_line(project, process.evidence)
    hint = "build a binary with `go build` and start it"
    env: dict[str, str | None] = {**project.facts.contract.env, **dict(process.env)}
    command = parse_go(process.argv, process.cwd, env)
    packages = _packages(command.operands) if command is not None else ()
    count = command.operand_words + len(packages) if command is not None else 0
    several = len(project.start.processes) != 1 or project.start.scripts
    if command is None or None in process.argv[:count] or several:
        return Obstacle("G08", line, "`go run` with words that are not known before the build", hint)
    build_command = replace(command, verb="build", operands=packages)
    target = next(iter(outputs.of(build_command)), None)
    sources = target is not None and (
        all(tree.is_file(file) for file in target.files) if target.files else bool(tree.go_files(target.package or ""))
    )
    name = posixpath.basename(target.path) if target is not None and target.path else ""
    if not sources or not name or not packages:
        return Obstacle("G08", line, "the package of `go run` is not in the build context", hint)
    step, at_root = _last_step(project)
    path = posixpath.join(INSTALL_DIRECTORY if at_root else process.cwd, name)
    words = [*_flags(process.argv, command), *(word or "" for word in packages)]
    text = f"go build -o {path} {' '.join(map(_quote, words))}"
    build = Build(build_command, outputs.of(build_command), step, None, "", process.evidence)
    start = replace_program(project.facts, process, count, path)
    if start is None:
        return Obstacle("G08", line, "`go run` is not one piece of ENTRYPOINT or CMD", hint)
    here = process.cwd if project.facts.steps[step].before.workdir != process.cwd else ""
    run = f"cd {shlex.quote(here)} && {text}" if here else text
    return GoRun(path, build, AppendInstruction(step, run), start)


def _packages(operands: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Return the operands of `go run` that name the package: Go files, or one package."""
    files = []
    for word in operands:
        if word is None or not word.endswith(".go"):
            break
        files.append(word)
    return tuple(files) or operands[:1]


def _quote(word: str) -> str:
    """Quote a word for a shell, but for its globs: `go run *.go` builds what the shell finds."""
    return word if _PLAIN_OR_GLOB.fullmatch(word) else shlex.quote(word)


def _flags(argv: tuple[str | None, ...], command: GoCommand) -> list[str]:
    """Return the build flags as written, without `-exec`."""
    words = [word or "" for word in argv[: command.operand_words]]
    return [word for word in words[words.index("run") + 1 :] if not word.startswith("-exec")]


def _last_step(project: Project) -> tuple[int, bool]:
    """Return the last step that fills the image, and whether root is the user there."""
    steps = [step for step in project.facts.steps if step.instruction.keyword in _BUILDING]
    if not steps:
        return -1, True
    return steps[-1].index, steps[-1].before.is_root
