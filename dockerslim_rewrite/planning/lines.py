"""Runtime lines that are not the author's: COPY --from, packages, links, accounts."""

from __future__ import annotations

import json
import posixpath
import shlex
from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from dockerslim_rewrite.analysis.ownership import DEFAULT_DIRECTORY_MODE, ROOT_USERS, Ownership
from dockerslim_rewrite.analysis.paths import upwards
from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.planning.artifacts import RANK_SYSTEM, Link, Wanted
from dockerslim_rewrite.planning.model import RuntimeLine

ACCOUNT_FILES = ("/etc/passwd", "/etc/group")
# BuildKit reads lines of 65,535 bytes at most; characters that must be escaped take up to three.
MAX_COPY_BYTES = 16_000
_SPECIAL = pattern(r"[\\$'\"]")
_ESCAPED = pattern(r"\\(.)")


def copy_text(builder: str, sources: tuple[str, ...], dest: str, owner: str = "", mode: str = "") -> str:
    """Return a COPY --from instruction; JSON form when a path holds white space. Patterns in paths are escaped."""
    flags = f"--from={builder}"
    if owner:
        flags += f" --chown={owner}"
    if mode:
        flags += f" --chmod={mode}"
    words = [escape(source.replace("[", "[[]")) for source in sources] + [escape(dest)]
    if any(" " in word or "\t" in word for word in words):
        return f"COPY {flags} {json.dumps(words, ensure_ascii=False)}"
    return f"COPY {flags} {' '.join(words)}"


def escape(path: str) -> str:
    """Return a path as an instruction that expands variables and takes quotes off must write it."""
    return _SPECIAL.sub(r"\\\g<0>", path)


def unescape(word: str) -> str:
    """Return the path that an escaped word stands for."""
    return _ESCAPED.sub(r"\1", word)


def copied_paths(line: RuntimeLine) -> tuple[str, ...]:
    """Return the paths that a line of `copy_text` takes from the builder to the same paths; () for any other line."""
    keyword, *words = line.text.split(" ")
    rest = " ".join(word for word in words if not word.startswith("--"))
    if keyword != "COPY":
        return ()
    sources = (json.loads(rest) if rest.startswith("[") else rest.split(" "))[:-1]
    return tuple(unescape(source).replace("[[]", "[") for source in sources)


def artifact_lines(
    builder: str, wanted: Iterable[Wanted], ownership: Ownership, default_owner: str = ""
) -> Iterator[RuntimeLine]:
    """Yield the COPYs of artifacts in order. Neighbouring files of a folder share one: an image has some 127 layers."""
    for (folder, _, code), group in groupby(wanted, key=_shared_copy):
        items = list(group)
        if folder is None or len(items) == 1:
            yield from (_artifact_line(builder, item, ownership, default_owner) for item in items)
            continue
        owner = ownership.owner(folder) or default_owner
        for sources in _batches(item.artifact.path for item in items):
            text = copy_text(builder, sources, posixpath.join(folder, ""), owner)
            yield RuntimeLine("artifacts", text, code)


