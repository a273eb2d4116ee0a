"""Runtime bases for a Python application, from the smallest."""

from __future__ import annotations

from dockerslim_rewrite.knowledge.model import BaseImage
from dockerslim_rewrite.languages.model import Project, RuntimeOption, Style

SLIM_WHY = "the same Python, Debian release and C library without compilers and headers"


def runtime_options(project: Project) -> tuple[RuntimeOption, ...]:
    """Return the bases that hold the builder's Python: its slim variant, then the author's own base."""
    base = project.facts.base
    text = project.facts.base_text
    same = RuntimeOption(text, "same", why="the author's own base")
    if base is None or base.family != "python" or base.ref.digest:
        return (same,)
    if base.variant in ("slim", "alpine"):
        style: Style = "alpine" if base.variant == "alpine" else "slim"
        return (RuntimeOption(text, style, why="the author's own base, without what only builds"), same)
    if base.distro != "debian":
        return (same,)
    return (RuntimeOption(slim_tag(base), "slim", why=SLIM_WHY), same)


def slim_tag(base: BaseImage) -> str:
    """Return the author's image in its slim variant: `3.12-bookworm` is `3.12-slim-bookworm`, no tag is `slim`."""
    words = [word for word in (base.ref.tag or "").split("-") if word not in ("latest", "")]
    release = [word for word in words if word == base.release]
    version = [word for word in words if word != base.release]
    name = base.ref.text.removesuffix(f":{base.ref.tag}") if base.ref.tag else base.ref.text
    return f"{name}:{'-'.join([*version, 'slim', *release])}"
