"""What Python's package managers leave in the image when the author's installs are done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from dockerslim_rewrite.analysis.effects import CommandEffect
from dockerslim_rewrite.analysis.model import Step
from dockerslim_rewrite.knowledge.python_packages import names
from dockerslim_rewrite.languages.leftovers import find_leftovers
from dockerslim_rewrite.languages.model import Dropped, Project
from dockerslim_rewrite.languages.python.build import BuildFacts
from dockerslim_rewrite.languages.python.commands import PythonCommand, read_command
from dockerslim_rewrite.languages.python.environment import Environment
from dockerslim_rewrite.languages.python.requirements import read_requirement
from dockerslim_rewrite.shell.model import SimpleCommand

_SAME = {"uv pip": "uv"}


def left_caches(
    project: Project, build: BuildFacts, effects: Iterable[CommandEffect], environment: Environment
) -> Iterator[Dropped]:
    """Yield what is left. Python's prefix, copied as a whole, is larger than any of it: then nothing weighs."""
    asking = {item.step for item in build.installs if item.asked or not project.context.known}

    def fills(step: Step, command: SimpleCommand) -> str:
        python = read_command(command.argv) if step.index in asking else None
        if python is None or python.kind != "install" or _is_light(python):
            return ""
        return _SAME.get(python.tool, python.tool)

    for item in find_leftovers(project, effects, fills):
        yield replace(item, weighs=item.weighs and environment.treatment != "prefix")


def _is_light(command: PythonCommand) -> bool:
    """Tell whether nothing is installed but tools whose download weighs nothing beside an image."""
    light = names("tools", "light")
    found = [read_requirement(text) for text in command.operands]
    return bool(found) and not command.files and all(each and light.issuperset(each) for each in found)
