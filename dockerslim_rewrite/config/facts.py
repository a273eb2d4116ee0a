"""The tables `[images]` and `[packages]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from dockerslim_rewrite.config.keys import check_keys
from dockerslim_rewrite.knowledge.model import Role
from dockerslim_rewrite.knowledge.overlay import Overlay, OwnPackage

_DISTROS = ("debian", "alpine")
_PACKAGE = ("role", "runtime", "alpine", "provides")


def read_overlay(images: Any, packages: Any) -> Overlay:
    """Return a company's facts.

    Raises:
        ValueError: when a table says something unknown.
    """
    if not isinstance(images, dict) or not isinstance(packages, dict):
        raise ValueError("images and packages must be tables")
    check_keys(images, ("same-as", "replace"), "images.")
    check_keys(packages, _DISTROS, "packages.")
    return Overlay(
        same_as=_pairs(images, "same-as"),
        replace=_pairs(images, "replace"),
        packages=tuple(_packages(packages)),
    )


def _pairs(images: Mapping[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    table = images.get(key, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise ValueError(f"images.{key} must be a table of names")
    for name, target in table.items():
        if name.endswith("/") != (target.endswith("/") or not target):
            raise ValueError(f"images.{key}: {name!r} and {target!r} must both end in a slash, or none")
    return tuple(table.items())


def _packages(packages: Mapping[str, Any]) -> Iterator[tuple[str, OwnPackage]]:
    for distro, table in packages.items():
        if not isinstance(table, dict):
            raise ValueError(f"packages.{distro} must be a table")
        for name, facts in table.items():
            where = f"packages.{distro}.{name}"
            if not isinstance(facts, dict):
                raise ValueError(f"{where} must be a table")
            check_keys(facts, _PACKAGE, f"{where}.")
            role = facts.get("role", "both")
            if role not in get_args(Role):
                raise ValueError(f"{where}.role must be one of {', '.join(get_args(Role))}, not {role!r}")
            runtime, provides = _texts(facts, where, "runtime"), _texts(facts, where, "provides")
            alpine = facts.get("alpine", "")
            if not isinstance(alpine, str):
                raise ValueError(f"{where}.alpine must be a name")
            yield distro, OwnPackage(name, role, runtime, alpine, provides)


def _texts(facts: Mapping[str, Any], where: str, key: str) -> tuple[str, ...]:
    value = facts.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{where}.{key} must be a list of strings")
    return tuple(value)
