"""The Pythons that uv downloads: the environments that it makes of one lead to it by links.

Source: https://docs.astral.sh/uv/concepts/python-versions/, https://docs.astral.sh/uv/reference/environment/
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from dockerslim_rewrite.analysis.model import Confidence
from dockerslim_rewrite.analysis.paths import upwards
from dockerslim_rewrite.analysis.words import option_values
from dockerslim_rewrite.knowledge.python_packages import names
from dockerslim_rewrite.languages.model import RANK_DEPENDENCIES, Artifact, Project, Suggestion
from dockerslim_rewrite.languages.python.build import Run, is_set
from dockerslim_rewrite.languages.python.layout import kept_in_any_case
from dockerslim_rewrite.languages.python.requirements import read_table
from dockerslim_rewrite.patterns import pattern

_RELEASE = pattern(r"(?:cpython|python|cp)?[@-]?(\d+(?:\.\d+)*)?")


def managed_pythons(project: Project, uses: Iterable[Run]) -> Iterator[Suggestion]:
    """Carry the place of uv's own Pythons where one of its commands may fill it. `uses` are its commands."""
    places: dict[str, Run] = {}
    for use in uses:
        if _may_download(project, use):
            places.setdefault(_place(use), use)
    for path, use in places.items():
        artifact = Artifact(path, True, RANK_DEPENDENCIES, "uv may have put a Python of its own there")
        yield from kept_in_any_case("P04", artifact, use.evidence, use.step, Confidence.MEDIUM)


def _may_download(project: Project, use: Run) -> bool:
    command = _command(use)
    if command == "python":
        return "install" in use.words
    if not command or not names("uv", "system_options").isdisjoint(use.words):
        return False
    if use.env.get("UV_PYTHON_DOWNLOADS") in names("uv", "no_downloads") or is_set(use.env, "UV_NO_MANAGED_PYTHON"):
        return False
    if not names("uv", "managed_options").isdisjoint(use.words) or is_set(use.env, "UV_MANAGED_PYTHON"):
        return True
    if use.env.get("UV_PYTHON_PREFERENCE") == "only-managed":
        return True
    if not project.context.known and not _stated(use):
        return True
    base = project.facts.base
    version = ".".join(base.version.split(".")[:2]) if base is not None and base.version else ""
    return not all(_is_met(request, version) for request in _requests(project, use))


def _requests(project: Project, use: Run) -> Iterator[str]:
    """Yield the Pythons that are asked for: by the command, or by the project."""
    if stated := _stated(use):
        yield stated
        return
    if (pins := _nearest(project, use, ".python-version")) is not None:
        lines = (line.strip() for line in (project.context.read_text(pins) or "").splitlines())
        yield from [line for line in lines if line and not line.startswith("#")][:1]
    if (manifest := _nearest(project, use, "pyproject.toml")) is not None:
        yield str(read_table(project.context, manifest, "project").get("requires-python", ""))


def _nearest(project: Project, use: Run, name: str) -> str | None:
    """Return the context path of a file where a command runs, or in the first directory above that has it."""
    places = (posixpath.join(folder, name) for folder in upwards(use.cwd))
    found = (project.files.to_context(place, before=use.step) for place in places)
    return next((path for path in found if path is not None), None)


def _command(use: Run) -> str:
    return next((word for word in use.words if word == "python" or word in names("uv", "makes")), "")


def _stated(use: Run) -> str:
    """Return the Python that the command asks for, before what `uv run` starts, or the environment does."""
    words = use.words
    if _command(use) == "run":
        start = words.index("run") + 1
        program = next((at for at in range(start, len(words)) if not words[at].startswith("-")), len(words))
        words = words[: program + 1]
    return next(option_values(words, ("-p", "--python")), "") or use.env.get("UV_PYTHON", "")


def _is_met(request: str, version: str) -> bool:
    """Tell whether a Python of a release (`3.12`, "" when it is not known) is surely what is asked for."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # few projects need it

    if not request or "/" in request:
        return True  # nothing is asked for, or an interpreter of the image
    if (match := _RELEASE.fullmatch(request)) is not None:
        return match[1] is None or f"{version}.".startswith(f"{match[1]}.")
    try:
        wanted = SpecifierSet(request)
    except InvalidSpecifier:
        return False
    return bool(version) and all(wanted.contains(f"{version}.{patch}") for patch in (0, 999))


def _place(use: Run) -> str:
    data = use.env.get("XDG_DATA_HOME") or posixpath.join(use.home, ".local/share")
    place = next(option_values(use.words, ("-i", "--install-dir")), "") or use.env.get("UV_PYTHON_INSTALL_DIR")
    return posixpath.normpath(posixpath.join(use.cwd, place or posixpath.join(data, "uv/python")))
