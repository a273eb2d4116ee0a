"""Which directories of the image are the application's: Python runs from its sources, so each is taken whole."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from dockerslim_rewrite.analysis.model import Confidence, Evidence
from dockerslim_rewrite.analysis.paths import below
from dockerslim_rewrite.knowledge.python_packages import downloads
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.model import RANK_ASSETS, RANK_CODE, Artifact, Project, Suggestion, make_directory
from dockerslim_rewrite.languages.python.build import BuildFacts, Run

_SYSTEM_ROOTS = (
    "/etc",
    "/usr/local",
    "/usr/lib",
    "/usr/bin",
    "/usr/share",
    "/bin",
    "/sbin",
    "/lib",
    "/var/lib",
    "/var/log",
    "/run",
)


def app_roots(project: Project, build: BuildFacts) -> tuple[str, ...]:
    """Return the outermost directories that steps work in, and copied trees that hold them or Python code.

    Directories of the system are none, and scratch space only where the program starts there.
    """
    final = project.facts.contract.workdir
    found = {step.before.workdir for step in project.facts.steps if step.instruction.keyword in ("RUN", "COPY", "ADD")}
    found |= {run.cwd for run in build.runs if project.files.is_directory(run.cwd)}
    for tree in project.files.trees:
        if tree.is_dir and (below(final, (tree.image_path,)) or _has_python(project, tree.context_path)):
            found.add(tree.image_path)
    roots = {path for path in found if _may_be_root(path, final)}
    return tuple(sorted(path for path in roots if not any(path != top and below(path, (top,)) for top in roots)))


def _may_be_root(path: str, final: str) -> bool:
    if path == "/" or below(path, _SYSTEM_ROOTS):
        return False
    return not below(path, system_paths("scratch")) or below(final, (path,))


def _has_python(project: Project, directory: str) -> bool:
    return any(name.endswith(".py") for name in project.context.list_dir(directory))


def root_artifacts(project: Project, roots: tuple[str, ...]) -> Iterator[Artifact]:
    """Yield each root, and the entries of trees that were copied to a directory of the base (`COPY . /`)."""
    for root in roots:
        yield Artifact(root, True, RANK_CODE, "the application directory")
    for tree in project.files.trees:
        if not tree.is_dir or tree.image_path not in system_paths("shared") or below(tree.image_path, roots):
            continue
        for name in project.context.list_dir(tree.context_path):
            path = posixpath.join(tree.image_path, name)
            is_dir = project.context.is_dir(posixpath.join(tree.context_path, name))
            if not is_dir or path not in system_paths("shared"):
                yield Artifact(path, is_dir, RANK_CODE, "copied beside the application")


def lost_tree(project: Project, roots: tuple[str, ...]) -> int:
    """Return the step that copies a context whose files are not known into a directory of the base, -1 for none."""
    if project.context.known:
        return -1
    for tree in project.files.trees:
        if tree.is_dir and tree.image_path in system_paths("shared") and not below(tree.image_path, roots):
            return tree.step
    return -1


def download_paths(project: Project, runs: Iterable[Run]) -> Iterator[tuple[Artifact, Run]]:
    """Yield where models and data are stored that a RUN downloads."""
    for run in runs:
        text = _text(project, run)
        for known in downloads():
            if not any(word in text for word in known.words):
                continue
            set_to = run.env.get(known.variable, "") if known.variable else ""
            path = set_to.split(":", 1)[0] or posixpath.join(run.home, known.path)
            if path.startswith("/"):
                yield Artifact(posixpath.normpath(path), True, RANK_ASSETS, "downloaded while the image is built"), run


def kept_in_any_case(
    code: str, artifact: Artifact, evidence: Evidence, after: int, confidence: Confidence = Confidence.HIGH
) -> Iterator[Suggestion]:
    """Carry a directory that a command may fill; it is made below the step `after` in case none does."""
    yield Suggestion(code, f"{artifact.path}: {artifact.needed_by}", artifact, (evidence,), confidence)
    make = make_directory(artifact.path, after)
    yield Suggestion(code, f"{artifact.path} exists in any case", make, (evidence,))


def _text(project: Project, run: Run) -> str:
    """Return the words of a command and the text of the script that it runs."""
    words = " ".join(run.words)
    script = next((word for word in run.words if word.endswith(".py")), "")
    path = (
        project.files.to_context(posixpath.normpath(posixpath.join(run.cwd, script)), before=run.step)
        if script
        else None
    )
    text = project.context.read_text(path) if path is not None else None
    if text is None and len(run.words) > 1 and run.words[0] == "-m":
        return words.replace("nltk.downloader", "nltk")
    return f"{words} {text or ''}"
