"""The effective configuration of an image, and where two of them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from dockerslim_rewrite.verify.difference import Difference


class ImageConfig(Struct, frozen=True):
    """What `inspect` says of an image, in one form for all engines.

    `workdir` is "/" when none is set; `entrypoint` and `cmd` are empty when unset; `expose` holds "8080/tcp".
    `healthcheck` is the test as the engine keeps it (("CMD-SHELL", "curl ...")), empty for none.
    """

    env: Mapping[str, str]
    user: str
    workdir: str
    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    expose: frozenset[str]
    volumes: frozenset[str]
    labels: Mapping[str, str]
    stop_signal: str
    healthcheck: tuple[str, ...]
    health_options: Mapping[str, int]
    shell: tuple[str, ...]


def read_config(inspected: Mapping[str, Any]) -> ImageConfig:
    """Take the configuration out of one entry of `image inspect`."""
    config = inspected.get("Config") or {}
    health = config.get("Healthcheck") or inspected.get("HealthCheck") or {}
    return ImageConfig(
        env=dict(entry.partition("=")[::2] for entry in config.get("Env") or ()),
        user=config.get("User") or "",
        workdir=config.get("WorkingDir") or "/",
        entrypoint=tuple(config.get("Entrypoint") or ()),
        cmd=tuple(config.get("Cmd") or ()),
        expose=frozenset(config.get("ExposedPorts") or ()),
        volumes=frozenset(config.get("Volumes") or ()),
        labels=dict(config.get("Labels") or {}),
        stop_signal=config.get("StopSignal") or "SIGTERM",
        healthcheck=tuple(health.get("Test") or ()),
        health_options={name: int(value) for name, value in health.items() if name != "Test" and value},
        shell=tuple(config.get("Shell") or ()),
    )


def compare_configs(original: ImageConfig, rewritten: ImageConfig) -> Iterator[Difference]:
    """Yield every difference, named as decisions name it: "cmd", "env:PATH", "label:team", "expose:80/tcp"."""
    for kind, before, after, what in (
        ("user", _user(original), _user(rewritten), "USER"),
        ("workdir", original.workdir, rewritten.workdir, "WORKDIR"),
        ("entrypoint", _words(original.entrypoint), _words(rewritten.entrypoint), "ENTRYPOINT"),
        ("cmd", _words(original.cmd), _words(rewritten.cmd), "CMD"),
        ("stopsignal", original.stop_signal, rewritten.stop_signal, "STOPSIGNAL"),
        ("healthcheck", _health(original), _health(rewritten), "HEALTHCHECK"),
    ):
        if before != after:
            cause = f"{what} is lost in the runtime stage" if not after else f"{what} differs in the runtime stage"
            yield Difference(kind, before, after, cause)
    yield from _compare_maps("env", original.env, rewritten.env, "ENV")
    yield from _compare_maps("label", original.labels, rewritten.labels, "LABEL")
    yield from _compare_sets("expose", original.expose, rewritten.expose, "EXPOSE")
    yield from _compare_sets("volume", original.volumes, rewritten.volumes, "VOLUME")


def _compare_maps(kind: str, before: Mapping[str, str], after: Mapping[str, str], word: str) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        if before.get(name) == after.get(name):
            continue
        if name not in after:
            cause = f"{word} {name} is lost: the runtime stage and its base do not set it"
        elif name not in before:
            cause = f"{word} {name} is new: the runtime stage or its base sets it"
        else:
            cause = f"{word} {name} has another value in the runtime stage"
        yield Difference(f"{kind}:{name}", before.get(name, ""), after.get(name, ""), cause)


def _compare_sets(kind: str, before: frozenset[str], after: frozenset[str], word: str) -> Iterator[Difference]:
    for name in sorted(before ^ after):
        lost = name in before
        cause = f"{word} {name} is {'lost in' if lost else 'new in'} the runtime stage"
        yield Difference(f"{kind}:{name}", name if lost else "", "" if lost else name, cause)


def _user(config: ImageConfig) -> str:
    # Root goes by many names; what other names mean is compared by the process's ids.
    return "root" if config.user in ("", "0", "root", "0:0", "root:root", "0:root", "root:0") else config.user


def _words(words: tuple[str, ...]) -> str:
    import json

    return json.dumps(list(words)) if words else ""


def _health(config: ImageConfig) -> str:
    options = " ".join(f"{name}={value}" for name, value in sorted(config.health_options.items()))
    return f"{options} {_words(config.healthcheck)}".strip()
