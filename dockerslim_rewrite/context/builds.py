"""What compose and bake files say about a build. Text in, values out: whoever reads the files has their folder."""

from __future__ import annotations

from msgspec import Struct

MAX_CHARACTERS = 1024 * 1024


class Use(Struct, frozen=True):
    """One service or target that builds a Dockerfile.

    `context` is as written, relative to the file's folder; `dockerfile` is relative to the context; `target` is the
    stage, "" for the last one. `command` replaces CMD (None: it does not), and ENTRYPOINT too with `whole`; `mounts`
    are the container's paths that folders of the machine are laid over. `file` is the compose or bake file's name and
    `line` 1-based there.
    """

    file: str
    line: int
    name: str
    context: str
    dockerfile: str
    target: str = ""
    args: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] | None = None
    whole: bool = False
    mounts: tuple[str, ...] = ()


def is_remote(context: str) -> bool:
    """Tell whether a context is not a folder of this machine: a URL, a Git repository, another target or stdin."""
    return context == "-" or "://" in context or context.startswith("git@") or "\0" in context
