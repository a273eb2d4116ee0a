"""What is fuzzed: each function takes any text, and raises when a promise is broken."""

from __future__ import annotations

from dockerslim_rewrite.outcome import InvalidDockerfile, Rewritten, Unchanged
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.text import report_text
from dockerslim_rewrite.shell.parse import parse_instruction, parse_script, unwrap
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from tests.support import MemoryContext


def parser(text: str) -> None:
    """Parse a Dockerfile: nothing is raised, nothing is lost, and every RUN is read."""
    dockerfile = parse_dockerfile(text)
    assert dockerfile.code == text, "round trip"
    for item in dockerfile.instructions:
        assert 0 <= item.span.start <= item.span.end <= len(text), "span"
        parse_instruction(item, variables={}, workdir="/", shell=("/bin/sh", "-c"))


def shell(text: str) -> None:
    """Read a script: nothing is raised, and spans lie inside the text."""
    script = parse_script(text, variables={"X": "a b"}, workdir="/")
    for command in script.commands:
        assert 0 <= command.span.start <= command.span.end <= len(text), "span"
    for simple in script.simple:
        unwrap(simple)


def pipeline(text: str) -> None:
    """Rewrite a Dockerfile with the files that follow it (`NUL path NUL text`). What is emitted is final."""
    dockerfile, *rest = text.split("\0")
    files = {path: content for path, content in zip(rest[::2], rest[1::2], strict=False) if _is_plain(path)}
    context = MemoryContext(files)
    try:
        outcome = rewrite(dockerfile, context, Options(unsafe=len(text) % 2 == 0, optimize=len(text) % 3 == 0))
    except InvalidDockerfile:
        return
    report = report_text("Dockerfile", outcome)
    assert printable(report) == report, "raw control characters in the report"
    if isinstance(outcome, Rewritten):
        assert isinstance(rewrite(outcome.text, context), Unchanged), "not final"


def _is_plain(path: str) -> bool:
    return bool(path) and not path.startswith(("/", "..")) and "//" not in path and path.isprintable()
