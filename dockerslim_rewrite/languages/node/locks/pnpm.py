"""pnpm-lock.yaml, versions 5 to 9.

Up to version 6 each package says `dev` and `requiresBuild`; version 9 says neither, and keeps edges in `snapshots`.
Source of the format: https://github.com/pnpm/spec/tree/master/lockfile
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dockerslim_rewrite.languages.node.locks.model import Entry, Lock, LockedPackage, as_texts, mark_development
from dockerslim_rewrite.languages.node.locks.text import load_yaml


def read_pnpm_lock(path: str, text: str) -> Lock | None:
    """Read a lock file of pnpm, or return None when it is none."""
    data = load_yaml(text)
    version = str(data.get("lockfileVersion", ""))
    if not version:
        return None
    packages = data.get("packages")
    listed = packages if isinstance(packages, dict) else {}
    snapshots = data.get("snapshots")
    if not isinstance(snapshots, dict):
        return Lock(path, "pnpm", version, tuple(_flagged(listed)))
    entries = {key: _entry(key, listed, value) for key, value in snapshots.items() if isinstance(key, str)}
    return Lock(
        path, "pnpm", version, mark_development(entries, _roots(data), lambda name, wanted: _key(entries, name, wanted))
    )


def _split(key: str) -> tuple[str, str]:
    """Split `/name/1.0.0_peer`, `/name@1.0.0(peer)` or `name@1.0.0(peer)` in name and version."""
    key = key.split("(", 1)[0].lstrip("/")
    scope = ""
    if key.startswith("@") and "/" in key:
        scope, _, key = key.partition("/")
        scope += "/"
    separator = "/" if "/" in key.split("@", 1)[0] else "@"
    name, _, version = key.partition(separator)
    return scope + name, version.split("_", 1)[0]


def _package(key: str, value: Mapping[str, object], dev: bool, install_script: bool | None) -> LockedPackage:
    name, version = _split(key)
    return LockedPackage(
        name=str(value.get("name", name)),
        version=str(value.get("version", version)),
        dev=dev,
        optional=value.get("optional") is True,
        install_script=install_script,
        os=as_texts(value.get("os")),
        cpu=as_texts(value.get("cpu")),
        libc=as_texts(value.get("libc")),
    )


def _flagged(packages: Mapping[object, object]) -> Iterator[LockedPackage]:
    for key, value in packages.items():
        if isinstance(key, str) and isinstance(value, dict):
            yield _package(key, value, value.get("dev") is True, value.get("requiresBuild") is True)


def _entry(key: str, packages: Mapping[object, object], snapshot: object) -> Entry:
    listed = packages.get(key.split("(", 1)[0])
    edges = snapshot if isinstance(snapshot, dict) else {}
    needs = tuple(_dependencies(edges, ("dependencies", "optionalDependencies")))
    return Entry(_package(key, listed if isinstance(listed, dict) else {}, False, None), needs)


def _roots(data: Mapping[str, object]) -> list[tuple[str, str]]:
    importers = data.get("importers")
    owners = list(importers.values()) if isinstance(importers, dict) else [data]
    sections = ("dependencies", "optionalDependencies")
    return [pair for owner in owners if isinstance(owner, dict) for pair in _dependencies(owner, sections)]


def _dependencies(owner: Mapping[str, object], sections: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for section in sections:
        values = owner.get(section)
        for name, value in values.items() if isinstance(values, dict) else ():
            version = value.get("version") if isinstance(value, dict) else value
            yield str(name), str(version)


def _key(entries: Mapping[str, Entry], name: str, version: str) -> str | None:
    """Return the key of a dependency: its version, or a whole key when it is an alias or not from the registry."""
    key = f"{name}@{version}"
    return key if key in entries else (version if version in entries else None)
