"""What the author's installs leave in the image and nothing reads at run time: download caches, package lists.

On doubt nothing is left: a word that is not static, a configuration that speaks of the cache, a command that may clean.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from dockerslim_rewrite.analysis.effects import CommandEffect, MayRemove, Removes, Unknown
from dockerslim_rewrite.analysis.model import Step
from dockerslim_rewrite.analysis.packages import MANAGERS
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.analysis.words import option_values
from dockerslim_rewrite.knowledge.leftovers import Leftover, leftovers
from dockerslim_rewrite.languages.caches import home
from dockerslim_rewrite.languages.model import Dropped, Project
from dockerslim_rewrite.shell.model import Opaque, SimpleCommand
from dockerslim_rewrite.shell.parse import unwrap

_UPGRADES = frozenset({"upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade"})
_REMOVERS = frozenset({"rm", "find", "mv", "xargs"})
_ON_IMAGE = frozenset({"cache", "tmpfs", "bind"})  # a mount of these kinds is no part of the image

Fills = Callable[[Step, SimpleCommand], str]


def find_leftovers(project: Project, effects: Iterable[CommandEffect], fills: Fills) -> Iterator[Dropped]:
    """Yield what is left, each place once. `fills` names the package manager that a command of root's lets download
    something, "" for none; apt is known here.

    Nothing of it weighs where OS packages are upgraded: the runtime stage has those of its base, and an upgrade, which
    is for security, is worth more than a cache.
    """
    found: dict[str, Dropped] = {}
    by_step: dict[int, list[CommandEffect]] = {}
    for effect in effects:
        by_step.setdefault(effect.step, []).append(effect)
    for step in project.facts.steps:
        if step.script is None or not step.before.is_root:
            continue
        for number, command in enumerate(step.script.commands):
            if isinstance(command, Opaque) or command.conditional:
                continue
            inner = unwrap(command)
            for item in leftovers(_updates(inner) or fills(step, inner)):
                path = _place(project, item, step, inner)
                after = [effect for effect in by_step.get(step.index, ()) if effect.command > number]
                if path and not _mounted(step, path) and not _is_cleaned(item, path, step, number, after):
                    found.setdefault(path, Dropped(item.what, weighs=True, path=path))
    upgraded = any(map(_upgrades, _commands(project)))
    yield from (replace(item, weighs=not upgraded) for item in found.values())


def _updates(command: SimpleCommand) -> str:
    is_apt = posixpath.basename(command.name or "") in ("apt-get", "apt", "aptitude")
    return "apt" if is_apt and "update" in command.argv else ""


def _commands(project: Project) -> Iterator[SimpleCommand]:
    return (command for step in project.facts.steps for command in step.simple)


def _upgrades(command: SimpleCommand) -> bool:
    inner = unwrap(command)
    return posixpath.basename(inner.name or "") in MANAGERS and any(word in _UPGRADES for word in inner.argv)


def _place(project: Project, item: Leftover, step: Step, command: SimpleCommand) -> str:
    """Return the absolute directory that a command fills, "" when it fills none or that is not known."""
    if None in command.argv or _is_configured(project, item, step, command):
        return ""
    env: dict[str, str | None] = {**step.before.args, **step.before.env}
    env |= {assigned.name: assigned.value.value for assigned in (*command.exported, *command.assignments)}
    upper = {name.upper(): value for name, value in env.items()}
    words = [word or "" for word in command.argv]
    options = {word.partition("=")[0] for word in words}
    if options & item.off_options or any(upper.get(name, "") != "" for name in item.off_variables):
        return ""
    named = [*option_values(words, {item.option} - {""})]
    for name, folder in item.variables:
        if (value := upper.get(name, "")) != "":
            named.append(posixpath.join(value, folder).rstrip("/") if value is not None else "")
    place = named[0] if named else posixpath.join(home(env), item.path)
    return posixpath.normpath(place) if place.startswith("/") else ""


def _is_configured(project: Project, item: Leftover, step: Step, command: SimpleCommand) -> bool:
    """Tell whether a configuration file or command may move or forbid the cache."""
    for name in item.files:
        path = project.files.to_context(posixpath.join(command.cwd or step.before.workdir, name))
        text = project.context.read_text(path) if path is not None else ""
        if text is None or any(word in text for word in item.settings):
            return True
    return any(
        "config" in inner.argv and any(word in (text or word) for text in inner.argv for word in item.settings)
        for inner in _commands(project)
    )


def _mounted(step: Step, path: str) -> bool:
    """Tell whether a mount lies over a directory, around it or in it."""
    for flag in step.instruction.flags:
        fields = (
            dict(field.partition("=")[::2] for field in (flag.value or "").split(",")) if flag.name == "mount" else {}
        )
        target = fields.get("target") or fields.get("dst") or fields.get("destination") or ""
        target = posixpath.normpath(posixpath.join(step.before.workdir, target)) if target else ""
        if fields.get("type", "bind") in _ON_IMAGE and target and (below(path, (target,)) or below(target, (path,))):
            return True
    return False


def _is_cleaned(item: Leftover, path: str, step: Step, number: int, after: Iterable[CommandEffect]) -> bool:
    """Tell whether the same RUN removes a directory again, or may do so. A later layer makes no image smaller."""
    for command in step.script.commands[number + 1 :] if step.script is not None else ():
        if isinstance(command, Opaque):
            return True
        inner = unwrap(command)
        name = posixpath.basename(inner.name or "")
        words = tuple(word or "" for word in inner.argv if word is None or not word.startswith("-"))
        if name in _REMOVERS and (None in inner.argv or name != "rm"):
            return True
        if any(words[at : at + len(phrase)] == phrase for phrase in item.cleans for at in range(len(words))):
            return True
    return any(
        isinstance(effect, Unknown) or (isinstance(effect, Removes | MayRemove) and _removes(effect.paths, path))
        for command in after
        for effect in command.effects
    )


def _removes(patterns: Iterable[str], path: str) -> bool:
    """Tell whether a removed path is a directory, lies around it or in it, up to the first glob."""
    for pattern in patterns:
        plain = posixpath.normpath(pattern.partition("*")[0].partition("?")[0].partition("[")[0])
        if below(path, (plain,)) or below(plain, (path,)):
            return True
    return False
