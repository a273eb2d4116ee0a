"""The Pythons that uv downloads: the environments that it makes of one lead to it by links.

Source: https://docs.astral.sh/uv/concepts/python-versions/, https://docs.astral.sh/uv/reference/environment/
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator, Mapping

from dockerslim_rewrite.analysis.model import Confidence
from dockerslim_rewrite.analysis.paths import upwards
from dockerslim_rewrite.knowledge.python_packages import names
from dockerslim_rewrite.languages.model import RANK_DEPENDENCIES, AppendInstruction, Artifact, Project, Suggestion
from dockerslim_rewrite.languages.python.build import Run
from dockerslim_rewrite.languages.python.requirements import read_table
from dockerslim_rewrite.patterns import pattern

_RELEASE = pattern(r"(?:cpython|python|cp)?[@-]?(\d+(?:\.\d+)*)?")
_YES = frozenset({"1", "true", "yes", "on"})


def managed_pythons(project: Project, uses: Iterable[Run]) -> Iterator[Suggestion]:
    """Carry the place of uv's own Pythons where one of its commands may fill it. `uses` are its commands."""
    places: dict[str, Run] = {}
    for use in uses:
        if _may_download(project, use):
            places.setdefault(_place(use), use)
    for path, use in places.items():
        artifact = Artifact(path, True, RANK_DEPENDENCIES, "uv may have put a Python of its own there")
        yield Suggestion("P04", f"{path}: {artifact.needed_by}", artifact, (use.evidence,), Confidence.MEDIUM)
        make = AppendInstruction(use.step, f"RUN mkdir -p {shlex.quote(path)}")
        yield Suggestion("P04", f"{path} exists in any case", make, (use.evidence,))


def _may_download(project: Project, use: Run) -> bool:
    command = next((word for word in use.words if word == "python" or word in names("uv", "makes")), "")
    if command == "python":
        return "install" in use.words
    if not command or not names("uv", "system_options").isdisjoint(use.words):
        return False
    if use.env.get("UV_PYTHON_DOWNLOADS", "") in names("uv", "no_downloads") or _is_set(
        use.env, "UV_NO_MANAGED_PYTHON"
    ):
        return False
    if not names("uv", "managed_options").isdisjoint(use.words) or _is_set(use.env, "UV_MANAGED_PYTHON"):
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
    for folder in upwards(use.cwd):
        pins = project.files.to_context(posixpath.join(folder, ".python-version"), before=use.step)
        if pins is not None:
            lines = (line.strip() for line in (project.context.read_text(pins) or "").splitlines())
            yield from [line for line in lines if line and not line.startswith("#")][:1]
            break
    for folder in upwards(use.cwd):
        manifest = project.files.to_context(posixpath.join(folder, "pyproject.toml"), before=use.step)
        if manifest is not None:
            yield str(read_table(project.context, manifest, "project").get("requires-python", ""))
            break


def _stated(use: Run) -> str:
    return _option(use.words) or use.env.get("UV_PYTHON", "")


def _option(words: Iterable[str]) -> str:
    """Return the value of `--python`, which stands before what `uv run` starts."""
    rest = iter(words)
    seen = ""
    for word in rest:
        if word in ("-p", "--python"):
            return next(rest, "")
        if word.startswith("--python="):
            return word.partition("=")[2]
        if not word.startswith("-"):
            if seen == "run":
                break
            seen = word
    return ""


def _is_met(request: str, version: str) -> bool:
    """Tell whether a Python of a release (`3.12`, "" when it is not known) is surely what is asked for."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # few projects need it

    if not request or "/" in request:
        return True  # nothing is asked for, or an interpreter of the image
    if (match := _RELEASE.fullmatch(request)) is not None:
        return f"{version}.".startswith(f"{match[1] or ''}.") or match[1] is None
    try:
        wanted = SpecifierSet(request)
    except InvalidSpecifier:
        return False
    return bool(version) and all(wanted.contains(f"{version}.{patch}") for patch in (0, 999))


def _place(use: Run) -> str:
    data = use.env.get("XDG_DATA_HOME") or posixpath.join(use.home, ".local/share")
    words = dict(zip(use.words, use.words[1:], strict=False))
    place = words.get("--install-dir") or words.get("-i") or use.env.get("UV_PYTHON_INSTALL_DIR")
    return posixpath.normpath(posixpath.join(use.cwd, place or posixpath.join(data, "uv/python")))


def _is_set(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").lower() in _YES
