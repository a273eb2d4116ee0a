"""A bake file of buildx: both images of many Dockerfiles as targets, so that any builder can make them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from dockerslim_rewrite.patterns import pattern

_NOT_IN_NAMES = pattern(r"[^a-zA-Z0-9_-]+")


class BakeEntry(Struct, frozen=True):
    """One Dockerfile with its context and its rewrite."""

    dockerfile: Path
    context: Path
    rewritten: str
    args: Mapping[str, str] = {}
    network: str | None = None


def bake_file(entries: Sequence[BakeEntry], root: Path) -> str:
    """Return the bake file as JSON; paths are relative to `root`, where bake is to be run.

    Each Dockerfile NAME becomes the targets NAME-original and NAME-rewritten; the groups `default`, `original` and
    `rewritten` name them. The rewrites are inline, so that the file is all that a builder needs beside the contexts.
    """
    names = target_names([entry.dockerfile for entry in entries], root)
    targets: dict[str, Any] = {}
    for name, entry in zip(names, entries, strict=True):
        common: dict[str, Any] = {"context": _relative(entry.context, root)}
        if entry.args:
            common["args"] = {key: _literal(value) for key, value in entry.args.items()}
        if entry.network:
            common["network"] = entry.network
        # bake looks for the Dockerfile from the context, buildx's command line from the current folder
        file = _relative(entry.dockerfile, entry.context)
        targets[f"{name}-original"] = {**common, "dockerfile": file, "tags": [f"{name.lower()}:original"]}
        inline = {"dockerfile-inline": _literal(entry.rewritten)}
        targets[f"{name}-rewritten"] = {**common, **inline, "tags": [f"{name.lower()}:rewritten"]}
    kinds = {kind: [f"{name}-{kind}" for name in names] for kind in ("original", "rewritten")}
    groups = {"default": ["original", "rewritten"], **kinds}
    group = {name: {"targets": members} for name, members in groups.items()}
    return json.dumps({"group": group, "target": targets}, indent=2, ensure_ascii=False) + "\n"


def target_names(dockerfiles: Sequence[Path], root: Path) -> list[str]:
    """Return a target name for each Dockerfile, from its path: unique, and valid for bake and as an image name."""
    names: list[str] = []
    for path in dockerfiles:
        parts = [part for part in Path(_relative(path, root)).parts if part not in ("..", "/", ".")]
        plain = parts[:-1] if len(parts) > 1 and parts[-1] == "Dockerfile" else parts
        name = _NOT_IN_NAMES.sub("-", "-".join(plain)).strip("-_") or "image"
        taken = {other.lower() for other in names}
        number = 2
        unique = name
        while unique.lower() in taken:
            unique = f"{name}-{number}"
            number += 1
        names.append(unique)
    return names


def _relative(path: Path, root: Path) -> str:
    import os

    return os.path.relpath(os.path.realpath(path), os.path.realpath(root))


def _literal(text: str) -> str:
    """Escape what HCL would evaluate: bake reads strings of its JSON files as templates."""
    return text.replace("${", "$${").replace("%{", "%%{")
