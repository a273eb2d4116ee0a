"""The run-time contract of the original against that of the rewrite."""

from __future__ import annotations

from dockerslim_rewrite.analysis.model import Command, RuntimeContract


def contract_changes(original: RuntimeContract, rewritten: RuntimeContract) -> tuple[str, ...]:
    """Return the names of the parts that differ: "cmd", "user", "env:PATH" ..."""
    changes = [
        f"env:{name}"
        for name in sorted({*original.env, *rewritten.env})
        if original.env.get(name) != rewritten.env.get(name)
    ]
    for part in ("workdir", "user", "expose", "volumes", "labels", "stop_signal", "healthcheck"):
        if _plain(getattr(original, part)) != _plain(getattr(rewritten, part)):
            changes.append(part)
    for part in ("entrypoint", "cmd"):
        if _command(getattr(original, part)) != _command(getattr(rewritten, part)):
            changes.append(part)
    shell_form = any(command and command.shell for command in (original.entrypoint, original.cmd))
    if shell_form and original.shell != rewritten.shell:
        changes.append("shell")
    return tuple(changes)


def _plain(value: object) -> object:
    return "" if value in ("root", "0", None) else value


def _command(command: Command | None) -> tuple[tuple[str, ...], str | None]:
    return ((), None) if command is None else (command.argv, command.shell)
