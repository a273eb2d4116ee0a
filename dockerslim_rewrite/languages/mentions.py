"""What may be a path in the texts that run when a container starts: tests, redirections and globs of shells."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.patterns import pattern

_WORD = pattern(r"[\w./@+-]+")


def mentioned_words(project: Project) -> Iterator[tuple[str, Evidence]]:
    """Yield the words of start scripts, comments left out, and of CMD, ENTRYPOINT and HEALTHCHECK where a shell reads
    them: a word of the exec form is an argument, which the processes have, or the text of a shell."""
    for flow in project.flows:
        for script in flow.scripts:
            source = project.files.to_context(script)
            text = project.context.read_text(source) if source is not None else None
            for number, line in enumerate((text or "").splitlines(), 1):
                evidence = Evidence(source or script, number, line.strip()[:80])
                for word in _WORD.findall(line if not line.lstrip().startswith("#") else ""):
                    yield word, evidence
    for step in project.facts.steps:
        instruction = step.instruction
        if instruction.keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            evidence = Evidence("Dockerfile", instruction.line, f"{instruction.keyword} {instruction.value}"[:80])
            texts = [word for word in instruction.exec_form or (instruction.value,) if " " in word]
            for word in _WORD.findall(" ".join(texts)):
                yield word, evidence
