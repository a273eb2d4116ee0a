"""What is known at one point of a script: variables, working directory, functions, arguments."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.shell.model import Assignment, Word
from dockerslim_rewrite.syntax.model import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from dockerslim_rewrite.shell.tree import Source

NOWHERE = Span(0, 0)


class Scope(Struct):
    """The state of one shell. A variable whose value is None, or that is absent, is unknown.

    `environment` are the names that programs inherit; `exported` are those that the script itself set or changed.
    `positional` are the words of `"$@"`, None when unknown. `bash` tells whether bash's own expansions apply.
    `left` is set once the script may have ended early.
    """

    variables: dict[str, str | None]
    environment: frozenset[str]
    cwd: str | None
    bash: bool
    exported: tuple[Assignment, ...] = ()
    positional: tuple[Word, ...] | None = None
    functions: dict[str, tuple[Source, Node]] = {}
    left: bool = False

    def fork(self) -> Scope:
        """Return the scope of a subshell or a branch: changes there do not reach this one."""
        return replace(self, variables=dict(self.variables), functions=dict(self.functions))

    def program_scope(self, assignments: tuple[Assignment, ...], positional: tuple[Word, ...], bash: bool) -> Scope:
        """Return what a new shell program sees: the exported variables, its arguments, no functions."""
        known = {name: value for name, value in self.variables.items() if name in self.environment}
        known.update((item.name, item.value.value) for item in assignments)
        names = self.environment | {item.name for item in assignments}
        return Scope(known, names, self.cwd, bash, self.exported, positional)

    def join(self, branch: Scope) -> None:
        """Take in a branch that may or may not have run: what it changed becomes unknown."""
        for name, value in branch.variables.items():
            if name not in self.variables or self.variables[name] != value:
                self.variables[name] = None
        for item in branch.exported:
            if item not in self.exported:
                self._replace_exported(Assignment(item.name, replace(item.value, value=None)))
        self.environment |= branch.environment
        if branch.cwd != self.cwd:
            self.cwd = None
        if branch.positional != self.positional:
            self.positional = None
        self.functions.update(branch.functions)
        self.left |= branch.left

    def assign(self, item: Assignment, *, export: bool = False) -> None:
        """Set a variable."""
        self.variables[item.name] = item.value.value
        if export or item.name in self.environment:
            self.environment |= {item.name}
            self._replace_exported(item)

    def export(self, name: str) -> None:
        """Export a variable that may have a value already."""
        if name not in self.environment:
            value = self.variables.get(name)
            self.assign(Assignment(name, Word(value or "", value, NOWHERE)), export=True)

    def forget(self, name: str) -> None:
        """Make a variable unknown."""
        if name in self.variables or name in self.environment:
            self.assign(Assignment(name, Word("", None, NOWHERE)))

    def forget_all(self) -> None:
        """Make every variable unknown."""
        self.variables = dict.fromkeys(self.variables)
        for item in self.exported:
            self._replace_exported(Assignment(item.name, replace(item.value, value=None)))

    def change_directory(self, target: str | None) -> None:
        """Follow a `cd`; None is a target that is not known."""
        if target is None or (self.cwd is None and not target.startswith("/")):
            self.cwd = None
        elif target:
            path = posixpath.normpath(posixpath.join(self.cwd or "/", target))
            self.cwd = "/" + path.lstrip("/")

    def lookup(self, name: str) -> str | None:
        """Return a variable's value, or None when it is not known."""
        if name == "PWD":
            return self.cwd
        return self.variables.get(name)

    def _replace_exported(self, item: Assignment) -> None:
        self.exported = (*(other for other in self.exported if other.name != item.name), item)
