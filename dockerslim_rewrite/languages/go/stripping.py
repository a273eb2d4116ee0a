"""Smaller binaries (O03): `-trimpath -ldflags="-s -w"` on the author's `go build`, where nothing needs what goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockerslim_rewrite.analysis.model import Step
from dockerslim_rewrite.knowledge.go_calls import reads_symbols, source_path_names, uses_source_paths
from dockerslim_rewrite.languages.go.binary import Binary
from dockerslim_rewrite.languages.go.builds import Build
from dockerslim_rewrite.languages.go.linking import Linker
from dockerslim_rewrite.languages.go.module import go_version
from dockerslim_rewrite.languages.go.outputs import Output
from dockerslim_rewrite.languages.model import InsertText, Project, Suggestion
from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.model import SimpleCommand, Word
from dockerslim_rewrite.shell.parse import unwrap

FIRST_TRIMPATH = (1, 13)  # Go 1.13 release notes
LINKER_FLAGS = "-s -w"
# a list of flags that begins with one, in quotes
_QUOTED_FLAGS = pattern(r"""["'](?=-)""")
_ASSIGNED_FLAGS = pattern(r"""--?ldflags=["'](?=-)""")


def strip_binaries(
    project: Project, linker: Linker, builds: Iterable[Build], binaries: Iterable[Binary]
) -> Iterator[Suggestion]:
    """Yield the flags for each command that builds a carried binary."""
    carried = {id(binary.build) for binary in binaries}
    groups: dict[tuple[int, int], list[Build]] = {}
    for build in builds:
        if build.insert is not None:
            groups.setdefault((build.step, build.insert), []).append(build)
    for (index, insert), group in groups.items():
        if any(id(build) in carried for build in group) and all(map(_is_plain, group)):
            command = _command_at(project.facts.steps[index], insert)
            if command is not None:
                yield from _edits(project, linker, group, command)


def _is_plain(build: Build) -> bool:
    command = build.command
    flags = set(command.flags) & {"buildmode", "gcflags", "race", "cover", "toolexec", "compiler", "linkshared"}
    executable = all(output.kind == "exe" for output in build.outputs)
    known = not command.uncertain and None not in command.operands and not command.env.get("GOFLAGS")
    return not build.via and command.verb in ("build", "install") and executable and known and not flags


def _command_at(step: Step, insert: int) -> SimpleCommand | None:
    """Return the go command that stands in a RUN itself, in shell form and not inside of another text."""
    for command in step.simple if not step.instruction.is_exec else ():
        inner = unwrap(command)
        if command.span.start == insert and inner.name == "go" and not command.depth and not command.in_substitution:
            return inner if "--" not in inner.argv and all(map(_is_exact, inner.words)) else None
    return None


def _is_exact(word: Word) -> bool:
    return word.span.end - word.span.start == len(word.text)


def _edits(project: Project, linker: Linker, group: list[Build], command: SimpleCommand) -> Iterator[Suggestion]:
    step, build = group[0].step, group[0]
    pairs = [(item, output) for item in group for output in item.outputs]
    packages = {name for item, output in pairs for name in _packages(linker, item, output)}
    trim = _may_trim(project, linker, pairs, packages)
    strip = not any(map(reads_symbols, packages))
    own = next((word for word in command.words if "ldflags" in word.text.split("=")[0]), None)
    text = " -trimpath" if trim and "trimpath" not in build.command.flags else ""
    if strip and own is None and "ldflags" not in build.command.flags:
        text += f' -ldflags="{LINKER_FLAGS}"'
    if text:
        end = command.words[build.command.operand_words - 1].span.end
        yield _suggestion(build, f"`{text.strip()}` makes the binary smaller", InsertText(step, end, text))
    at = _inside_flags(command, own) if strip and own is not None else None
    if at is not None:
        what = f"`{LINKER_FLAGS}` leaves symbol table and debug information out"
        yield _suggestion(build, what, InsertText(step, at, f"{LINKER_FLAGS} "))


def _suggestion(build: Build, what: str, effect: InsertText) -> Suggestion:
    return Suggestion("O03", what, effect, (build.evidence,))


def _packages(linker: Linker, build: Build, output: Output) -> set[str]:
    closure = linker.closure(build, output)
    return {*closure.packages, *closure.external, *closure.standard}


def _may_trim(project: Project, linker: Linker, pairs: list[tuple[Build, Output]], packages: set[str]) -> bool:
    """Tell whether no source of the program lets the recorded paths out: only sources that were read can tell."""
    base = project.facts.base
    version = go_version(base.version) if base is not None else None
    if (version is not None and version < FIRST_TRIMPATH) or any(map(uses_source_paths, packages)):
        return False
    own = [package for build, output in pairs for package in linker.closure(build, output).own()]
    names = source_path_names()
    return bool(own) and not any(names.search(file.text) for package in own for file in package.files)


def _inside_flags(command: SimpleCommand, own: Word) -> int | None:
    """Return where flags can be put in front of the author's own -ldflags, None where that is not simple."""
    word, pattern = own, _ASSIGNED_FLAGS
    if "=" not in own.text:
        word, pattern = command.words[command.words.index(own) + 1], _QUOTED_FLAGS
    quoted = pattern.match(word.text)
    if quoted is None or "-s" in word.text[quoted.end() :].strip("\"'").split():
        return None
    return word.span.start + quoted.end()
