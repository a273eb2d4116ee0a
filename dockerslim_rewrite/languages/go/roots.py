"""The directories of the image that hold a program's sources, and what was copied with them."""

from __future__ import annotations

import posixpath

from dockerslim_rewrite.analysis.paths import strictly_below
from dockerslim_rewrite.languages.go.binary import Binary
from dockerslim_rewrite.languages.go.builds import BuildLog
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.model import Project


def source_roots(project: Project, tree: Tree, log: BuildLog, binaries: tuple[Binary, ...]) -> tuple[str, ...]:
    """Return the copied directories that hold the sources or the working directory, the outermost ones."""
    outputs = [binary.output for binary in binaries if binary.output is not None]
    places = {output.package for output in outputs if output.package}
    places |= {posixpath.dirname(file) for output in outputs for file in output.files}
    places |= {build.command.cwd for build in log.builds if build.command.cwd}
    places |= {posixpath.dirname(binary.path) for binary in binaries} | {project.facts.contract.workdir}
    places = {tree.resolve(place) for place in places}
    found = [copied.image_path for copied in tree.roots if copied.is_dir and _touches(copied.image_path, places)]
    # single files copied into the working directory (COPY main.go go.mod ./) make it a source directory as well; a
    # script beside a binary at the root of the image does not make the whole image one
    files = [posixpath.dirname(copied.image_path) for copied in tree.roots if not copied.is_dir]
    found += [folder for folder in files if folder in places and folder != "/"]
    return tuple(root for root in dict.fromkeys(found) if not any(strictly_below(root, other) for other in found))


def _touches(path: str, places: set[str]) -> bool:
    return any(strictly_below(place, path) or strictly_below(path, place) or path == place for place in places)
