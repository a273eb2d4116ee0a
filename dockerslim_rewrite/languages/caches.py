"""Cache mounts on RUN instructions: what a package manager downloads stays with the builder, outside of every layer."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from dockerslim_rewrite.analysis.model import StageFacts, Step
from dockerslim_rewrite.languages.model import Artifact, InsertText, Suggestion
from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.model import SimpleCommand

_REMOVERS = frozenset({"rm", "rmdir", "mv", "find"})  # a mount point cannot be removed or renamed
_UNFIT_FLAGS = frozenset({"network", "security"})
_GLOB = pattern(r"[*?\[]")


def builds_as_root(facts: StageFacts) -> bool:
    """Tell whether every RUN of a stage is root's, with the network: a mount point in a layer belongs to root."""
    runs = [step for step in facts.steps if step.instruction.keyword == "RUN"]
    return all(
        step.before.is_root and not any(flag.name in _UNFIT_FLAGS for flag in step.instruction.flags) for step in runs
    )


def home(env: Mapping[str, str | None]) -> str:
    """Return root's home directory as programs see it."""
    return env.get("HOME") or "/root"


def mount_flags(targets: Iterable[str], instruction_flags: str = "", sharing: str = "") -> str:
    """Return the flags for the targets that an instruction does not mount yet, each with a blank in front."""
    more = f",sharing={sharing}" if sharing else ""
    return "".join(f" --mount=type=cache,target={path}{more}" for path in targets if path not in instruction_flags)


def mount_on(step: Step, targets: Iterable[str], sharing: str = "") -> InsertText | None:
    """Return the insertion that mounts caches for a RUN, or None when it has them all."""
    instruction = step.instruction
    own = " ".join(f"{flag.value}" for flag in instruction.flags if flag.name == "mount")
    text = mount_flags(targets, own, sharing)
    return InsertText(step.index, instruction.keyword_span.end, text) if text else None


def is_disturbed(facts: StageFacts, target: str, names: Iterable[str]) -> bool:
    """Tell whether the stage itself looks into a cache directory, removes it or a directory around it, or may do so.

    `names` are words by which instructions may speak of the directory without its path.
    """
    words = tuple(names)
    return any(
        any(word in step.instruction.value for word in words)
        or any(word in heredoc.content for heredoc in step.instruction.heredocs for word in words)
        or (step.script is not None and any(_reaches(command, target) for command in step.script.simple))
        for step in facts.steps
    )


def _reaches(command: SimpleCommand, target: str) -> bool:
    removes = posixpath.basename(command.name or "") in _REMOVERS
    for word in command.words[1:]:
        if word.value is None or command.cwd is None:
            if removes:
                return True
            continue
        plain = _GLOB.split(word.value, maxsplit=1)[0] if word.glob else word.value
        path = posixpath.normpath(posixpath.join(command.cwd, plain))
        around = target == path or target.startswith(path.rstrip("/") + "/") or (word.glob and target.startswith(path))
        if path.startswith(target + "/") or (removes and around) or path == target:
            return True
    return False


def is_carried(suggestions: Iterable[Suggestion], target: str) -> bool:
    """Tell whether the runtime gets something of a cache directory, or a directory around it."""
    paths = (item.effect.path.rstrip("/") for item in suggestions if isinstance(item.effect, Artifact))
    return any(f"{path}/".startswith(f"{target}/") or f"{target}/".startswith(f"{path}/") for path in paths)
