"""Runtime bases for a Go program, from the smallest."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.knowledge.images import DistrolessImage, debian_slim, default_alpine, distroless_images
from dockerslim_rewrite.knowledge.releases import debian_order, living_release
from dockerslim_rewrite.languages.model import Project, RuntimeOption

FALLBACK_RELEASE = "bookworm"


def runtime_options(project: Project) -> tuple[RuntimeOption, ...]:
    """Return the bases that a Go program may run on; the planner compares them with its needs."""
    base = project.facts.base
    release = base.release if base is not None and base.distro == "debian" else ""
    options = list(_distroless("static", release, "a static binary needs no C library and no shell"))
    options.append(
        RuntimeOption(_alpine(project), "alpine", why="a shell or packages are needed and nothing needs glibc")
    )
    options += _distroless("base", release, "the binary is linked with glibc and needs no shell")
    options += _distroless("cc", release, "the binary is linked with glibc and may need the C++ library")
    if slim := debian_slim(living_release(release or FALLBACK_RELEASE)):
        options.append(RuntimeOption(slim, "slim", why="glibc, and a shell or packages, are needed"))
    options.append(RuntimeOption(project.facts.base_text, "same", why="the author's own base"))
    return (*options, RuntimeOption("scratch", "scratch", why="asked for with --runtime scratch"))


def _alpine(project: Project) -> str:
    """Return the builder's own Alpine release when its tag states one."""
    base = project.facts.base
    if base is not None and base.distro == "alpine" and base.release_stated and base.release:
        return f"alpine:{base.release}"
    return default_alpine()


def _distroless(kind: str, release: str, why: str) -> Iterator[RuntimeOption]:
    """Yield the image of the builder's release, or of the nearest later one: glibc runs what an older one linked."""
    images = [image for image in distroless_images(kind) if not image.retired]
    later = [image for image in images if debian_order(image.release) >= debian_order(release)]
    chosen: DistrolessImage | None = min(later, key=lambda image: debian_order(image.release), default=None)
    if chosen is not None:
        yield RuntimeOption(chosen.repository, "distroless", why=why)
