"""package-lock.json and npm-shrinkwrap.json, versions 1 to 3.

Source of the format: https://docs.npmjs.com/cli/configuring-npm/package-lock-json
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.languages.node.locks.model import Lock, LockedPackage, as_texts


def read_npm_lock(path: str, text: str) -> Lock | None:
    """Read a lock file of npm, or return None when it is none."""
    data = parse_object(text)
    packages = data.get("packages")
    if isinstance(packages, dict):
        return Lock(path, "npm", str(data.get("lockfileVersion", "")), tuple(_packages(packages)))
    dependencies = data.get("dependencies")
    if isinstance(dependencies, dict) or data.get("lockfileVersion") == 1:
        tree = dependencies if isinstance(dependencies, dict) else {}
        return Lock(path, "npm", "1", tuple(_tree(tree)))
    return None


def _packages(packages: Mapping[str, object]) -> Iterator[LockedPackage]:
    for key, value in packages.items():
        _, marker, name = key.rpartition("node_modules/")
        if not marker or not isinstance(value, dict) or value.get("link") is True:
            continue
        real_name = value.get("name")
        bins = value.get("bin")
        yield LockedPackage(
            name=real_name if isinstance(real_name, str) else name,
            version=str(value.get("version", "")),
            dev=value.get("dev") is True,
            optional=value.get("optional") is True,
            install_script=value.get("hasInstallScript") is True,
            os=as_texts(value.get("os")),
            cpu=as_texts(value.get("cpu")),
            libc=as_texts(value.get("libc")),
            bins=tuple(bins) if isinstance(bins, dict) else (),
        )


def _tree(dependencies: Mapping[str, object]) -> Iterator[LockedPackage]:
    """Walk version 1's nested tree; it says nothing about install scripts and platforms."""
    stack = [dependencies]
    while stack:
        for name, value in stack.pop().items():
            if isinstance(value, dict):
                yield LockedPackage(
                    name, str(value.get("version", "")), value.get("dev") is True, value.get("optional") is True
                )
                inner = value.get("dependencies")
                if isinstance(inner, dict):
                    stack.append(inner)
