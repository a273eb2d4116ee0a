"""Runtime bases for a Node application, from the smallest, and how each one starts it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerslim_rewrite.knowledge.images import DistrolessImage, published_distroless_node
from dockerslim_rewrite.knowledge.model import BaseImage
from dockerslim_rewrite.knowledge.releases import debian_order
from dockerslim_rewrite.languages.model import Project, ReplaceStart, RuntimeOption
from dockerslim_rewrite.languages.node.launch import NODE, Launch

DISTROLESS_NODE = "/nodejs/bin/node"


def runtime_options(project: Project, launch: Launch) -> tuple[RuntimeOption, ...]:
    """Return the bases that offer the builder's Node, smallest first; the planner compares them with the needs."""
    base = project.facts.base
    text = project.facts.base_text
    same = RuntimeOption(text, "same", why="the author's own base")
    if base is None or base.family != "node" or base.ref.digest or base.variant not in ("", "slim"):
        return (same,)
    options = list(_distroless(project, base, launch))
    options.append(RuntimeOption(_tag(base, "alpine"), "alpine", why="no compiled code is tied to another C library"))
    if base.variant == "":
        options.append(RuntimeOption(_tag(base, "slim"), "slim", why="the same Node and C library without build tools"))
    return (*options, same)


def _tag(base: BaseImage, variant: str) -> str:
    """Return the author's image with another variant; the version keeps its precision, and a release its name."""
    words = [word for word in (base.ref.tag or "").split("-") if word not in ("slim", "latest", "")]
    if variant == "alpine":
        words = [word for word in words if word != base.release]
    elif base.release_stated and base.release not in words:
        words.append(base.release)
    name = base.ref.text.split("@", 1)[0]
    if base.ref.tag:
        name = name.removesuffix(f":{base.ref.tag}")
    return f"{name}:{'-'.join([*words, variant])}"


def _distroless(project: Project, base: BaseImage, launch: Launch) -> Iterator[RuntimeOption]:
    """Offer distroless when the tag states the major alone (there are no finer tags) and node is started plainly."""
    start = distroless_start(project)
    if start is None or launch.managers or len(project.start.processes) != 1 or project.start.shell is not None:
        return
    if base.version != str(base.major) or base.major is None:
        return
    image = _image(base, base.major)
    if image is not None:
        why = "it starts node alone and needs no shell"
        if image.retired:
            why += f"; its last build was on {image.retired}, as node {base.major} gets no more updates"
        yield RuntimeOption(image.repository, "distroless", start, why)


def _image(base: BaseImage, major: int) -> DistrolessImage | None:
    """Return the distroless image of a major: on the builder's Debian release, or a later one when the tag names none.

    One that is built no more is taken only when none of its major is, and when it was among the last that were: then
    the builder's own image rests as well.
    """
    images = [image for (number, _), image in published_distroless_node().items() if number == major]
    alive = [image for image in images if not image.retired]
    last_year = max((image.retired for image in images), default="")[:4]
    for image in alive or [image for image in images if image.retired.startswith(last_year)]:
        if image.release == base.release:
            return image
    if base.release_stated or not alive:
        return None
    later = [image for image in alive if debian_order(image.release) >= debian_order(base.release)]
    return later[-1] if later else None


def distroless_start(project: Project) -> ReplaceStart | None:
    """Return ENTRYPOINT and CMD for a base whose own ENTRYPOINT is node, or None when node is not started plainly."""
    contract = project.facts.contract
    entrypoint, cmd = contract.entrypoint, contract.cmd
    if (cmd is not None and cmd.shell is not None) or (entrypoint is not None and entrypoint.shell is not None):
        return None
    if entrypoint is not None and entrypoint.step is not None:
        if not entrypoint.argv or posixpath.basename(entrypoint.argv[0]) not in NODE:
            return None
        return ReplaceStart((DISTROLESS_NODE, *entrypoint.argv[1:]), None)
    if cmd is None or cmd.step is None or not cmd.argv:
        return None
    if posixpath.basename(cmd.argv[0]) in NODE:
        return ReplaceStart(None, cmd.argv[1:]) if len(cmd.argv) > 1 else None
    if cmd.argv[0].startswith("-") or (
        cmd.argv[0].endswith((".js", ".mjs", ".cjs")) and not cmd.argv[0].startswith("/")
    ):
        return ReplaceStart(None, None)
    return None
