"""What runs when a container starts: ENTRYPOINT and CMD resolved through scripts."""

from __future__ import annotations

from dataclasses import dataclass

from dockerslim_rewrite.analysis.model import Evidence


@dataclass(frozen=True, slots=True)
class Process:
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


@dataclass(frozen=True, slots=True)
class Start:
    """All that the start command does.

    `processes` in order; `shell` is the reason why a shell is needed, None for exec form without scripts;
    `scripts` are absolute image paths of scripts found in the context; `unknown` says what could not be followed.
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
