"""The lossless Dockerfile: every character of the text belongs to exactly one item.

Records are `gc=False`: they are many, and frozen ones that are made from the inside out hold no cycles.
"""

from __future__ import annotations

from msgspec import Struct


class Span(Struct, frozen=True, gc=False):
    """A half-open range of characters, `start <= i < end`, in `Dockerfile.text`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the text that the span covers."""
        return text[self.start : self.end]


class OffsetMap(Struct, frozen=True, gc=False):
    """Maps offsets of a derived text (continuations joined, comments dropped) back to the source text.

    `pieces` are `(derived_start, source_start, length)`, ascending, and cover the derived text.
    """

    pieces: tuple[tuple[int, int, int], ...]

    def to_source(self, offset: int) -> int:
        """Return the source offset of a derived offset; an end offset maps to the end of its piece.

        Raises:
            ValueError: when the map is empty.
        """
        if not self.pieces:
            raise ValueError("empty offset map")
        low, high = 0, len(self.pieces)
        while high - low > 1:
            middle = (low + high) // 2
            if self.pieces[middle][0] <= offset:
                low = middle
            else:
                high = middle
        derived, source, length = self.pieces[low]
        return source + min(max(offset - derived, 0), length)

    def span(self, start: int, end: int) -> Span:
        """Return the source span of the derived range; the end is that of the last character's piece."""
        if len(self.pieces) == 1 and 0 <= start - self.pieces[0][0] < end - self.pieces[0][0] <= self.pieces[0][2]:
            moved = self.pieces[0][1] - self.pieces[0][0]  # most texts: one piece, and all of the range in it
            return Span(start + moved, end + moved)
        if end <= start:
            at = self.to_source(start)
            return Span(at, at)
        return Span(self.to_source(start), self.to_source(end - 1) + 1)


class Directive(Struct, frozen=True, gc=False):
    """A parser directive of the first lines: `# syntax=`, `# escape=` or `# check=`. `name` is lower case."""

    name: str
    value: str
    span: Span


class Flag(Struct, frozen=True, gc=False):
    """A flag of an instruction: `--name=value`, or `--name` alone (`value` is None). No expansion is done."""

    name: str
    value: str | None
    span: Span


class Heredoc(Struct, frozen=True, gc=False):
    """A heredoc of RUN, COPY or ADD.

    `content` is the body as BuildKit uses it (tabs removed for `<<-`, terminator excluded, line ends as LF);
    `expand` is False when the delimiter was quoted; `span` covers the body and its terminator line;
    `content_map` leads from offsets in `content` to the text.
    """

    name: str
    content: str
    expand: bool
    strip_tabs: bool
    span: Span
    content_map: OffsetMap


class Comment(Struct, frozen=True, gc=False):
    """A comment line, the leading white space and `#` included, the line end excluded."""

    span: Span


class Trivia(Struct, frozen=True, gc=False):
    """Text between instructions: blank lines, comments, directives, a byte order mark. May hold several lines."""

    span: Span
    comments: tuple[Comment, ...] = ()


class Instruction(Struct, frozen=True, gc=False):
    """One instruction, from its line's first character to the end of its last line (line end and heredocs included).

    `keyword` is upper case; `keyword_span` is as written. `flags` are those that BuildKit would take as flags.
    `value` is the rest as BuildKit sees it: continuations joined, comments inside dropped, flags removed, outer white
    space stripped; `value_map` leads back to the text. `exec_form` is the JSON array where Docker accepts one for this
    instruction (broken JSON is shell form: None). `line` and `end_line` are 1-based and inclusive. For ONBUILD,
    `trigger` is the inner instruction's keyword, and `value` is the whole inner instruction. HEALTHCHECK's `exec_form`
    is that of the command after `CMD`, and `value` still starts with `CMD`.
    """

    keyword: str
    keyword_span: Span
    span: Span
    line: int
    end_line: int
    flags: tuple[Flag, ...]
    value: str
    value_map: OffsetMap
    exec_form: tuple[str, ...] | None = None
    heredocs: tuple[Heredoc, ...] = ()
    comments: tuple[Comment, ...] = ()
    trigger: str | None = None

    def flag(self, name: str) -> str | None:
        """Return the last value of a flag ("" for a flag without value), or None when it is absent."""
        found = [flag.value or "" for flag in self.flags if flag.name == name]
        return found[-1] if found else None

    @property
    def is_exec(self) -> bool:
        """Tell whether the instruction is in exec (JSON) form."""
        return self.exec_form is not None


class Problem(Struct, frozen=True, gc=False):
    """Something that BuildKit rejects: a message and the 1-based line."""

    line: int
    message: str


class Stage(Struct, frozen=True, gc=False):
    """One build stage. `base` is FROM's image as written; `name` is the `AS` name as written."""

    index: int
    base: str
    platform: str | None
    name: str | None
    from_: Instruction
    instructions: tuple[Instruction, ...]


class Dockerfile(Struct, frozen=True, gc=False):
    """A parsed Dockerfile. `code` equals the parsed text for every input.

    `newline` is the line end of the first line; `escape` is the escape character (a backslash or a backtick).
    `items` are instructions and trivia in order and cover the text. `meta_args` are the ARGs before the first FROM.
    """

    text: str
    newline: str
    escape: str
    items: tuple[Instruction | Trivia, ...]
    directives: tuple[Directive, ...] = ()
    problems: tuple[Problem, ...] = ()
    stages: tuple[Stage, ...] = ()
    meta_args: tuple[Instruction, ...] = ()
    instructions: tuple[Instruction, ...] = ()

    @property
    def code(self) -> str:
        """Return the text, assembled from the items."""
        return "".join(item.span.of(self.text) for item in self.items)

    def line_of(self, offset: int) -> int:
        """Return the 1-based line that holds an offset."""
        return self.text.count("\n", 0, offset) + 1
