"""Text to `Dockerfile`: the stage's entry. Splits instructions as BuildKit's parser does, and loses no character."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct, field
from msgspec.structs import replace

from dockerslim_rewrite.syntax.growth import check_growth
from dockerslim_rewrite.syntax.heredoc import HEREDOC_KEYWORDS, find_markers, read_body
from dockerslim_rewrite.syntax.instruction import Reading, place_instruction, read_line, split_words
from dockerslim_rewrite.syntax.model import Comment, Dockerfile, Instruction, Problem, Span, Stage, Trivia
from dockerslim_rewrite.syntax.rules import check_file, check_line
from dockerslim_rewrite.syntax.scanner import (
    BYTE_ORDER_MARK,
    SPACES,
    DirectiveReader,
    Line,
    LineReader,
    read_logical_line,
)

MAX_REMEMBERED = 1_000  # characters of a line


def parse_dockerfile(text: str) -> Dockerfile:
    """Parse a Dockerfile. Never raises; `parse_dockerfile(text).code == text` for every text.

    What BuildKit rejects is in `problems`, in the order of lines. BuildKit stops at the first problem; here the rest is
    read as if it had gone on.
    """
    parser = _Parser(LineReader(text))
    parser.run()
    instructions = tuple(item for item in parser.items if isinstance(item, Instruction))
    stages, meta_args = _split_stages(instructions)
    may_grow = text.count("$") > 1 or len(instructions) > 500
    growth = check_growth(instructions, parser.directives.escape) if may_grow else ()
    found = (*parser.reader.problems, *parser.directives.problems, *parser.problems)
    problems = (*found, *check_file(instructions), *growth)
    first_end = text.find("\n")
    return Dockerfile(
        text=text,
        newline="\r\n" if first_end > 0 and text[first_end - 1] == "\r" else "\n",
        escape=parser.directives.escape,
        items=tuple(parser.items),
        directives=tuple(parser.directives.found),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        stages=stages,
        meta_args=meta_args,
        instructions=instructions,
    )


class _Parser(Struct):
    reader: LineReader
    directives: DirectiveReader = field(default_factory=DirectiveReader)
    items: list[Instruction | Trivia] = []
    problems: list[Problem] = []
    comments: list[Comment] = []

    def run(self) -> None:
        reader = self.reader
        if reader.text.startswith(BYTE_ORDER_MARK):
            reader.position = len(BYTE_ORDER_MARK)
        done = 0
        while (line := reader.read()) is not None:
            content = reader.text[line.start : line.end].lstrip(SPACES)
            if self._is_trivia(content, line):
                continue
            self._close_trivia(done, line.start)
            self.items.append(self._instruction(content, line))
            done = reader.position
        self._close_trivia(done, len(reader.text))

    def _is_trivia(self, content: str, line: Line) -> bool:
        if self.directives.take(content, line, self.reader.number):
            return True
        if content.startswith("#"):
            self.comments.append(Comment(Span(line.start, line.end)))
            return True
        return not content

    def _close_trivia(self, start: int, end: int) -> None:
        if start < end:
            self.items.append(Trivia(Span(start, end), tuple(self.comments)))
        self.comments = []

    def _instruction(self, content: str, first: Line) -> Instruction:
        line = read_logical_line(self.reader, first, content, self.directives.escape)
        read = _read_again if len(line.text) < MAX_REMEMBERED else _read
        reading, problems = read(line.text, self.directives.escape)
        instruction = place_instruction(reading, line)
        errors = [] if reading.error is None else [reading.error]
        if (reading.trigger or reading.keyword) in HEREDOC_KEYWORDS and not reading.is_exec:
            try:
                instruction = self._with_heredocs(instruction, line.text)
            except ValueError as problem:
                errors.append(str(problem))
        for message in errors or problems:
            self.problems.append(Problem(instruction.line, message))
        return instruction

    def _with_heredocs(self, instruction: Instruction, line: str) -> Instruction:
        reader = self.reader
        markers = find_markers(line)
        if not markers:
            return instruction
        heredocs = tuple(read_body(reader, marker, instruction.line) for marker in markers)
        span = Span(instruction.span.start, reader.position)
        return replace(instruction, heredocs=heredocs, span=span, end_line=reader.number)


def _read(line: str, escape: str) -> tuple[Reading, tuple[str, ...]]:
    """Return what a joined line says, and what is wrong with it."""
    reading = read_line(line, escape)
    return reading, tuple(check_line(reading, escape))


# The emitted text has the author's lines, and an editor sends a file again after each keystroke.
_read_again = lru_cache(maxsize=16_384)(_read)


def _split_stages(instructions: Iterable[Instruction]) -> tuple[tuple[Stage, ...], tuple[Instruction, ...]]:
    """Group instructions by FROM. What stands before the first FROM and is no ARG belongs to no stage."""
    meta_args: list[Instruction] = []
    groups: list[list[Instruction]] = []
    for instruction in instructions:
        if instruction.keyword == "FROM":
            groups.append([instruction])
        elif groups:
            groups[-1].append(instruction)
        elif instruction.keyword == "ARG":
            meta_args.append(instruction)
    return tuple(_stage(index, group[0], group[1:]) for index, group in enumerate(groups)), tuple(meta_args)


def _stage(index: int, from_: Instruction, instructions: list[Instruction]) -> Stage:
    words = split_words(from_.value)
    name = words[2] if len(words) == 3 and words[1].lower() == "as" else None
    return Stage(index, words[0] if words else "", from_.flag("platform"), name, from_, tuple(instructions))
