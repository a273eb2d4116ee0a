"""Directories of the build alone: a front end beside its server, of which at most the output is read."""

from __future__ import annotations

import posixpath

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
    if not serves_alone(study):
        places += [study.project.facts.contract.workdir, *(leaf.cwd for leaf in launch.leaves)]
        places += [install.directory] if install is not None else []
    return any(below(place, (root,)) or below(root, (place,)) for place in places)


def serves_alone(study: Study) -> bool:
    """Tell whether all that runs is a static server, which reads the directories that it is given and nothing else."""
    launch = study.launch
    other = launch.entries or launch.frameworks or launch.unknown or launch.managers or launch.services
    return bool(launch.served) and not other


def _is_linked(study: Study, root: str) -> bool:
    """Tell whether a dependency or a symbolic link leads there."""
    for install in study.build.installs:
        for wanted in (install.manifest.production if install.manifest is not None else {}).values():
            kind, _, target = wanted.partition(":")
            if kind in _LOCAL and below(absolute(target, install.directory), (root,)):
                return not below(install.directory, (root,))
    for command in study.project.effects:
        for effect in command.effects:
            if isinstance(effect, Writes) and effect.what == "link":
                for path in effect.paths:
                    if below(absolute(effect.target, posixpath.dirname(path)), (root,)) and not below(path, (root,)):
                        return True
    return False
