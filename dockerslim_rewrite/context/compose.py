"""Reads compose files as far as builds go: https://github.com/compose-spec/compose-spec/blob/main/build.md."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from dockerslim_rewrite.context.builds import MAX_CHARACTERS, Use, is_remote
from dockerslim_rewrite.context.yaml_text import parse_yaml_lines
from dockerslim_rewrite.patterns import pattern

# `$$`, `$NAME`, `${NAME}`, `${NAME:-default}` and its kin; the environment of the user is not ours to know.
_VARIABLE = pattern(
    r"\$(?:\$|(?P<name>[A-Za-z_]\w*+)|\{(?P<braced>[A-Za-z_]\w*+)(?::?-(?P<default>[^{}]*+))?+[^{}]*+\})"
)


def read_compose(file: str, text: str) -> tuple[Use, ...]:
    """Return the services that build something here; () for a text that is no compose file. Never raises."""
    if len(text) > MAX_CHARACTERS:
        return ()
    services, lines = _load(text)
    images = {name: image for name, service in services.items() if isinstance(image := service.get("image"), str)}
    built = {images.get(name): service["build"] for name, service in services.items() if "build" in service}
    uses = []
    for name, service in services.items():
        build = service.get("build", built.get(images[name]) if name in images else None)
        if (use := _use(file, lines.get(name, 1), name, service, build)) is not None:
            uses.append(use)
    return tuple(uses)


def _load(text: str) -> tuple[Mapping[str, Mapping[str, Any]], Mapping[str, int]]:
    """Return the services and the lines that they start at."""
    data, lines = parse_yaml_lines(text)
    services = data.get("services") if isinstance(data, dict) else None
    if not isinstance(services, dict):
        return {}, {}
    known = {name: value for name, value in services.items() if isinstance(name, str) and isinstance(value, dict)}
    return known, {name: line for (table, name), line in lines.items() if table == "services"}


def _use(file: str, line: int, name: str, service: Mapping[str, Any], build: Any) -> Use | None:
    """Return what a service does with what it builds, or with the image of that name that another service builds."""
    if isinstance(build, str):
        build = {"context": build}
    if not isinstance(build, dict) or "dockerfile_inline" in build:
        return None
    context = _text(build.get("context", "."))
    dockerfile = _text(build.get("dockerfile", "Dockerfile"))
    if context is None or dockerfile is None or is_remote(context):
        return None
    return Use(
        file=file,
        line=line,
        name=name,
        context=context,
        dockerfile=dockerfile,
        target=_text(build.get("target", "")) or "",
        args=tuple(_args(build.get("args"))),
        command=_command(service),
        whole=service.get("entrypoint") is not None,
        mounts=tuple(_mounts(service.get("volumes"))),
    )


def _text(value: Any) -> str | None:
    """Return a value with its variables' defaults, None when one has no default."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    unknown = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal unknown
        if match[0] == "$$":
            return "$"
        unknown |= match["default"] is None
        return match["default"] or ""

    text = _VARIABLE.sub(replaced, str(value))
    return None if unknown else text


def _args(value: Any) -> Iterator[tuple[str, str]]:
    entries = value.items() if isinstance(value, dict) else _pairs(value)
    for name, given in entries:
        if isinstance(name, str) and (text := _text(given)) is not None:
            yield name, text


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    for entry in value if isinstance(value, list) else ():
        name, equals, text = str(entry).partition("=")
        yield name, text if equals else None


def _command(service: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the argv that a service runs when it says so; an entrypoint alone takes the image's CMD away."""
    parts = [_argv(service.get(key)) for key in ("entrypoint", "command")]
    if all(part is None for part in parts):
        return None
    return tuple(word for part in parts for word in part or ()) or None


def _argv(value: Any) -> tuple[str, ...] | None:
    """Split a command as compose does: no shell is involved."""
    if isinstance(value, list):
        return tuple(str(word) for word in value)
    if not isinstance(value, str):
        return None
    try:
        return tuple(shlex.split(value))
    except ValueError:
        return (value,)


def _mounts(value: Any) -> Iterator[str]:
    """Yield the container paths of bind mounts, short and long form; named volumes hide nothing that changes."""
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict):
            if entry.get("type") == "bind" and isinstance(entry.get("target"), str):
                yield posixpath.normpath(entry["target"])
        elif isinstance(entry, str):
            source, colon, rest = entry.partition(":")
            if colon and source.startswith((".", "/", "~", "$")) and rest.startswith("/"):
                yield posixpath.normpath(rest.partition(":")[0])
