"""Replays a stage: the state before each instruction, and what a container made from it promises."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import Command, CopyFacts, RuntimeContract, StageFacts, State, Step
from dockerslim_rewrite.knowledge.images import resolve_image
from dockerslim_rewrite.knowledge.model import BaseImage
from dockerslim_rewrite.shell.parse import parse_instruction
from dockerslim_rewrite.syntax.instruction import split_words
from dockerslim_rewrite.syntax.model import Dockerfile, Instruction, Stage
from dockerslim_rewrite.syntax.words import expand, expand_words, parse_pairs

Arguments: TypeAlias = Mapping[str, str]
_NONE: Arguments = MappingProxyType({})

DEFAULT_SHELL = ("/bin/sh", "-c")
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def replay_stage(dockerfile: Dockerfile, stage: Stage, arguments: Arguments = _NONE) -> StageFacts:
    """Replay one stage of a Dockerfile. Never raises: what cannot be expanded stays as written, and is a problem.

    `arguments` are build arguments for the ARGs before the first FROM.
    """
    meta = _meta_args(dockerfile, arguments)
    image = _try_expand(stage.base, meta, dockerfile.escape)
    replayer = _Replayer(dockerfile, resolve_image(image), meta)
    steps = tuple(replayer.step(index, instruction) for index, instruction in enumerate(stage.instructions))
    return StageFacts(stage, replayer.base, image, steps, replayer.contract(), tuple(replayer.problems))


def base_text(dockerfile: Dockerfile, stage: Stage, arguments: Arguments = _NONE) -> str:
    """Return FROM's image with its variables replaced, as `replay_stage` does."""
    return _try_expand(stage.base, _meta_args(dockerfile, arguments), dockerfile.escape)


def clean_path(path: str, workdir: str) -> str:
    """Return an image path made absolute against a working directory and cleaned, without a trailing slash."""
    joined = posixpath.normpath(posixpath.join(workdir or "/", path))
    return "/" + joined.lstrip("/")


def _meta_args(dockerfile: Dockerfile, arguments: Arguments) -> dict[str, str]:
    known: dict[str, str] = {}
    for instruction in dockerfile.meta_args:
        for name, raw in parse_pairs(instruction.value, dockerfile.escape):
            if name in arguments:
                known[name] = arguments[name]
            elif raw is not None:
                known[name] = _try_expand(raw, known, dockerfile.escape)
    return known


def _try_expand(word: str, variables: Mapping[str, str], escape: str) -> str:
    try:
        return expand(word, variables, escape)
    except ValueError:
        return word


def _known(env: Mapping[str, str]) -> dict[str, str]:
    """Leave out variables that a base sets to a value nobody knows ("" in images.toml)."""
    return {name: value for name, value in env.items() if value}