def _batches(paths: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the paths in groups whose COPYs are short enough for BuildKit, one path at least."""
    batch: list[str] = []
    size = 0
    for path in paths:
        size += len(path.encode("utf-8", "surrogatepass")) + 1
        if batch and size > MAX_COPY_BYTES:
            yield tuple(batch)
            batch, size = [], len(path.encode("utf-8", "surrogatepass")) + 1
        batch.append(path)
    yield tuple(batch)


def _shared_copy(wanted: Wanted) -> tuple[str | None, int, str]:
    """Return what files must have in common for one COPY. A directory has one of its own, since COPY of several sources
    would pour it out; so has what may be one (RANK_SYSTEM)."""
    artifact = wanted.artifact
    alone = artifact.is_dir or artifact.rank == RANK_SYSTEM
    return None if alone else posixpath.dirname(artifact.path), artifact.rank, wanted.code


def _artifact_line(builder: str, wanted: Wanted, ownership: Ownership, default_owner: str) -> RuntimeLine:
    """Return the COPY of one artifact, with the owner and mode of the directory that it creates.

    COPY makes the directories that lead to its target; --chown gives them their owner in the builder.
    """
    artifact = wanted.artifact
    directory = artifact.path if artifact.is_dir else posixpath.dirname(artifact.path)
    owner = ownership.owner(directory) or default_owner
    mode = ownership.mode(directory) if artifact.is_dir else DEFAULT_DIRECTORY_MODE
    # BuildKit's --chmod drops some bits of the directory itself: those are set by a RUN (`mode_line`)
    plain = mode & 0o777
    mode_text = "" if plain == DEFAULT_DIRECTORY_MODE or not is_data_directory(wanted) else f"{plain:o}"
    text = copy_text(builder, (artifact.path,), artifact.path, owner, mode_text)
    return RuntimeLine("directories" if is_data_directory(wanted) else "artifacts", text, wanted.code)


def is_data_directory(wanted: Wanted) -> bool:
    """A directory that the system layer made for data: its mode matters and it holds no programs."""
    return wanted.artifact.is_dir and wanted.code in ("D07", "D09")


def needs_chmod(path: str, ownership: Ownership, user: str) -> bool:
    """Tell whether a directory has mode bits that COPY cannot give and that matter: set-id and sticky bits, and the
    right to write for a `user` who is neither root nor the owner (BuildKit makes the target as with umask 022)."""
    mode, name = ownership.mode(path), user.partition(":")[0]
    return mode > 0o777 or bool(mode & 0o022 and name not in ROOT_USERS | {ownership.owner(path).partition(":")[0]})


def mode_line(paths: Iterable[str], ownership: Ownership) -> RuntimeLine:
    """Return the RUN that gives directories the modes that COPY cannot give."""
    commands = [f"chmod {ownership.mode(path):o} {shlex.quote(path)}" for path in paths]
    return RuntimeLine("directories", "RUN " + " && ".join(commands), "D07")


def account_line(builder: str) -> RuntimeLine:
    """Return the COPY that brings the builder's users and groups: the same names with the same ids."""
    return RuntimeLine("users", copy_text(builder, ACCOUNT_FILES, "/etc/"), "D04")


def package_line(manager: str, packages: Iterable[str], code: str, *, recommends: bool) -> RuntimeLine:
    """Return the RUN that installs OS packages and leaves no list or cache behind."""
    names = " ".join(dict.fromkeys(packages))
    if manager == "apk":
        return RuntimeLine("packages", f"RUN apk add --no-cache {names}", code)
    flag = "" if recommends else " --no-install-recommends"
    text = f"RUN apt-get update && apt-get install -y{flag} {names} && rm -rf /var/lib/apt/lists/*"
    return RuntimeLine("packages", text, code)


def link_line(links: Iterable[Link]) -> RuntimeLine:
    """Return the RUN that makes symbolic links again, since COPY would follow them."""
    commands = []
    for link in links:
        path, folder = shlex.quote(link.path), shlex.quote(posixpath.dirname(link.path))
        make = f"ln -sf {shlex.quote(link.target)} {path}"
        if not link.replaces:
            make = f"{{ [ -e {path} ] || {make}; }}"
        commands.append(f"mkdir -p {folder} && {make}")
    return RuntimeLine("directories", "RUN " + " && ".join(commands), "D09")


def without_covered(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Drop artifacts that lie inside another copied directory, and doubles; order by layer rank, files before
    directories so that they share a COPY, then as given."""
    items = list({item.artifact.path: item for item in wanted}.values())
    folders = {item.artifact.path for item in items if item.artifact.is_dir}
    kept = [item for item in items if folders.isdisjoint(islice(upwards(item.artifact.path), 1, None))]
    return sorted(kept, key=lambda item: (item.artifact.rank, item.artifact.is_dir))
