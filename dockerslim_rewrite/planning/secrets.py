"""Secrets that an image would keep (D26): nothing is changed, and nothing is carried in silence."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from dockerslim_rewrite.analysis.files import CopiedTree
from dockerslim_rewrite.analysis.paths import upwards
from dockerslim_rewrite.knowledge.secrets import SecretFile, is_secret, secret_kind
from dockerslim_rewrite.languages.model import Note, Project
from dockerslim_rewrite.planning.lines import copied_paths
from dockerslim_rewrite.planning.model import BuilderItem, Edit, Insert, RuntimeLine
from dockerslim_rewrite.syntax.words import parse_pairs, references

CODE = "D26"
MAX_NOTES = 5


def secret_notes(
    project: Project, builder: tuple[BuilderItem, ...], runtime: tuple[RuntimeLine, ...], known: frozenset[int]
) -> Iterator[Note]:
    """Yield a note for each secret in ARG or ENV and for files with secrets in the runtime stage.

    `known` are lines of the Dockerfile that a language has said the same about.
    """
    yield from (note for note in _variables(project) if note.line not in known)
    copied = {path.rstrip("/") or "/" for line in runtime for path in copied_paths(line)}
    leading = {folder for path in copied for folder in upwards(path)}
    removals = [text for text in _commands(project, builder) if "rm " in text]
    trees = [tree for tree in project.files.trees if tree.image_path in leading or _is_in(tree.image_path, copied)]
    found = (note for tree in trees for note in _files(project, tree, copied, removals))
    yield from islice(found, MAX_NOTES)


def _commands(project: Project, builder: tuple[BuilderItem, ...]) -> Iterator[str]:
    """Yield the texts of the author's RUN instructions, and what the rewrite puts into the builder."""
    yield from (step.instruction.value for step in project.facts.steps if step.instruction.keyword == "RUN")
    for item in builder:
        if isinstance(item, Insert):
            yield item.text
        elif isinstance(item, Edit):
            yield from (inserted for _, _, inserted in item.changes)


def _variables(project: Project) -> Iterator[Note]:
    arguments: set[str] = set()
    for step in project.facts.steps:
        keyword, line = step.instruction.keyword, step.instruction.line
        if keyword not in ("ARG", "ENV"):
            continue
        for name, value in parse_pairs(step.instruction.value, keyword=keyword):
            if keyword == "ARG":
                if is_secret(name, "?" if value is None else value.strip("\"'") or "?"):
                    arguments.add(name)
                    message = f"{name} looks like a secret, and an ARG stays in the history of the builder stage"
                    yield Note(CODE, line, f"{message}: {_advice(name)}")
            elif is_secret(name, (value or "").strip("\"'")) or references(value or "") & arguments:
                message = f"{name} looks like a secret, and an ENV stays in the image that runs"
                yield Note(CODE, line, f"{message}: {_advice(name)}, or give it when the container starts")


def _advice(name: str) -> str:
    return f"use RUN --mount=type=secret,id={name},env={name} where it is needed"


def _files(project: Project, tree: CopiedTree, copied: set[str], removals: list[str]) -> Iterator[Note]:
    context = project.context
    for path, kind in _called_so(tuple(context.walk(tree.context_path)) if tree.is_dir else (tree.context_path,)):
        inside = posixpath.relpath(path, tree.context_path or ".") if tree.is_dir else ""
        image_path = posixpath.join(tree.image_path, inside) if inside else tree.image_path
        removed = any(posixpath.basename(path) in text for text in removals)
        if removed or not _is_in(image_path, copied):
            continue
        if kind.content.search(context.read_text(path) or "") is not None:
            line = project.facts.steps[tree.step].instruction.line
            yield Note(CODE, line, f"{path} may hold a secret, and is copied to the image that runs: {kind.advice}")


# The same for each Dockerfile of a folder, however many there are.
@lru_cache(maxsize=4)
def _called_so(paths: tuple[str, ...]) -> tuple[tuple[str, SecretFile], ...]:
    """Return the files whose names are those of secrets."""
    kinds = ((path, secret_kind(path.rpartition("/")[2])) for path in paths)
    return tuple((path, kind) for path, kind in kinds if kind is not None)


def _is_in(path: str, copied: set[str]) -> bool:
    return any(place in copied for place in upwards(path))
