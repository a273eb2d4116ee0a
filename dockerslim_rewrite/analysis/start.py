"""What runs when a container starts: ENTRYPOINT and CMD resolved through scripts."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Mapping

from msgspec import Struct

from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.analysis.handover import (
    Arguments,
    after_options,
    expand,
    keep_arguments,
    runs_itself,
    set_arguments,
    with_text,
)
from dockerslim_rewrite.analysis.model import Command, Evidence, RuntimeContract, StageFacts
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.context.builds import Use
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.shell.builtins import is_builtin
from dockerslim_rewrite.shell.location import with_own_directory
from dockerslim_rewrite.shell.model import SimpleCommand, Word
from dockerslim_rewrite.shell.parse import parse_script, unwrap
from dockerslim_rewrite.syntax.model import Span

SHELLS = frozenset({"sh", "bash", "ash", "dash"})
MAX_SCRIPT_DEPTH = 8


class Process(Struct, frozen=True):
    """A program started at run time, directly or from a start script.

    `argv` holds static words; an argument that is not static is None (`argv[0]` never is). `cwd` is absolute.
    `env` are assignments in front of the command. `main` is True for the process that replaces or ends the start
    command: the application itself. `step` is the instruction that names it.
    """

    argv: tuple[str | None, ...]
    cwd: str
    env: tuple[tuple[str, str], ...]
    main: bool
    evidence: Evidence
    step: int


class Start(Struct, frozen=True):
    """All that the start command does.

    `processes` in order; `shell` is the reason why a shell is needed, None for exec form without scripts;
    `scripts` are absolute image paths of scripts found in the context; `interpreters` are those of their shebangs;
    `unknown` says what could not be followed.
    """

    processes: tuple[Process, ...]
    shell: Evidence | None
    scripts: tuple[str, ...]
    interpreters: tuple[str, ...]
    unknown: tuple[Evidence, ...]

    @property
    def main(self) -> Process | None:
        """Return the application's own process, the last main one."""
        return next((process for process in reversed(self.processes) if process.main), None)


class Service(Struct, frozen=True):
    """A compose service that runs the image with a command of its own in place of CMD. `evidence` names it."""

    start: Start
    evidence: Evidence


def resolve_services(
    facts: StageFacts, files: ImageFiles, context: Context, uses: Iterable[Use]
) -> tuple[Service, ...]:
    """Follow the commands that compose services run in the image's last stage.

    Left out are those that run what a folder of the machine holds: it is mounted over the working directory.
    """
    contract = facts.contract
    entrypoint = contract.own_entrypoint
    found = []
    for use in uses:
        if not use.command or use.target or below(contract.workdir, use.mounts):
            continue
        if entrypoint is not None and entrypoint.shell is not None and not use.whole:
            continue  # a shell-form ENTRYPOINT never sees the command
        argv = use.command if entrypoint is None or use.whole else (*entrypoint.argv, *use.command)
        evidence = Evidence(use.file, use.line, f"{use.name} runs {shlex.join(use.command)}")
        follower = _Follower(files, context, contract.env)
        follower.follow(argv, contract.workdir, (), evidence, main=True, depth=0)
        found.append(Service(follower.result(), evidence))
    return tuple(found)


def resolve_start(facts: StageFacts, files: ImageFiles, context: Context) -> Start:
    """Follow ENTRYPOINT and CMD to the programs that they start."""
    contract = facts.contract
    follower = _Follower(files, context, contract.env)
    entrypoint, cmd = contract.own_entrypoint, contract.cmd  # of a base's own the language knows the details
    if entrypoint is None and cmd is None:
        return follower.result()
    first = entrypoint or cmd
    assert first is not None
    follower.step = first.step if first.step is not None else -1
    evidence = _evidence(facts, first)
    if first.shell is not None:
        follower.shell_form(first.shell, contract, evidence, f"shell form runs through {contract.shell[0]}")
        return follower.result()
    argv: tuple[str | None, ...] = first.argv
    if entrypoint is not None and cmd is not None and cmd.step is not None:
        argv += cmd.argv if cmd.shell is None else (*contract.shell, cmd.shell)
    follower.follow(argv, contract.workdir, (), evidence, main=True, depth=0)
    return follower.result()


