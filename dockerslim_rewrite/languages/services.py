"""What compose services that run the image with another command need of its runtime stage (D22)."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.analysis.start import Service
from dockerslim_rewrite.languages.model import RANK_CODE, Artifact, NeedProgram, NeedShell, Suggestion


def service_needs(service: Service) -> Iterator[Suggestion]:
    """Yield the shell, the interpreters and the scripts; what its processes need is the language's to say."""
    text, evidence = service.evidence.text, (service.evidence,)
    for path in service.start.scripts:
        artifact = Artifact(path, False, RANK_CODE, f"compose's {text}")
        yield Suggestion("D22", f"{path}: compose's {text}", artifact, evidence)
    if service.start.shell is not None:
        yield Suggestion("D22", f"compose's {text} through a shell", NeedShell(), evidence)
    for interpreter in service.start.interpreters:
        yield Suggestion("D22", f"compose's {text} with {interpreter}", NeedProgram(interpreter), evidence)
