"""Taskfile.yml as far as it is plain: commands, dependencies and static variables. Source: taskfile.dev, schema 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockerslim_rewrite.context.yaml_text import parse_yaml
from dockerslim_rewrite.languages.go.command import UNSET
from dockerslim_rewrite.patterns import pattern

TASKFILES = (
    "Taskfile.yml",
    "taskfile.yml",
    "Taskfile.yaml",
    "taskfile.yaml",
    "Taskfile.dist.yml",
    "Taskfile.dist.yaml",
)
MAX_DEPTH = 16
MAX_COMMANDS = 2_000
MAX_LENGTH = 1_000_000
_REFERENCE = pattern(r"\{\{\s*+(?:\.(\w+)\s*+|[^{}]*+)\}\}")


def task_commands(
    text: str, names: tuple[str, ...], variables: Mapping[str, str]
) -> tuple[tuple[str, str], ...] | None:
    """Return `(directory, shell text)` of everything that the tasks run, dependencies first, or None when it cannot be
    told. The directory is relative to the Taskfile's ("" is its own)."""
    document = parse_yaml(text)
    if not isinstance(document, dict) or not isinstance(document.get("tasks"), dict) or document.get("includes"):
        return None
    reader = _Reader(document["tasks"], {**_static(document.get("vars")), **variables}, _static(document.get("env")))
    try:
        for name in names or ("default",):
            reader.task(name, {}, 0)
    except LookupError:
        return None
    return tuple(reader.found)


def _static(table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        return {}
    return {str(name): UNSET if isinstance(value, dict) else str(value) for name, value in table.items()}


class _Reader:
    def __init__(self, tasks: dict[str, Any], variables: Mapping[str, str], env: Mapping[str, str]) -> None:
        self._tasks = tasks
        self._variables = variables
        self._env = env
        self._tasks_left = MAX_COMMANDS
        self._expanded = 0
        self.found: list[tuple[str, str]] = []

    def task(self, name: str, given: Mapping[str, str], depth: int) -> None:
        """Collect a task's commands.

        Raises:
            LookupError: when there is no such task, or its form is not plain.
        """
        body = self._tasks[name]
        self._tasks_left -= 1
        if depth > MAX_DEPTH or self._tasks_left < 0:
            raise LookupError(name)
        if isinstance(body, (str, list)):
            body = {"cmds": body}
        if not isinstance(body, dict):
            raise LookupError(name)
        variables = {**self._variables, **_static(body.get("vars")), **given}
        for needed in _list(body.get("deps")):
            self._call(needed, variables, depth)
        directory = self._expand(str(body.get("dir", "")), variables)
        exports = {**self._env, **_static(body.get("env"))}
        prefix = "".join(f"export {key}='{self._expand(value, variables)}'\n" for key, value in exports.items())
        for command in _list(body.get("cmds", body.get("cmd"))):
            if isinstance(command, str):
                self.found.append((directory, prefix + self._expand(command, variables)))
            elif isinstance(command, dict) and isinstance(command.get("cmd"), str) and "for" not in command:
                self.found.append((directory, prefix + self._expand(command["cmd"], variables)))
            elif isinstance(command, dict) and "task" in command:
                self._call(command, variables, depth)
            else:
                raise LookupError(name)

    def _call(self, needed: Any, variables: Mapping[str, str], depth: int) -> None:
        if isinstance(needed, str):
            self.task(needed, {}, depth + 1)
        elif isinstance(needed, dict) and isinstance(needed.get("task"), str):
            given = {key: self._expand(value, variables) for key, value in _static(needed.get("vars")).items()}
            self.task(needed["task"], given, depth + 1)
        else:
            raise LookupError("task")

    def _expand(self, text: str, variables: Mapping[str, str], depth: int = 0) -> str:
        """Return a text with variables put in, which is bounded: those that name others twice double it with each."""
        self._expanded += len(text)
        if depth > MAX_DEPTH or self._expanded > MAX_LENGTH:
            return UNSET
        return _REFERENCE.sub(
            lambda match: self._expand(variables.get(match[1] or "", UNSET), variables, depth + 1), text
        )


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