def resolve_healthcheck(facts: StageFacts, files: ImageFiles, context: Context) -> Start | None:
    """Follow the HEALTHCHECK's command, or return None when there is none (or it is `NONE`)."""
    for step in reversed(facts.steps):
        instruction = step.instruction
        if instruction.keyword != "HEALTHCHECK":
            continue
        if instruction.value.strip().upper() == "NONE":
            return None
        follower = _Follower(files, context, facts.contract.env)
        follower.step = step.index
        command = instruction.value.strip()[len("CMD") :].strip()
        evidence = Evidence("Dockerfile", instruction.line, f"HEALTHCHECK CMD {command}")
        if instruction.exec_form is not None:
            follower.follow(instruction.exec_form, facts.contract.workdir, (), evidence, main=True, depth=0)
        else:
            shell = facts.contract.shell[0]
            follower.shell_form(command, facts.contract, evidence, f"a shell-form HEALTHCHECK runs through {shell}")
        return follower.result()
    return None


def _evidence(facts: StageFacts, command: Command) -> Evidence:
    if command.step is None:
        return Evidence("Dockerfile", facts.stage.from_.line, f"{facts.base_text} sets CMD {list(command.argv)}")
    instruction = facts.steps[command.step].instruction
    return Evidence("Dockerfile", instruction.line, f"{instruction.keyword} {instruction.value}")


def read_shebang(text: str) -> tuple[str, ...]:
    """Return the words of a script's `#!` line without `/usr/bin/env`, or () when there is none."""
    if not text.startswith("#!"):
        return ()
    words = text[2:].split("\n", 1)[0].split()
    if words and posixpath.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return tuple(words)


