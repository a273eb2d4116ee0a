"""What a shell script does, command by command. Nothing is executed.

Records are `gc=False`: they are many, and frozen ones that are made from the inside out hold no cycles.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from dockerslim_rewrite.syntax.model import Span

Connector = Literal["", "&&", "||", ";", "|", "&"]


class Word(Struct, frozen=True, gc=False):
    """A shell word. `text` is as written; `value` is its static value (quotes removed, known variables expanded), or
    None when it depends on something unknown (a substitution, an unset variable). A value that still holds an
    unquoted glob has `glob` set. `span` lies in the source file.
    """

    text: str
    value: str | None
    span: Span
    glob: bool = False


class Assignment(Struct, frozen=True, gc=False):
    """`NAME=value` before a command or alone."""

    name: str
    value: Word


class Redirect(Struct, frozen=True, gc=False):
    """A redirection; `operator` is `>`, `>>`, `<`, `2>`, `2>&`, `&>`, `<<`, `<<-`, `<<<` ...

    A here-document has its body as target: as written in `text`, tabs removed and variables expanded in `value`.
    """

    operator: str
    target: Word


class SimpleCommand(Struct, frozen=True, gc=False):
    """One simple command.

    `words` are the command name and its arguments; empty for assignments alone. `connector` is what joins it to the
    command before it. `cwd` is the absolute working directory where it runs, None when a `cd` could not be followed.
    `conditional` is True inside if/while/case branches, after `||`, and in functions; after `&&` it is False, since a
    RUN fails when an earlier part fails. `span` covers assignments, words and redirections in the source file.
    `depth` is 0 at the top level of the script and grows in subshells, substitutions and groups; `in_substitution` is
    True for a command inside `$(...)` or backticks. `exported` are the variables that the script exported, or changed
    although they came from the environment, before this command: it sees them like its own `assignments`.

    Redirections of a whole group, loop or function call are a command without words in front of it. A shell that runs a
    static text (`sh -c TEXT`, `eval TEXT`, `bash <<EOF`) is followed by the commands of that text at a greater depth.
    """

    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    redirects: tuple[Redirect, ...]
    connector: Connector
    cwd: str | None
    conditional: bool
    span: Span
    depth: int = 0
    in_substitution: bool = False
    exported: tuple[Assignment, ...] = ()

    @property
    def name(self) -> str | None:
        """Return the command's name, as written in its first word, when it is statically known."""
        return self.words[0].value if self.words else None

    @property
    def argv(self) -> tuple[str | None, ...]:
        """Return the static values of all words."""
        return tuple(word.value for word in self.words)


class Opaque(Struct, frozen=True, gc=False):
    """A part that is not understood, with the reason. It may do anything."""

    reason: str
    span: Span


class Script(Struct, frozen=True, gc=False):
    """A parsed script: its commands in order of execution (loops over literal lists unrolled)."""

    commands: tuple[SimpleCommand | Opaque, ...]

    @property
    def simple(self) -> tuple[SimpleCommand, ...]:
        """Return the commands that are understood."""
        return tuple(command for command in self.commands if isinstance(command, SimpleCommand))

    @property
    def opaque(self) -> tuple[Opaque, ...]:
        """Return the parts that are not understood."""
        return tuple(command for command in self.commands if isinstance(command, Opaque))
