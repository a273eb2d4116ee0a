"""What Node's package managers leave in the image when the author's installs are done."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.analysis.model import Step
from dockerslim_rewrite.languages.leftovers import find_leftovers
from dockerslim_rewrite.languages.model import Dropped
from dockerslim_rewrite.languages.node.build import Install
from dockerslim_rewrite.languages.node.commands import read_package_command
from dockerslim_rewrite.languages.node.study import Study
from dockerslim_rewrite.shell.model import SimpleCommand


def left_caches(facts: Study) -> Iterator[Dropped]:
    """Yield what is left."""
    project = facts.project
    asking = {item.step for item in facts.build.installs if _downloads(item) or not project.context.known}

    def fills(step: Step, command: SimpleCommand) -> str:
        package = read_package_command(command.argv, command.cwd)
        if package is None or package.kind not in ("install", "global") or "rebuild" in command.argv:
            return ""
        if (package.manager == "yarn" and not _is_classic(facts)) or (
            package.manager == "pnpm" and facts.lock is not None
        ):
            return ""
        return package.manager if package.kind == "global" or step.index in asking else ""

    yield from find_leftovers(project, project.effects, fills)


def _downloads(install: Install) -> bool:
    """Tell whether an install asks for anything."""
    manifest = install.manifest
    if install.command.arguments or manifest is None:
        return bool(install.command.arguments)
    return bool(manifest.production or (manifest.dev_dependencies and not install.production) or manifest.workspaces)


def _is_classic(facts: Study) -> bool:
    """Tell whether yarn is the image's own yarn 1; later ones keep their cache elsewhere."""
    manifests = [item.manifest for item in facts.build.installs if item.manifest is not None]
    stated = [item.package_manager for item in manifests if item.package_manager]
    files = facts.project.files
    berry = any(files.to_context(f"{item.directory}/.yarnrc.yml") is not None for item in facts.build.installs)
    return not berry and all(text.startswith("yarn@1") for text in stated)
