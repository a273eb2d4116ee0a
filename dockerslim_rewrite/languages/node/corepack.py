"""Package managers that corepack brings: the runtime gets what it has downloaded, and its links again (N14).

Source: https://github.com/nodejs/corepack, its commands and environment variables.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerslim_rewrite.analysis.model import Evidence, Step
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.analysis.removals import removal_patterns
from dockerslim_rewrite.languages.caches import home
from dockerslim_rewrite.languages.model import (
    RANK_DEPENDENCIES,
    Artifact,
    NeedProgram,
    NeedShell,
    Obstacle,
    Project,
    RunInRuntime,
    Suggestion,
)
from dockerslim_rewrite.languages.obstacles import start_line
from dockerslim_rewrite.shell.model import SimpleCommand
from dockerslim_rewrite.shell.parse import unwrap

MANAGERS = frozenset({"yarn", "pnpm"})
_DOWNLOADS = frozenset({"prepare", "install", "use", "hydrate"})
_CLEARS = frozenset({"cache"})


def brought_managers(project: Project, started: tuple[str, ...], installed: frozenset[str]) -> tuple[str, ...]:
    """Return the managers that start the program and that corepack brings: it is enabled, and nothing else installs
    them."""
    return tuple(name for name in started if name in MANAGERS - installed) if _enabled(project) else ()


def corepack_suggestions(project: Project, managers: tuple[str, ...]) -> Iterator[Suggestion]:
    """Carry what corepack has downloaded, and make its links again: no network is needed then."""
    place = _place(project)
    if not managers or not place:
        return
    called = " and ".join(managers)
    evidence = tuple(item for _, item in _enabled(project))
    artifact = Artifact(place, True, RANK_DEPENDENCIES, f"corepack keeps {called} there", programs=managers)
    yield Suggestion("N14", f"{place}: {artifact.needed_by}", artifact, evidence)
    for text, item in _enabled(project):
        yield Suggestion("N14", f"corepack makes the links of {called} again", RunInRuntime(text), (item,))
    yield Suggestion("N14", f"corepack starts {called}", NeedProgram("corepack"), evidence)
    yield Suggestion("N14", "corepack is run by a shell", NeedShell(), evidence)


def corepack_obstacles(project: Project, managers: tuple[str, ...]) -> Iterator[Obstacle]:
    """Refuse a manager of corepack's whose files cannot be found: the container would have another one, or none."""
    if managers and not _place(project):
        evidence = _enabled(project)[0][1]
        message = f"corepack brings {managers[0]}, which starts the program, and where it keeps it is not known"
        yield Obstacle("N14", start_line(project, evidence), message, "start the program with node itself")


def _enabled(project: Project) -> list[tuple[str, Evidence]]:
    """Return each `corepack enable` as written."""
    found = []
    for step, command in _commands(project):
        if posixpath.basename(command.name or "") == "corepack" and command.argv[1:2] == ("enable",):
            text = " ".join(word.text for word in command.words)
            found.append((text, Evidence("Dockerfile", step.instruction.line, f"RUN {text}")))
    return found


def _place(project: Project) -> str:
    """Return the one directory that every download of the build goes to, as root and into the image; "" when not so."""
    places = set()
    for step, command in _commands(project):
        name, first = posixpath.basename(command.name or ""), command.argv[1] if len(command.argv) > 1 else None
        if name == "corepack" and first in _CLEARS:
            return ""
        if name not in MANAGERS and not (name == "corepack" and first in _DOWNLOADS):
            continue
        env: dict[str, str | None] = {**step.before.args, **step.before.env}
        env |= {item.name: item.value.value for item in (*command.exported, *command.assignments)}
        default = posixpath.join(env.get("XDG_CACHE_HOME") or posixpath.join(home(env), ".cache"), "node/corepack")
        mounted = any(flag.name == "mount" and "type=bind" not in (flag.value or "") for flag in step.instruction.flags)
        places.add("" if mounted or not step.before.is_root else env.get("COREPACK_HOME") or default)
    place = places.pop() if len(places) == 1 else ""
    removed = removal_patterns(project.effects)
    gone = any(below(place, (path.rstrip("*").rstrip("/") or "/",)) or below(path, (place,)) for path in removed)
    return place if place.startswith("/") and not gone else ""


def _commands(project: Project) -> Iterator[tuple[Step, SimpleCommand]]:
    for step in project.facts.steps:
        for command in step.simple:
            yield step, unwrap(command)
