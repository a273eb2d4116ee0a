"""What compose and bake files say about a build (D22): the arguments that FROM needs are taken from them. What they do
with the image is reported, since only their authors know which service is for what."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Applicability, Confidence, Evidence
from dockerslim_rewrite.analysis.paths import absolute, below
from dockerslim_rewrite.analysis.replay import base_text
from dockerslim_rewrite.context.builds import Use
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge.discovery import is_compose_name
from dockerslim_rewrite.knowledge.images import resolve_image
from dockerslim_rewrite.knowledge.model import BaseImage
from dockerslim_rewrite.languages.model import Note
from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.planning.gate import is_unknown
from dockerslim_rewrite.planning.lines import copied_paths, unescape
from dockerslim_rewrite.planning.model import Blocker, Decision, RewritePlan
from dockerslim_rewrite.syntax.model import Dockerfile

_WORD = pattern(r'[^\s\[\]",]+')
_PATH = pattern(r"/[^\s:\"'$]+")


def uses_beside(context: Context) -> tuple[Use, ...]:
    """Return what the compose files in the context's root say about the Dockerfile there."""
    found = []
    for name in context.list_dir(""):
        if is_compose_name(name) and (text := context.read_text(name)) is not None:
            from dockerslim_rewrite.context.compose import read_compose  # found seldom

            found += [use for use in read_compose(name, text) if _is_root(use)]
    return tuple(found)


class Build(Struct, frozen=True):
    """One way in which a file is built: the base image, and the use that gives its build arguments (None: no use)."""

    base: str
    use: Use | None = None

    @property
    def arguments(self) -> Mapping[str, str]:
        """Return the build arguments."""
        return dict(self.use.args) if self.use is not None else {}


def builds_of(dockerfile: Dockerfile, uses: Iterable[Use]) -> tuple[Build, ...]:
    """Return the builds of the last stage, one for each base image that they are made from.

    A build without arguments is the first, unless FROM needs some and a use gives them.
    """
    stage = dockerfile.stages[-1]
    plain = Build(base_text(dockerfile, stage))
    if not dockerfile.meta_args or "$" not in stage.base:
        return (plain,)
    found = [
        Build(base_text(dockerfile, stage, dict(use.args)), use)
        for use in uses
        if use.target.lower() in ("", (stage.name or "").lower())
    ]
    known = [build for build in (plain, *found) if not is_unknown(stage.base, build.base)]
    return tuple({build.base: build for build in reversed(known)}.values())[::-1] or (plain,)


def use_decision(build: Build) -> Decision | None:
    """Return the decision that takes FROM's build arguments from a use; None for a build without one."""
    if build.use is None:
        return None
    given = " ".join(f"{name}={value}" for name, value in build.use.args)
    evidence = Evidence(build.use.file, build.use.line, f"{build.use.name} builds with {given}")
    return Decision("D22", f"the base image is {build.base}", (evidence,), Confidence.HIGH, Applicability.SAFE)


def use_conflict(dockerfile: Dockerfile, builds: Sequence[Build]) -> Blocker:
    """Return why a file is refused whose builds need different rewrites."""
    says = [
        f"{build.use.file}:{build.use.line}: {build.use.name} builds from {build.base}"
        if build.use is not None
        else f"without arguments it is built from {build.base}"
        for build in builds[:2]
    ]
    message = f"its builds have different base images, and one rewrite does not suit both: {'; '.join(says)}"
    hint = "give every build the same base image, or take a file for each"
    return Blocker("D22", dockerfile.stages[-1].from_.line, message, hint)


def agreed_arguments(uses: Iterable[Use]) -> dict[str, str]:
    """Return the build arguments to which no two uses give different values."""
    values: dict[str, set[str]] = {}
    for use in uses:
        for name, value in use.args:
            values.setdefault(name, set()).add(value)
    return {name: next(iter(found)) for name, found in values.items() if len(found) == 1}


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
    return use.command[0].startswith("-") or (program in _copied(plan) and not program.endswith(".sh"))


def _can_run(plan: RewritePlan, program: str) -> bool:
    image = resolve_image(plan.runtime_base)
    name = posixpath.basename(program)
    if image is None or name in image.programs:
        return True
    words = {posixpath.basename(word.strip('[],"')) for line in plan.runtime for word in line.text.split()}
    return name in words or _may_bring(plan, program, image)


def _may_bring(plan: RewritePlan, program: str, new: BaseImage) -> bool:
    """Tell whether a program may lie in what is copied: by its path, or in a directory of PATH that the old base's own
    programs are not in, as the environment that packages were installed into."""
    copied = _copied(plan)
    if "/" in program:
        return below(absolute(program, _workdir(plan, new)), copied)
    old = resolve_image(plan.builder_base)
    settings = (word for line in plan.runtime if line.text.startswith("ENV ") for word in _PATH.findall(line.text))
    return (old is None or program not in old.programs) and any(below(word, copied) for word in settings)


def _workdir(plan: RewritePlan, new: BaseImage) -> str:
    workdir = new.workdir
    for line in plan.runtime:
        if line.text.startswith("WORKDIR "):
            workdir = absolute(unescape(line.text.split(None, 1)[1].strip("\"'")), workdir)
    return workdir


def _copied(plan: RewritePlan) -> list[str]:
    """Return what the runtime stage takes from the builder."""
    return [path for line in plan.runtime if line.section == "artifacts" for path in copied_paths(line)]


def _hidden(plan: RewritePlan, mount: str) -> str:
    """Return the first artifact that lies below a mount, "" for none."""
    return next((path for path in _copied(plan) if f"{path}/".startswith(f"{mount.rstrip('/')}/")), "")
