"""tsconfig.json with its `extends`. Source: https://www.typescriptlang.org/tsconfig"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msgspec import Struct

from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.context.model import Context

MAX_EXTENDS = 10


class TsConfig(Struct, frozen=True):
    """The options that matter here. Paths are context paths; `out_dir` and `root_dir` are None when not set.

    `paths` maps patterns to context path patterns; `references` are directories or files of other projects.
    """

    path: str
    out_dir: str | None
    root_dir: str | None
    emits: bool
    metadata: bool
    paths: Mapping[str, tuple[str, ...]]
    base_url: str | None
    references: tuple[str, ...]


def read_tsconfig(context: Context, path: str) -> TsConfig | None:
    """Read a tsconfig file (a directory means its tsconfig.json), or return None when there is none."""
    if context.is_dir(path) or path == "":
        path = posixpath.join(path, "tsconfig.json")
    if not context.is_file(path):
        return None
    options: dict[str, tuple[str, object]] = {}
    _collect(context, path, options, 0)
    data = parse_object(context.read_text(path))
    directory = posixpath.dirname(path)
    base_url = _path(options.get("baseUrl"))
    return TsConfig(
        path=path,
        out_dir=_path(options.get("outDir")),
        root_dir=_path(options.get("rootDir")),
        emits=options.get("noEmit", ("", False))[1] is not True,
        metadata=options.get("emitDecoratorMetadata", ("", False))[1] is True,
        paths=_paths(options.get("paths"), base_url),
        base_url=base_url,
        references=_references(data.get("references"), directory),
    )


def _collect(context: Context, path: str, options: dict[str, tuple[str, object]], depth: int) -> None:
    """Fill `options` with name to (directory of the file that sets it, value); the extending file wins."""
    data = parse_object(context.read_text(path))
    directory = posixpath.dirname(path)
    own = data.get("compilerOptions")
    for name, value in own.items() if isinstance(own, dict) else ():
        options.setdefault(name, (directory, value))
    bases = data.get("extends")
    for base in reversed(bases if isinstance(bases, list) else [bases]):
        if isinstance(base, str) and base.startswith(".") and depth < MAX_EXTENDS:
            target = posixpath.normpath(posixpath.join(directory, base))
            found = next((item for item in (target, target + ".json") if context.is_file(item)), None)
            if found is not None:
                _collect(context, found, options, depth + 1)


def _path(option: tuple[str, object] | None) -> str | None:
    if option is None or not isinstance(option[1], str):
        return None
    path = posixpath.normpath(posixpath.join(option[0], option[1]))
    return "" if path == "." else path


def _paths(option: tuple[str, object] | None, base_url: str | None) -> dict[str, tuple[str, ...]]:
    if option is None or not isinstance(option[1], dict):
        return {}
    root = base_url if base_url is not None else option[0]
    return {
        pattern: tuple(posixpath.normpath(posixpath.join(root, item)) for item in targets if isinstance(item, str))
        for pattern, targets in option[1].items()
        if isinstance(targets, list)
    }


def _references(value: object, directory: str) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    found = (item.get("path") for item in items if isinstance(item, dict))
    return tuple(posixpath.normpath(posixpath.join(directory, item)) for item in found if isinstance(item, str))
