"""What compose files do with the image (D22): reported, since only their authors know which service is for what."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator

from dockerslim_rewrite.context.builds import Use
from dockerslim_rewrite.context.compose import read_compose
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge.discovery import is_compose_name
from dockerslim_rewrite.knowledge.images import resolve_image
from dockerslim_rewrite.languages.model import Note
from dockerslim_rewrite.planning.model import RewritePlan

_WORD = re.compile(r'[^\s\[\]",]+')


def uses_beside(context: Context) -> tuple[Use, ...]:
    """Return what the compose files in the context's root say about the Dockerfile there."""
    found = []
    for name in context.list_dir(""):
        if is_compose_name(name) and (text := context.read_text(name)) is not None:
            found += [use for use in read_compose(name, text) if _is_root(use)]
    return tuple(found)


def use_notes(plan: RewritePlan, uses: Iterable[Use]) -> Iterator[Note]:
    """Yield a note for each command, mount and target that the rewrite gives another meaning."""
    for use in uses:
        where = f"{use.file}:{use.line}: {use.name}"
        if use.target and use.target.lower() == plan.builder_name.lower():
            message = f"{where} builds the target {use.target}, which is the builder stage now: it keeps every tool"
            yield Note("D22", 0, message)
        if use.target:
            continue
        if use.command is not None and not _is_arguments(plan, use) and not _can_run(plan, use.command[0]):
            command = shlex.join(use.command)
            message = f"{where} runs `{command}`, which the runtime stage lacks: give its build `target: builder`"
            yield Note("D22", 0, message.replace("target: builder", f"target: {plan.builder_name}"))
        for mount in use.mounts:
            if hidden := _hidden(plan, mount):
                message = f"{where} mounts a folder over {mount}: the container runs that and not the image's {hidden}"
                yield Note("D22", 0, message)


def _is_root(use: Use) -> bool:
    return posixpath.normpath(use.context) == "." and posixpath.normpath(use.dockerfile) == "Dockerfile"


def _is_arguments(plan: RewritePlan, use: Use) -> bool:
    """Tell whether a command only gives arguments to the ENTRYPOINT: options, or anything for a program of our own.
    A script often starts what it is given."""
    entrypoint = next((line.text for line in plan.runtime if line.text.startswith("ENTRYPOINT ")), "")
    program = next(iter(_WORD.findall(entrypoint.removeprefix("ENTRYPOINT "))), "")
    if use.whole or use.command is None or not program:
        return False
    copied = any(program == word for line in plan.runtime if line.section == "artifacts" for word in line.text.split())
    return use.command[0].startswith("-") or (copied and not program.endswith(".sh"))


def _can_run(plan: RewritePlan, program: str) -> bool:
    image = resolve_image(plan.runtime_base)
    name = posixpath.basename(program)
    if image is None or name in image.programs:
        return True
    words = {posixpath.basename(word.strip('[],"')) for line in plan.runtime for word in line.text.split()}
    return name in words


def _hidden(plan: RewritePlan, mount: str) -> str:
    """Return the first artifact that lies below a mount, "" for none."""
    for line in plan.runtime:
        if line.section == "artifacts":
            target = line.text.split()[-1].rstrip("/")
            if f"{target}/".startswith(f"{mount.rstrip('/')}/"):
                return target
    return ""
