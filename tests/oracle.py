"""BuildKit's own parser (PyPI `dockerfile`, BuildKit 0.12) as the judge of ours. Not shipped.

`compare(text)` is for one text. `python -m tests.oracle PATH...` runs over files and folders of Dockerfiles.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dockerslim_rewrite.syntax.instruction import NOT_STRINGS, json_part, parse_json_array, split_line, split_words
from dockerslim_rewrite.syntax.model import Dockerfile, Heredoc, Instruction
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from dockerslim_rewrite.syntax.words import parse_pairs

# The oracle is BuildKit's line parser: unknown instructions, flags and argument counts are rejected by a later part.
REJECTED_BY_PARSER = re.compile(
    r"unterminated heredoc|only one \w+ parser directive|invalid escape token|file with no instructions"
    r"|\w+ must have two arguments|can't find = |line greater than|failed to process|" + re.escape(NOT_STRINGS)
)
# Newer than the oracle: BuildKit 0.12 does not take `<< EOF`, with a blank, for a heredoc.
_BLANK_BEFORE_DELIMITER = re.compile(r"<<-?[ \t\r\f\n]")


def compare(text: str) -> list[str]:
    """Return the differences between our reading and the oracle's; empty when they agree or cannot be compared."""
    import dockerfile as oracle

    ours = parse_dockerfile(text)
    differences = [] if ours.code == text else ["the text does not round trip"]
    if not comparable(ours):
        return differences
    messages = [problem.message for problem in ours.problems if REJECTED_BY_PARSER.match(problem.message)]
    try:
        theirs = oracle.parse_string(_old_text(ours))
    except oracle.GoParseError as error:
        if str(error) == NOT_STRINGS and any(_array_with_rest(mine, ours.escape) for mine in ours.instructions):
            return differences
        return differences if messages else [*differences, f"only the oracle rejects: {error}"]
    if messages:
        return [*differences, f"only we reject: {messages[0]}"]
    if len(theirs) != len(ours.instructions):
        differences.append(f"{len(ours.instructions)} instructions, the oracle has {len(theirs)}")
    for mine, its in zip(ours.instructions, theirs, strict=False):
        differences.extend(f"line {mine.line}: {text}" for text in _compare_one(mine, its, ours.escape))
    return differences


def comparable(dockerfile: Dockerfile) -> bool:
    """Tell whether the oracle can be asked: NUL ends its text, a lone surrogate crashes its process."""
    text = dockerfile.text
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        return False
    if "\\u0000" in text or sum(directive.name == "check" for directive in dockerfile.directives) > 1:
        return False
    # BuildKit cuts HEALTHCHECK's type at a byte, and the oracle dies of half a character.
    if any(
        "HEALTHCHECK" in item.value.upper() + item.keyword and not item.value.isascii()
        for item in dockerfile.instructions
    ):
        return False
    if any("<<" in item.value and _array_with_rest(item, dockerfile.escape) for item in dockerfile.instructions):
        return False  # shell form has heredocs, exec form has none
    # A second byte order mark is dropped by Go's text/scanner when a word begins with it, and kept by us.
    return "\ufeff" not in text[1:] and not _BLANK_BEFORE_DELIMITER.search(text)


def _old_text(dockerfile: Dockerfile) -> str:
    """Move `# check` below the other directives: BuildKit 0.12 does not know it, and stops looking for directives."""
    found = dockerfile.directives
    if not any(directive.name == "check" for directive in found):
        return dockerfile.text
    ordered = sorted(found, key=lambda directive: directive.name == "check")
    parts, at = [], 0
    for place, directive in zip(found, ordered, strict=True):
        parts += [dockerfile.text[at : place.span.start], directive.span.of(dockerfile.text)]
        at = place.span.end
    return "".join([*parts, dockerfile.text[at:]])