class _Follower(Struct):
    """Mutable state of one resolution."""

    files: ImageFiles
    context: Context
    env: Mapping[str, str]
    step: int = -1
    processes: list[Process] = []
    shell: Evidence | None = None
    scripts: list[str] = []
    interpreters: list[str] = []
    unknown: list[Evidence] = []

    def result(self) -> Start:
        return Start(
            tuple(self.processes),
            self.shell,
            tuple(dict.fromkeys(self.scripts)),
            tuple(dict.fromkeys(self.interpreters)),
            tuple(dict.fromkeys(self.unknown)),
        )

    def need_shell(self, evidence: Evidence, why: str) -> None:
        if self.shell is None:
            self.shell = Evidence(evidence.file, evidence.line, f"{evidence.text} ({why})")

    def shell_form(self, text: str, contract: RuntimeContract, evidence: Evidence, why: str) -> None:
        """Follow shell text that is the whole start command; SHELL may name another shell than every base has."""
        self.need_shell(evidence, why)
        self._need_interpreter(contract.shell[0])
        self._script(text, contract.workdir, evidence, (), 0)

    def _need_interpreter(self, shell: str) -> None:
        if posixpath.basename(shell) not in ("sh", "ash"):
            self.interpreters.append(shell)

    def follow(
        self,
        argv: tuple[str | None, ...],
        cwd: str,
        env: tuple[tuple[str, str], ...],
        evidence: Evidence,
        *,
        main: bool,
        depth: int,
    ) -> None:
        """Follow one command to the program that it starts."""
        argv, env = self._unwrap(argv, env, cwd, evidence)
        if not argv or argv[0] is None:
            self.unknown.append(evidence)
            return
        name = argv[0]
        if depth > MAX_SCRIPT_DEPTH:
            self.unknown.append(evidence)
            return
        if posixpath.basename(name) in SHELLS and len(argv) > 1:
            if self._shell_command(name, argv[1:], cwd, evidence, depth):
                return
        elif self._file_script(name, argv[1:], cwd, env, evidence, main, depth):
            return
        self.processes.append(Process(argv, cwd, env, main, evidence, self.step))

    def _unwrap(
        self, argv: tuple[str | None, ...], env: tuple[tuple[str, str], ...], cwd: str, evidence: Evidence
    ) -> tuple[tuple[str | None, ...], tuple[tuple[str, str], ...]]:
        """Take wrappers (tini --, gosu user, env A=b) off; each is a process of its own when it is a program."""
        words = tuple(Word(value or "", value, Span(0, 0)) for value in argv)
        command = SimpleCommand(words, (), (), "", cwd, False, Span(0, 0))
        inner = unwrap(command)
        wrapper = argv[: len(argv) - len(inner.words)]
        if not wrapper or not inner.words:
            return argv, env
        if wrapper[0] is not None and not is_builtin(wrapper[0]):
            self.processes.append(Process(wrapper, cwd, (), False, evidence, self.step))
        added = tuple((item.name, item.value.value or "") for item in inner.assignments)
        return inner.argv, env + added

    def _shell_command(
        self, shell: str, arguments: tuple[str | None, ...], cwd: str, evidence: Evidence, depth: int
    ) -> bool:
        """Follow `sh -c TEXT` or `sh SCRIPT`; False when it is neither."""
        self.need_shell(evidence, f"{shell} is called")
        self._need_interpreter(shell)
        at = next((n for n, word in enumerate(arguments) if word is None or not word.startswith("-")), len(arguments))
        flags, rest = [word or "" for word in arguments[:at]], arguments[at:]
        if not rest or rest[0] is None:
            return False
        if any("c" in flag for flag in flags if not flag.startswith("--")):
            self._script(rest[0], cwd, evidence, rest[2:], depth + 1)
            return True
        path = posixpath.normpath(posixpath.join(cwd, rest[0]))
        text = self._read(path)
        if text is None:
            self.unknown.append(evidence)
            return False
        self.scripts.append(path)
        self._script(text, cwd, Evidence(self.files.to_context(path) or path, 0, "start script"), rest[1:], depth + 1)
        return True

    def _file_script(
        self,
        name: str,
        arguments: tuple[str | None, ...],
        cwd: str,
        env: tuple[tuple[str, str], ...],
        evidence: Evidence,
        main: bool,
        depth: int,
    ) -> bool:
        """Follow a script file of the context; False when `name` is none."""
        path = self._locate(name, cwd)
        text = self._read(path) if path else None
        if text is None and name.endswith(".sh"):
            self.unknown.append(Evidence(evidence.file, evidence.line, f"{name} cannot be read"))
        shebang = read_shebang(text) if text else ()
        if path is None or text is None or not (shebang or name.endswith(".sh")):
            return False
        self.scripts.append(path)
        interpreter = shebang[0] if shebang else "/bin/sh"
        self.interpreters.append(interpreter)
        if posixpath.basename(interpreter) not in SHELLS:
            self.processes.append(Process((*shebang, path, *arguments), cwd, env, main, evidence, self.step))
            return True
        self.need_shell(evidence, f"{name} is a shell script")
        where = Evidence(self.files.to_context(path) or path, 0, f"start script {name}")
        self._script(text, cwd, where, arguments, depth + 1)
        return True

    def _locate(self, name: str, cwd: str) -> str | None:
        if "/" in name:
            return posixpath.normpath(posixpath.join(cwd, name))
        for directory in self.env.get("PATH", "").split(":"):
            if directory and self.files.to_context(posixpath.join(directory, name)):
                return posixpath.join(directory, name)
        return None

    def _read(self, path: str) -> str | None:
        source = self.files.to_context(path)
        text = self.context.read_text(source) if source is not None else None
        return with_own_directory(text, posixpath.dirname(path)) if text is not None else None

    def _script(self, text: str, cwd: str, evidence: Evidence, arguments: tuple[str | None, ...], depth: int) -> None:
        script = parse_script(text, variables=self.env, workdir=cwd)
        in_file = evidence.line == 0  # else the text is a word of a command that stands there
        for opaque in script.opaque:
            line = text.count("\n", 0, opaque.span.start) + 1 if in_file else evidence.line
            self.unknown.append(Evidence(evidence.file, line, opaque.reason))
        arguments = after_options(text, arguments)
        kept: dict[str, Arguments] = {}
        commands = [command for command in script.simple if command.words or command.assignments]
        for number, command in enumerate(commands):
            kept = keep_arguments(command, arguments, kept)
            if not command.words:
                continue
            arguments = set_arguments(command, arguments)
            line = text.count("\n", 0, command.span.start) + 1 if in_file else evidence.line
            here = Evidence(evidence.file, line, command.span.of(text).strip())
            is_last = number == len(commands) - 1 or command.name == "exec"
            self._command(command, cwd, here, with_text(command, expand(command, arguments, kept)), is_last, depth)

    def _command(
        self,
        command: SimpleCommand,
        cwd: str,
        evidence: Evidence,
        argv: Arguments,
        is_last: bool,
        depth: int,
    ) -> None:
        if argv and argv[0] == "exec":
            argv = argv[1:]
            if not argv:
                return  # `exec` without a command: only redirections, or no arguments were given
        if argv and argv[0] is not None and is_builtin(argv[0]):
            return
        if runs_itself(command):  # what it starts is in the script, which is being read
            if argv[0] is not None:
                self.processes.append(Process(argv, command.cwd or cwd, (), False, evidence, self.step))
            return
        env = tuple((item.name, item.value.value or "") for item in command.assignments)
        self.follow(argv, command.cwd or cwd, env, evidence, main=is_last, depth=depth)
