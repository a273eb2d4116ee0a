"""package.json, read with tolerance: a field of the wrong type counts as absent."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msgspec import Struct

from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.context.model import Context


class Manifest(Struct, frozen=True):
    """A package.json. `directory` is its context directory ("" is the root); `text` its source, for line numbers.

    `bins` maps program names to files; `workspaces` are the patterns as written; `package_manager` is the field's
    value (`pnpm@9.1.0`), "" when absent; `data` is the whole object.
    """

    directory: str
    text: str
    name: str
    scripts: Mapping[str, str]
    dependencies: Mapping[str, str]
    dev_dependencies: Mapping[str, str]
    optional_dependencies: Mapping[str, str]
    peer_dependencies: Mapping[str, str]
    workspaces: tuple[str, ...]
    bins: Mapping[str, str]
    main: str
    type: str
    package_manager: str
    data: Mapping[str, object]

    @property
    def path(self) -> str:
        """Return the file's context path."""
        return posixpath.join(self.directory, "package.json")

    @property
    def production(self) -> Mapping[str, str]:
        """Return the dependencies that a production install brings, with their ranges."""
        return {**self.dependencies, **self.optional_dependencies}

    def line(self, key: str) -> int:
        """Return the 1-based line where a key stands first, 0 when it does not."""
        at = self.text.find(f'"{key}"')
        return self.text.count("\n", 0, at) + 1 if at >= 0 else 0


def read_manifest(context: Context, directory: str) -> Manifest | None:
    """Read `directory`/package.json, or return None when there is none that holds an object."""
    text = context.read_text(posixpath.join(directory, "package.json"))
    data = parse_object(text)
    if text is None or not data:
        return None
    return Manifest(
        directory=directory,
        text=text,
        name=_text(data.get("name")),
        scripts=_texts(data.get("scripts")),
        dependencies=_texts(data.get("dependencies")),
        dev_dependencies=_texts(data.get("devDependencies")),
        optional_dependencies=_texts(data.get("optionalDependencies")),
        peer_dependencies=_texts(data.get("peerDependencies")),
        workspaces=_workspaces(data.get("workspaces")),
        bins=_bins(data),
        main=_text(data.get("main")),
        type=_text(data.get("type")),
        package_manager=_text(data.get("packageManager")),
        data=data,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> dict[str, str]:
    return {key: item for key, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}


def _workspaces(value: object) -> tuple[str, ...]:
    if isinstance(value, dict):
        value = value.get("packages")
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _bins(data: Mapping[str, object]) -> dict[str, str]:
    value = data.get("bin")
    if isinstance(value, str):
        name = _text(data.get("name")).rpartition("/")[2]
        return {name: value} if name else {}
    return _texts(value)
