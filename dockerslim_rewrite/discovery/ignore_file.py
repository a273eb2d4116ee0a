"""A `.dockerignore` for a context: lines that match something, and none that takes away what a COPY names (D24)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from msgspec import Struct

from dockerslim_rewrite.analysis.model import StageFacts
from dockerslim_rewrite.analysis.replay import replay_stage
from dockerslim_rewrite.context.ignore import IgnoreRules
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge.discovery import is_skipped_directory
from dockerslim_rewrite.knowledge.dockerignore import Unneeded, unneeded
from dockerslim_rewrite.syntax.model import Dockerfile

MAX_PATHS = 20_000


class Line(Struct, frozen=True):
    """A pattern, why it is there, and whether the author has to decide: then it is printed as a comment."""

    pattern: str
    reason: str
    ask: bool


def suggest_lines(context: Context, dockerfiles: Iterable[Dockerfile]) -> tuple[Line, ...]:
    """Return the lines for a context and the Dockerfiles built with it; what is ignored already needs none."""
    facts = [replay_stage(dockerfile, stage) for dockerfile in dockerfiles for stage in dockerfile.stages]
    programs, all_known = _programs(facts)
    copied = _copied(facts)
    paths = _paths(context)
    lines = []
    for entry in unneeded():
        rules = IgnoreRules(entry.pattern)
        if not any(map(rules.excludes, paths)) or any(map(rules.excludes, copied)):
            continue
        if entry.only_with and not entry.only_with & programs:
            continue
        lines.append(_line(entry, programs, all_known=all_known))
    return tuple(lines)


def render_lines(lines: Sequence[Line], name: str) -> str:
    """Return the file with a comment above each line."""
    if not lines:
        return f"# {name}: nothing in this context is worth ignoring.\n"
    parts = [f"# {line.reason}\n{'# ' if line.ask else ''}{line.pattern}\n" for line in lines]
    return f"# {name}: lines that are commented out are for you to decide.\n\n" + "\n".join(parts)


def _line(entry: Unneeded, programs: frozenset[str], *, all_known: bool) -> Line:
    users = sorted(entry.unless_run & programs)
    if users:
        return Line(entry.pattern, f"{entry.reason}; not ignored, since the build runs {users[0]}", True)
    if entry.unless_run and not all_known:
        return Line(entry.pattern, f"{entry.reason}; not ignored, since a script of the build may need it", True)
    return Line(entry.pattern, entry.reason, entry.ask)


def _programs(facts: Iterable[StageFacts]) -> tuple[frozenset[str], bool]:
    """Return the names of programs that RUN starts, and whether these are all that are started."""
    names: set[str] = set()
    all_known = True
    for step in (step for stage in facts for step in stage.steps if step.script is not None):
        assert step.script is not None
        all_known &= not step.script.opaque
        for command in step.script.simple:
            name = command.name
            all_known &= name is not None and "/" not in name and not name.endswith("sh")
            names.add(posixpath.basename(name or ""))
    return frozenset(names), all_known


def _copied(facts: Iterable[StageFacts]) -> tuple[str, ...]:
    """Return what COPY and ADD name one by one: the whole context and globs say nothing about a path."""
    copies = (step.copy for stage in facts for step in stage.steps if step.copy is not None)
    sources = {source for copy in copies if copy.from_ is None for source in copy.sources}
    return tuple(source for source in sorted(sources) if source and not set("*?[") & set(source))


def _paths(context: Context) -> tuple[str, ...]:
    """Return the files and folders of the context; what lies in fetched code and in histories is left out."""
    found: list[str] = []
    folders = [""]
    while folders and len(found) < MAX_PATHS:
        folder = folders.pop()
        for name in context.list_dir(folder):
            path = f"{folder}/{name}" if folder else name
            found.append(path)
            if not is_skipped_directory(name) and context.is_dir(path) and context.link_target(path) is None:
                folders.append(path)
    return tuple(found)
