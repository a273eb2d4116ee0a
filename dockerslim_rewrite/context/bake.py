"""Reads files of `docker buildx bake`, HCL and JSON: https://docs.docker.com/build/bake/reference/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dockerslim_rewrite.context.builds import MAX_CHARACTERS, Use, is_remote
from dockerslim_rewrite.context.hcl import Block, read_hcl
from dockerslim_rewrite.context.jsonc import parse_object

_DEPTH = 20


def read_bake(file: str, text: str) -> tuple[Use, ...]:
    """Return the targets that build something here; () for a text that is no bake file. Never raises."""
    if len(text) > MAX_CHARACTERS:
        return ()
    blocks = _json_blocks(text) if file.endswith(".json") else _hcl_blocks(text)
    targets = {block.name: block for block in blocks if block.kind == "target"}
    return tuple(use for name in targets if (use := _use(file, targets, name)) is not None)


def _hcl_blocks(text: str) -> list[Block]:
    first = read_hcl(text, {})
    defaults = {block.name: block.attributes.get("default") for block in first if block.kind == "variable"}
    known = {name: value for name, value in defaults.items() if isinstance(value, str)}
    return read_hcl(text, known) if known else first


def _json_blocks(text: str) -> list[Block]:
    targets = parse_object(text).get("target")
    if not isinstance(targets, dict):
        return []
    return [Block("target", name, 1, value) for name, value in targets.items() if isinstance(value, dict)]


def _use(file: str, targets: Mapping[str, Block], name: str) -> Use | None:
    values: dict[str, Any] = dict(_inherited(targets, name, _DEPTH))
    context, dockerfile = values.get("context", "."), values.get("dockerfile", "Dockerfile")
    if not isinstance(context, str) or not isinstance(dockerfile, str) or "dockerfile-inline" in values:
        return None
    if is_remote(context) or context.startswith("target:"):
        return None
    args, target = values.get("args"), values.get("target")
    pairs = args.items() if isinstance(args, dict) else ()
    return Use(
        file=file,
        line=targets[name].line,
        name=name,
        context=context,
        dockerfile=dockerfile,
        target=target if isinstance(target, str) else "",
        args=tuple((key, value) for key, value in pairs if isinstance(value, str)),
    )


def _inherited(targets: Mapping[str, Block], name: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of a target, those of its parents first, so that its own win."""
    block = targets.get(name)
    if block is None or depth == 0:
        return
    parents = block.attributes.get("inherits")
    for parent in parents if isinstance(parents, list) else ():
        if isinstance(parent, str):
            yield from _inherited(targets, parent, depth - 1)
    yield from block.attributes.items()
