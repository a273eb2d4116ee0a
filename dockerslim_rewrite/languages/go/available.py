"""Which programs the original image can have: what it never had is no need of the rewritten one."""

from __future__ import annotations

import posixpath

from dockerslim_rewrite.analysis.effects import InstallsPackages
from dockerslim_rewrite.knowledge.packages import os_package
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.shell.model import SimpleCommand


class Available:
    """Answers for one stage. A program for another system (`open`, `xdg-open`, `rundll32`) is started in a branch that
    this image cannot take: it is neither in the base nor does a package or a word of any instruction bring it."""

    def __init__(self, project: Project) -> None:
        self._base = project.facts.base
        self._words: set[str] = set()
        self._installed: set[str] = set()
        self._unlisted = False
        for step in project.facts.steps:
            text = step.instruction.value if step.script is None else " ".join(self._script_words(step.script.simple))
            self._words.update(posixpath.basename(word.strip("\"'[],")) for word in text.split())
            self._unlisted |= step.script is not None and bool(step.script.opaque)
        for command in project.effects:
            for effect in command.effects:
                if isinstance(effect, InstallsPackages):
                    self._install(effect)

    @staticmethod
    def _script_words(commands: tuple[SimpleCommand, ...]) -> list[str]:
        return [word.value or word.text for command in commands for word in command.words]

    def _install(self, effect: InstallsPackages) -> None:
        self._unlisted |= not effect.complete
        for name in effect.packages:
            known = os_package(name, "alpine" if effect.manager == "apk" else "debian")
            if known is None or known.role == "unknown":
                self._unlisted = True
            else:
                self._installed.update(known.provides)

    def in_system(self, program: str) -> bool:
        """Tell whether the base or a package may bring a program; True whenever something is not known."""
        name = posixpath.basename(program)
        return self._base is None or self._unlisted or name in self._base.programs or name in self._installed

    def may_have(self, program: str) -> bool:
        """Tell whether a program may be there; True whenever something is not known."""
        name = posixpath.basename(program)
        return self.in_system(program) or any(name in word for word in self._words)
