"""Directories of the build alone: a front end beside its server, of which at most the output is read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerslim_rewrite.analysis.effects import Writes
from dockerslim_rewrite.analysis.paths import absolute, below
from dockerslim_rewrite.languages.node.listing import top_name
from dockerslim_rewrite.languages.node.study import Study

_LOCAL = ("file", "link", "portal")


def read_alone(study: Study, root: str, named: frozenset[str]) -> tuple[str, ...] | None:
    """Return the build's outputs that are all that is read of a root, () for nothing; None where that is not proven.
    `named` are the names in it that the start command and its scripts name."""
    reached, launch = study.reached, study.launch
    doubtful = reached.doubts or reached.everything or launch.unknown or study.missing or study.workspaces
    outputs = [output.path for output in study.outputs.found if below(output.path, (root,))]
    held = {top_name(path, root) for path in outputs}
    held.update(study.project.context.list_dir(study.project.files.to_context(root) or ""))
    if doubtful or named & held or not study.project.context.known or _is_used(study, root) or _is_linked(study, root):
        return None
    name, read = posixpath.basename(root), []
    for _, use in reached.uses:
        parts = use.path.path.split("/")
        if name in parts:
            target = posixpath.join(root, *parts[parts.index(name) + 1 :])
            found = [path for path in outputs if below(target, (path,))]
            if not found:
                return None
            read += found
        elif ".." in parts and not "".join(parts).strip("."):
            return None  # a directory around it
    return tuple(dict.fromkeys(read)) if read or name not in reached.mentions else None


def _is_used(study: Study, root: str) -> bool:
    """Tell whether something starts, is served or is installed for the program there."""
    launch, install = study.launch, study.install
    places = [path for path, _ in (*launch.entries, *launch.served)]
    if launch.services or not launch.is_static_server:
        places += [study.project.facts.contract.workdir, *(leaf.cwd for leaf in launch.leaves)]
        places += [install.directory] if install is not None else []
    return any(below(place, (root,)) or below(root, (place,)) for place in places)


def local_dependencies(study: Study) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each dependency on a path, the directory that it is installed for, and the absolute path."""
    for install in study.build.installs:
        for name, wanted in install.manifest.production.items() if install.manifest is not None else ():
            kind, colon, target = wanted.partition(":")
            if colon and kind in _LOCAL:
                yield name, install.directory, posixpath.normpath(posixpath.join(install.directory, target))


def _is_linked(study: Study, root: str) -> bool:
    """Tell whether a dependency or a symbolic link from outside leads there."""
    effects = (effect for command in study.project.effects for effect in command.effects)
    links = [effect for effect in effects if isinstance(effect, Writes) and effect.what == "link"]
    leads = [(place, path) for _, place, path in local_dependencies(study)]
    leads += [(path, absolute(link.target, posixpath.dirname(path))) for link in links for path in link.paths]
    return any(below(target, (root,)) and not below(place, (root,)) for place, target in leads)