class _Replayer:
    """Mutable replay state; `step` is called once for each instruction, in order."""

    def __init__(self, dockerfile: Dockerfile, base: BaseImage | None, meta: Mapping[str, str]) -> None:
        env = _known(base.env) if base else {}
        env.setdefault("PATH", DEFAULT_PATH)
        self.dockerfile = dockerfile
        self.base = base
        self.meta = meta
        self.problems: list[tuple[int, str]] = []
        self.state = State(env, {}, {}, base.workdir if base else "/", base.user if base else "", DEFAULT_SHELL)
        self.entrypoint = Command(base.entrypoint, None, None) if base and base.entrypoint else None
        self.cmd = Command(base.cmd, None, None) if base and base.cmd else None
        self.expose: list[str] = []
        self.volumes: list[str] = []
        self.labels: dict[str, str] = {}
        self.stop_signal: str | None = None
        self.healthcheck: str | None = None

    def step(self, index: int, instruction: Instruction) -> Step:
        before = self.state
        script = copy = None
        if instruction.keyword == "RUN":
            home = {"HOME": "/root"} if before.is_root else {}
            script = parse_instruction(
                instruction, variables={**home, **before.variables}, workdir=before.workdir, shell=before.shell
            )
        elif instruction.keyword in ("COPY", "ADD"):
            copy = self._copy(instruction)
        else:
            handler = getattr(self, f"_on_{instruction.keyword.lower()}", None)
            if handler is not None:
                handler(index, instruction)
        return Step(index, instruction, before, script, copy)

    def contract(self) -> RuntimeContract:
        base_env = dict(self.base.env) if self.base else {}
        return RuntimeContract(
            env={**base_env, **self.state.env},
            workdir=self.state.workdir,
            user=self.state.user,
            entrypoint=self.entrypoint,
            cmd=self.cmd,
            expose=tuple(sorted(set(self.expose))),
            volumes=tuple(sorted(set(self.volumes))),
            labels=dict(self.labels),
            stop_signal=self.stop_signal,
            healthcheck=self.healthcheck,
            shell=self.state.shell,
        )

    def _expand(self, word: str, line: int) -> str:
        try:
            return expand(word, self.state.variables if "$" in word else _NONE, self.dockerfile.escape)
        except ValueError as error:
            self.problems.append((line, str(error)))
            return word

    def _words(self, instruction: Instruction, value: str) -> tuple[str, ...]:
        try:
            return expand_words(value, self.state.variables if "$" in value else _NONE, self.dockerfile.escape)
        except ValueError as error:
            self.problems.append((instruction.line, str(error)))
            return tuple(value.split())

    def _pairs(self, instruction: Instruction) -> list[tuple[str, str | None]]:
        try:
            pairs = parse_pairs(instruction.value, self.dockerfile.escape, instruction.keyword)
        except ValueError as error:
            self.problems.append((instruction.line, str(error)))
            return []
        return [(name, None if raw is None else self._expand(raw, instruction.line)) for name, raw in pairs]

    def _on_env(self, index: int, instruction: Instruction) -> None:
        new = {name: value or "" for name, value in self._pairs(instruction)}
        self.state = replace(self.state, env={**self.state.env, **new}, own_env={**self.state.own_env, **new})

    def _on_arg(self, index: int, instruction: Instruction) -> None:
        new = {name: self.meta.get(name) if value is None else value for name, value in self._pairs(instruction)}
        self.state = replace(self.state, args={**self.state.args, **new})

    def _on_workdir(self, index: int, instruction: Instruction) -> None:
        self.state = replace(
            self.state, workdir=clean_path(self._expand(instruction.value, instruction.line), self.state.workdir)
        )

    def _on_user(self, index: int, instruction: Instruction) -> None:
        self.state = replace(self.state, user=self._expand(instruction.value, instruction.line))

    def _on_shell(self, index: int, instruction: Instruction) -> None:
        if instruction.exec_form:
            self.state = replace(self.state, shell=instruction.exec_form)

    def _on_entrypoint(self, index: int, instruction: Instruction) -> None:
        self.entrypoint = _command(index, instruction, instruction.value)
        if self.cmd is not None and self.cmd.step is None:
            self.cmd = None  # an ENTRYPOINT of one's own resets the CMD that the base brought

    def _on_cmd(self, index: int, instruction: Instruction) -> None:
        self.cmd = _command(index, instruction, instruction.value)

    def _on_expose(self, index: int, instruction: Instruction) -> None:
        self.expose.extend(self._words(instruction, instruction.value))

    def _on_volume(self, index: int, instruction: Instruction) -> None:
        paths = instruction.exec_form if instruction.is_exec else None
        if paths is None:
            paths = self._words(instruction, instruction.value)
        self.volumes.extend(self._expand(path, instruction.line) for path in paths)

    def _on_label(self, index: int, instruction: Instruction) -> None:
        self.labels.update((name, value or "") for name, value in self._pairs(instruction))

    def _on_stopsignal(self, index: int, instruction: Instruction) -> None:
        self.stop_signal = self._expand(instruction.value, instruction.line)

    def _on_healthcheck(self, index: int, instruction: Instruction) -> None:
        flags = " ".join(f"--{flag.name}={flag.value or ''}" for flag in instruction.flags)
        self.healthcheck = f"{flags} {instruction.value}".strip()

    def _copy(self, instruction: Instruction) -> CopyFacts:
        words = instruction.exec_form
        if words is None:
            words = tuple(split_words(instruction.value))
        words = tuple(self._expand(word, instruction.line) for word in words)
        inline = tuple(heredoc.name for heredoc in instruction.heredocs)
        named = [word for word in words[:-1] if not word.startswith("<<")]
        dest_word = words[-1] if words else "."
        dest = clean_path(dest_word, self.state.workdir)
        many = len(named) + len(inline) > 1 or any("*" in word or "?" in word for word in named)
        sources = tuple(_clean_source(word) for word in named)
        is_dir = many or dest_word.endswith(("/", "/.")) or dest_word in (".", "..") or dest == self.state.workdir
        return CopyFacts(
            sources,
            dest,
            is_dir,
            instruction.flag("from"),
            instruction.flag("chown"),
            instruction.flag("chmod"),
            inline,
        )


def _clean_source(word: str) -> str:
    if "://" in word or word.startswith("git@"):
        return word
    clean = posixpath.normpath("/" + word).lstrip("/")
    return "" if clean == "." else clean


def _command(index: int, instruction: Instruction, value: str) -> Command | None:
    if instruction.exec_form is not None:
        return Command(instruction.exec_form, None, index) if instruction.exec_form else None
    return Command((), value, index)
