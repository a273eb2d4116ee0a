"""A copy of the build context in which one source file has one more line."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from dockerslim_rewrite.analysis.replay import replay_stage
from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.syntax.parser import parse_dockerfile

# A comment as the last line changes no program of these languages.
_COMMENTS = {
    **dict.fromkeys((".go", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"), "//"),
    **dict.fromkeys((".rs", ".java", ".kt", ".c", ".cc", ".cpp", ".cs", ".php", ".swift"), "//"),
    **dict.fromkeys((".py", ".rb", ".ex", ".pl"), "#"),
}
_NOT_SOURCES = (".config.", ".test.", ".spec.", "_test.", ".d.", ".min.")
_ENTRIES = ("main", "app", "index", "server", "__main__", "manage")


class Edit(Struct, frozen=True):
    """The file that is edited, relative to the context, and the line that is appended."""

    file: str
    line: str


def choose_edit(text: str, context: LocalContext) -> Edit | None:
    """Choose the source file that a developer would most likely edit among those that a Dockerfile copies.

    Files named as programs start come first, then those nearest to the root. None when it copies no source file.
    """
    sources = [path for path in _copied(text, context) if _comment(path) and not _is_special(path)]
    if not sources:
        return None
    best = min(sources, key=lambda path: (Path(path).stem not in _ENTRIES, path.count("/"), path))
    # new each time: the builder would have the result of the same edit in its cache
    return Edit(best, f"{_comment(best)} edited by dockerslim-rewrite verify, {secrets.token_hex(4)}")


def copy_context(context: LocalContext, target: Path, edit: Edit) -> None:
    """Copy what a build sees of a context, with an edit made. Modes, times and links stay.

    Raises:
        OSError: when a file cannot be read or the copy cannot be written.
    """
    shutil.copytree(context.root, target, symlinks=True, ignore=lambda folder, names: _left_out(folder, names, context))
    file = target / edit.file
    content = file.read_bytes()
    end = b"\r\n" if b"\r\n" in content else b"\n"
    joint = b"" if not content or content.endswith(b"\n") else end
    file.chmod(file.stat().st_mode | 0o200)
    file.write_bytes(content + joint + edit.line.encode() + end)
    file.chmod((context.root / edit.file).stat().st_mode)


def _copied(text: str, context: LocalContext) -> Iterator[str]:
    dockerfile = parse_dockerfile(text)
    for stage in dockerfile.stages:
        for step in replay_stage(dockerfile, stage).steps:
            if step.copy is not None and step.copy.from_ is None:
                for source in step.copy.sources:
                    yield from _expand(source, context)


def _expand(source: str, context: LocalContext) -> Iterator[str]:
    if context.is_file(source):
        yield source
    elif context.is_dir(source):
        yield from context.walk(source)
    elif any(character in source for character in "*?["):
        names = (path.relative_to(context.root).as_posix() for path in sorted(context.root.glob(source.lstrip("/"))))
        yield from (name for name in names if context.is_file(name))


def _comment(path: str) -> str:
    return _COMMENTS.get(Path(path).suffix, "")


def _is_special(path: str) -> bool:
    name = Path(path).name
    return name.startswith(".") or any(part in name for part in _NOT_SOURCES)


def _left_out(folder: str, names: list[str], context: LocalContext) -> list[str]:
    """Name what no build sees: ignored files, sockets, pipes and devices."""
    where = os.path.relpath(folder, context.root)
    paths = {name: name if where == "." else f"{where}/{name}" for name in names}
    return [
        name
        for name, path in paths.items()
        if not (context.is_file(path) or context.is_dir(path) or context.link_target(path) is not None)
    ]