def _compare_one(mine: Instruction, its: Any, escape: str) -> Iterator[str]:
    if not mine.is_exec and its.json and _array_with_rest(mine, escape):
        return
    expected: dict[str, tuple[object, object]] = {
        # The oracle gives None for an empty keyword, and keeps the author's case.
        "keyword": (mine.keyword, (its.cmd or "").upper()),
        "lines": ((mine.line, mine.end_line), (its.start_line, its.end_line)),
    }
    if mine.keyword != "ONBUILD":  # the oracle shows the inner instruction, while heredocs belong to the outer one
        expected["heredocs"] = (
            [(heredoc.name, heredoc.content) for heredoc in mine.heredocs],
            [(heredoc.name, _used_content(mine.heredocs, heredoc.name, heredoc.content)) for heredoc in its.heredocs],
        )
    # BuildKit reads flags byte by byte and so garbles what is not ASCII; we keep the text.
    parsed_by_bytes = "".join(f"{flag.name}{flag.value}" for flag in mine.flags)
    if mine.trigger is not None:
        parsed_by_bytes += mine.value
    if parsed_by_bytes.isascii():
        flags = tuple(f"--{flag.name}" if flag.value is None else f"--{flag.name}={flag.value}" for flag in mine.flags)
        expected["trigger"] = (mine.trigger, its.sub_cmd and its.sub_cmd.upper())
        expected["json"] = (mine.is_exec, its.json)
        expected["flags"] = (flags, its.flags)
        if mine.trigger != "ONBUILD":  # rejected by a later part of BuildKit; we look no deeper
            expected["value"] = (_value(mine, escape), its.value)
    for name, (ours, theirs) in expected.items():
        if ours != theirs:
            yield f"{name}: {ours!r}, the oracle has {theirs!r}"


def _array_with_rest(mine: Instruction, escape: str) -> bool:
    """`CMD ["a"] # note` is exec form up to BuildKit 0.14, and shell form since (moby/buildkit #5107), as with us."""
    keyword, value = mine.keyword, mine.value
    if keyword == "ONBUILD":
        inner = split_line(value, 0, len(value), escape)
        keyword, value = mine.trigger or "", value[inner.value_start : inner.value_end]
    try:
        _, end = json.JSONDecoder().raw_decode(part := (json_part(keyword, value) or "").lstrip())
    except ValueError:
        return False
    return end < len(part)


def _used_content(mine: tuple[Heredoc, ...], name: str, content: str) -> str:
    """The oracle has the body as written; BuildKit strips the tabs of `<<-` later, and we make every line end LF."""
    content = content.replace("\r\n", "\n")
    strip_tabs = any(heredoc.strip_tabs for heredoc in mine if heredoc.name == name)
    return re.sub(r"(?m)^\t+", "", content) if strip_tabs else content


def _value(mine: Instruction, escape: str) -> tuple[str, ...]:
    if mine.keyword != "ONBUILD":
        return _arguments(mine.keyword, mine.value, escape)
    # The oracle shows the arguments of the inner instruction.
    inner = split_line(mine.value, 0, len(mine.value), escape)
    return _arguments(mine.trigger or "", mine.value[inner.value_start : inner.value_end], escape) if mine.value else ()


def _arguments(keyword: str, value: str, escape: str) -> tuple[str, ...]:
    """Our value in the oracle's form: the words that BuildKit's line parser makes of it."""
    array = parse_json_array(json_part(keyword, value) or "")
    if keyword == "HEALTHCHECK":
        # Only the first blanks part the type from the command.
        kind, *rest = re.split(r"[\t\v\f\r ]+", value, maxsplit=1) if value else [""]
        return (kind, *(rest if array is None else array)) if kind else ()
    if array is not None:
        return array
    if keyword in ("ADD", "COPY", "EXPOSE", "FROM", "VOLUME"):
        return split_words(value)
    if keyword in ("ARG", "ENV", "LABEL"):
        pairs = parse_pairs(value, escape, keyword)
        if keyword == "ARG":
            return tuple(name if raw is None else f"{name}={raw}" for name, raw in pairs)
        return tuple(word for name, raw in pairs for word in (name, raw or ""))
    if keyword in ("CMD", "ENTRYPOINT", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "WORKDIR"):
        return (value,) if value else ()
    return ("",)  # an unknown instruction has one empty argument there


def _main(arguments: list[str]) -> int:
    """Compare files and print the differences. Folders are searched for files whose name has "Dockerfile" in it."""
    compared = failed = 0
    for argument in map(Path, arguments):
        files = [argument] if argument.is_file() else sorted(argument.rglob("*ockerfile*"))
        for path in files:
            if path.is_file():
                compared += 1
                found = compare(path.read_bytes().decode("utf-8", "replace"))
                failed += bool(found)
                for difference in found:
                    print(f"{path}: {difference}")
    print(f"{compared} files, {failed} with differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
