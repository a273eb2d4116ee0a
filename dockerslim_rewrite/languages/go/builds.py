"""Finds what a stage builds: go commands in RUN, in shell scripts, behind make and task."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.paths import absolute
from dockerslim_rewrite.knowledge.go_modules import build_drivers, go_commands
from dockerslim_rewrite.languages.go.command import UNSET, GoCommand, parse_go
from dockerslim_rewrite.languages.go.moves import MOVERS, Move, read_moves
from dockerslim_rewrite.languages.go.outputs import Output, Outputs, gopath
from dockerslim_rewrite.languages.go.tree import ONBUILD_SOURCES, Tree
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.shell.location import with_own_directory
from dockerslim_rewrite.shell.model import SimpleCommand
from dockerslim_rewrite.shell.parse import parse_script, unwrap

if TYPE_CHECKING:
    from dockerslim_rewrite.languages.go.make_functions import Expander
    from dockerslim_rewrite.languages.go.makefile import Makefile

SHELLS = frozenset({"sh", "bash", "ash", "dash", ".", "source"})
MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
MAX_DEPTH = 8
MAX_COMMANDS = 2_000
BUILD_VERBS = frozenset({"build", "install", "get"})
_RUNS_OTHERS = frozenset({"run", "generate", "test", "tool"})


class Build(Struct, frozen=True):
    """One go command that writes binaries.

    `step` is its RUN (-1: an ONBUILD trigger of the base); `insert` the offset of the RUN's command that leads to
    it, None where nothing can be inserted; `via` names make, a script or "" for a go command in RUN itself.
    """

    command: GoCommand
    outputs: tuple[Output, ...]
    step: int
    insert: int | None
    via: str
    evidence: Evidence


class BuildLog(Struct):
    """Everything that was found. `commands` are all go commands, `unknown` what may build but could not be followed;
    `covered` as in `Findings`."""

    builds: list[Build] = []
    commands: list[tuple[GoCommand, int | None]] = []
    moves: list[Move] = []
    unknown: list[Evidence] = []
    covered: dict[tuple[int, int], tuple[str, ...] | None] = {}


class _Place(Struct, frozen=True):
    """Where a command stands: its top-level RUN, and the file that it was read from."""

    step: int
    insert: int | None
    via: str
    file: str
    line: int
    depth: int
    env: Mapping[str, str | None]


class BuildReader:
    """Reads one stage; `read` gives the log."""

    def __init__(self, project: Project, tree: Tree, outputs: Outputs) -> None:
        self._project = project
        self._tree = tree
        self._outputs = outputs
        self._log = BuildLog()
        self._settings: dict[str, str | None] = {}
        self._budget = MAX_COMMANDS

    def read(self) -> BuildLog:
        """Return everything that the RUN instructions build."""
        base = self._project.facts.base
        if base is not None and base.onbuild:
            self._onbuild(base.env)
        for step in self._project.facts.steps:
            if step.script is None:
                continue
            env: dict[str, str | None] = dict(step.before.variables)
            for number, command in enumerate(step.script.commands):
                if not isinstance(command, SimpleCommand) or not command.words:
                    continue
                place = _Place(step.index, _insert_at(command), "", "Dockerfile", step.instruction.line, 0, env)
                builds, commands = len(self._log.builds), len(self._log.commands)
                if self._command(command, place):
                    self._log.covered[step.index, number] = self._writes(command, builds, commands)
        return self._log

    def _writes(self, command: SimpleCommand, builds: int, commands: int) -> tuple[str, ...] | None:
        """Return where a command may write, None for anywhere: make, or a program of somebody's. What it built and the
        go commands that it came to are those in the log from two numbers on."""
        found = [command for command, _ in self._log.commands[commands:]]
        is_go = posixpath.basename(unwrap(command).name or "") in go_commands()
        if not is_go or any(command.verb in _RUNS_OTHERS or command.cwd is None for command in found):
            return None
        places = [place for command in found for place in (command.cwd or "", *gopath(command))]
        outputs = (output for build in self._log.builds[builds:] for output in build.outputs)
        return (*places, *(output.path or output.directory for output in outputs))

    def _onbuild(self, env: Mapping[str, str]) -> None:
        """The triggers of golang:onbuild copy the context and call `go-wrapper install`."""
        line = self._project.facts.stage.from_.line
        evidence = Evidence("Dockerfile", line, f"FROM {self._project.facts.base_text}: ONBUILD RUN go-wrapper install")
        self._wrapper(_Place(-1, None, "go-wrapper", "Dockerfile", line, 0, dict(env)), ONBUILD_SOURCES, evidence)

    def _wrapper(self, place: _Place, cwd: str, evidence: Evidence) -> None:
        """`go-wrapper install` runs `go install` where it stands, under the name of .godir when that file exists."""
        command = GoCommand("install", {}, (), cwd, place.env)
        named = (self._tree.read(posixpath.join(cwd, ".godir")) or "").strip()
        outputs = tuple(
            replace(output, path=posixpath.join(output.directory, posixpath.basename(named))) if named else output
            for output in self._outputs.of(command)
        )
        self._log.builds.append(Build(command, outputs, place.step, place.insert, place.via or "go-wrapper", evidence))

    def _command(self, command: SimpleCommand, place: _Place) -> bool:
        """Follow one command; True when it is understood completely and matters to the build only."""
        self._budget -= 1
        if self._budget < 0:
            return False
        inner = unwrap(command)
        env = {**place.env, **self._settings}
        env.update((item.name, item.value.value) for item in (*inner.exported, *inner.assignments))
        place = replace(place, env=env)
        name = posixpath.basename(inner.name or "")
        if name in go_commands():
            return self._go(inner, place)
        if name == "go-wrapper":
            if inner.argv[1:2] == ("install",) and inner.cwd is not None:
                self._wrapper(place, inner.cwd, self._evidence(inner, place))
            return True
        if name in ("make", "gmake"):
            return self._make(inner, place)
        if name in ("task", "go-task"):
            return self._task(inner, place)
        if name in MOVERS:
            self._log.moves.extend(read_moves(name, inner, partial(self._tree.is_directory, step=place.step)))
            return False
        if name in build_drivers():
            self._log.unknown.append(self._evidence(inner, place))
            return False
        return self._script(name, inner, place)

    def _evidence(self, command: SimpleCommand, place: _Place) -> Evidence:
        return Evidence(place.file, place.line, " ".join(word.text for word in command.words))

    def _go(self, command: SimpleCommand, place: _Place) -> bool:
        parsed = parse_go(command.argv, command.cwd, place.env)
        if parsed is None:
            return False
        if parsed.verb == "env" and parsed.on("w"):
            for word in parsed.operands:
                name, _, value = (word or "").partition("=")
                self._settings[name] = value
            return True
        self._log.commands.append((parsed, place.insert))
        if parsed.verb in BUILD_VERBS:
            outputs = self._outputs.of(parsed)
            evidence = self._evidence(command, place)
            if outputs or parsed.verb != "get":
                self._log.builds.append(Build(parsed, outputs, place.step, place.insert, place.via, evidence))
        elif parsed.verb == "run":
            self._log.unknown.append(self._evidence(command, place))
        return True

    def _script(self, name: str, command: SimpleCommand, place: _Place) -> bool:
        """Follow a shell script of the context. Its other effects are read elsewhere: only builds are here."""
        words = [word for word in command.argv if word is not None and not word.startswith("-")]
        target = command.name if "/" in (command.name or "") else None
        arguments = command.argv[1:]
        if name in SHELLS:
            if any("c" in (word or "") for word in command.argv[1:2] if (word or "").startswith("-")):
                return False
            target, arguments = (words[1], tuple(words[2:])) if len(words) > 1 else (None, ())
        if target is None or command.cwd is None or place.depth >= MAX_DEPTH:
            return False
        path = absolute(target, command.cwd)
        text = self._tree.read(path)
        if text is None or not (name in SHELLS or text.startswith("#!") or target.endswith(".sh")):
            return False
        shown = self._tree.to_context(path) or path
        inner = replace(place, via=place.via or shown, file=shown, depth=place.depth + 1)
        directory = posixpath.dirname(path)
        self._text(with_own_directory(text, directory), command.cwd, inner, arguments)
        return False

    def _text(self, text: str, cwd: str, place: _Place, arguments: tuple[str | None, ...] = ()) -> None:
        known = {name: value for name, value in place.env.items() if value is not None}
        if arguments:  # `sh -c TEXT NAME ARGUMENTS` is how the parser is told what "$1" is; lines are then not known
            words = [shlex.quote(word) if word is not None else UNSET for word in arguments]
            call = f"bash -c {shlex.quote(text)} script {' '.join(words)}"
            script = parse_script(call, variables=known, workdir=cwd)
            commands = [(command, 0) for command in script.simple if command.depth]
        else:
            script = parse_script(text, variables=known, workdir=cwd)
            commands = [(command, text.count("\n", 0, command.span.start) + 1) for command in script.simple]
        for command, line in commands:
            if command.words:
                self._command(command, place if place.via.startswith("make") else replace(place, line=line))

    def _make(self, command: SimpleCommand, place: _Place) -> bool:
        from dockerslim_rewrite.languages.go.makefile import MakefileReader

        targets, overrides, options = _make_words(command)
        evidence = self._evidence(command, place)
        if command.cwd is None or None in targets or place.depth >= MAX_DEPTH:
            self._log.unknown.append(evidence)
            return True
        directory = absolute(options.get("-C", ""), command.cwd)
        names = (options["-f"],) if "-f" in options else MAKEFILES
        found = [path for name in names if self._tree.is_file(path := posixpath.join(directory, name))]
        if not found:
            self._log.unknown.append(evidence)
            return False
        reader = MakefileReader(
            place.env,
            overrides,
            directory,
            lambda name: self._tree.read(absolute(name, directory)),
            lambda path: list(self._tree.names(absolute(path, directory))),
        )
        makefile = reader.parse(self._tree.read(found[0]) or "")
        shown = self._tree.to_context(found[0]) or found[0]
        env = dict(place.env)
        for name, value in makefile.variables.items():
            if name in overrides or name in makefile.exported or makefile.export_all or name in env:
                env[name] = None if name in env and value == "\x00" else reader.expander.expand(value)
        inner = replace(place, via=place.via or "make", file=shown, depth=place.depth + 1, env=env)
        done: set[str] = set()
        before = len(self._log.builds)
        for target in targets or [makefile.default]:
            self._target(makefile, reader.expander, target or "", directory, inner, done)
        self._log.unknown.extend(Evidence(shown, line, reason) for line, reason in makefile.problems)
        return len(self._log.builds) > before  # what a C library's `make install` puts where is the planner's

    def _target(
        self, makefile: Makefile, expander: Expander, target: str, directory: str, place: _Place, done: set[str]
    ) -> None:
        from dockerslim_rewrite.languages.go.makefile import recipe_lines

        if target in done:
            return
        done.add(target)
        found = makefile.rule(target)
        if found is None:
            if not self._tree.to_context(posixpath.join(directory, target)):
                self._log.unknown.append(Evidence(place.file, 0, f"make has no rule for {target} that is understood"))
            return
        rule, stem = found
        for needed in rule.prerequisites:
            self._target(makefile, expander, needed.replace("%", stem), directory, place, done)
        for line, text in recipe_lines(makefile, expander, rule, target, stem):
            self._text(text, directory, replace(place, via=f"make {target}", line=line))

    def _task(self, command: SimpleCommand, place: _Place) -> bool:
        from dockerslim_rewrite.languages.go.taskfile import TASKFILES, task_commands

        words = [word for word in command.argv[1:] if word is None or not word.startswith("-")]
        names = tuple(word for word in words if word and "=" not in word)
        variables = dict(word.split("=", 1) for word in words if word and "=" in word)
        cwd = command.cwd
        texts = [text for name in TASKFILES if cwd and (text := self._tree.read(posixpath.join(cwd, name))) is not None]
        commands = task_commands(texts[0], names, variables) if texts and None not in words else None
        if commands is None or cwd is None or place.depth >= MAX_DEPTH:
            self._log.unknown.append(self._evidence(command, place))
            return True
        inner = replace(place, via=f"task {' '.join(names)}".strip(), depth=place.depth + 1)
        for directory, text in commands:
            self._text(text, absolute(directory, cwd), inner)
        return True


def _insert_at(command: SimpleCommand) -> int | None:
    """Return where an assignment can be put in front of a command, None where it would not reach it (sudo) or where
    the place in the file is not exact (text inside another string)."""
    first = command.words[0]
    exact = first.span.end - first.span.start == len(first.text) and first.span.start >= command.span.start
    return command.span.start if exact and command.name not in ("sudo", "su", "chroot") else None


def _make_words(command: SimpleCommand) -> tuple[list[str | None], dict[str, str], dict[str, str]]:
    targets: list[str | None] = []
    overrides: dict[str, str] = {}
    options: dict[str, str] = {}
    words = list(command.argv[1:])
    while words:
        word = words.pop(0)
        if word is None:
            targets.append(None)
        elif word in ("-C", "-f", "-j", "-I", "-o", "-W", "--directory", "--file", "--makefile"):
            takes = word != "-j" or (words and (words[0] or "").isdecimal())
            key = {"--directory": "-C", "--file": "-f", "--makefile": "-f"}.get(word, word)
            options[key] = (words.pop(0) or "") if takes and words else ""
        elif word.startswith("--directory="):
            options["-C"] = word.partition("=")[2]
        elif word.startswith(("-C", "-f")) and len(word) > 2:
            options[word[:2]] = word[2:]
        elif word.startswith("-"):
            continue
        elif "=" in word:
            name, _, value = word.partition("=")
            overrides[name.rstrip(":+?")] = value
        else:
            targets.append(word)
    return targets, overrides, options
