"""Every entry of the tables keeps to a strict schema: unknown keys, double names and broken references are errors."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import pytest

from dockerslim_rewrite.knowledge.tables import load

LAYER = {
    "from": str,
    "distro": str,
    "libc": str,
    "shell": bool,
    "workdir": str,
    "env": dict,
    "entrypoint": list,
    "cmd": list,
    "user": str,
    "users": str,
    "programs": str,
    "adds": str,
    "features": str,
    "size_mb": (int, float),
    "measured": str,
    "onbuild": list,
}
CHANGE = {
    "reason": str,
    "since": list,
    "until": str,
    "moving": bool,
    "env": dict,
    "adds": str,
    "entrypoint": list,
}
FAMILY = {"repositories": list, "variants": dict, "aliases": dict, "releases": str, "changes": list}
IMAGES = {
    "date": datetime.date,
    "source": str,
    "reason": str,
    "default_alpine": str,
    "archived_releases": list,
    "preferred_release": str,
    "hub_hosts": list,
    "hub_prefixes": list,
    "windows": dict,
    "releases": dict,
    "aliases": dict,
    "absent": dict,
    "layers": dict,
    "families": dict,
    "distroless": dict,
    "programs": dict,
}
DISTROLESS = {
    "registry": str,
    "tags": list,
    "architectures": list,
    "source": str,
    "nonroot": dict,
    "debug_entrypoint": list,
    "debug_path": str,
    "images": str,
}
PACKAGES = {
    "services": str,
    "former": str,
    "date": datetime.date,
    "source": str,
    "elsewhere": str,
    "embedding": str,
    "linkers": str,
    "groups": list,
    "rules": list,
    "programs": dict,
    "alpine": dict,
    "runtime": dict,
}
TOOLS = {"date": datetime.date, "source": str, "groups": list, "hot_reload": list, "development": list}


def conform(entry: dict[str, Any], schema: dict[str, Any], required: Iterable[str] = ()) -> None:
    assert set(entry) <= set(schema), set(entry) - set(schema)
    assert set(required) <= set(entry), set(required) - set(entry)
    for key, value in entry.items():
        assert isinstance(value, schema[key]), (key, value)


def twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def test_images_top_level() -> None:
    table = load("images")
    conform(table, IMAGES, IMAGES)
    conform(table["distroless"], DISTROLESS, DISTROLESS)
    assert set(table["windows"]) == {"reason", "repositories", "tags"}
    assert table["preferred_release"] in table["releases"]["debian"]


@pytest.mark.parametrize("name", sorted(load("images")["layers"]))
def test_layer(name: str) -> None:
    table = load("images")
    layer = table["layers"][name]
    conform(layer, LAYER)
    if "from" in layer:
        assert layer["from"] in table["layers"]
    else:
        assert {"distro", "libc", "workdir", "size_mb"} <= set(layer)
    assert set(layer.get("programs", "").split()) <= set(table["programs"])
    for user in layer.get("users", "").split():
        assert user.split("=")[1].isdecimal()


@pytest.mark.parametrize("name", sorted(load("images")["families"]))
def test_family(name: str) -> None:
    table = load("images")
    family = table["families"][name]
    conform(family, FAMILY, ("repositories", "variants", "aliases"))
    assert set(family["variants"].values()) <= set(table["layers"])
    assert "" in family["variants"]
    for change in family.get("changes", ()):
        conform(change, CHANGE, ("reason",))
        assert "since" in change or "until" in change
    starts = [span.split("=") for span in family.get("releases", "").split()]
    numbers = [[int(part) for part in start.split(".")] for start, _ in starts]
    assert numbers == sorted(numbers)
    assert {release for _, release in starts} <= set(table["releases"]["debian"])


def test_distroless_images() -> None:
    table = load("images")
    for line in table["distroless"]["images"].strip().splitlines():
        kind, version, release, retired = line.split()
        assert f"distroless-{kind}" in table["layers"]
        assert (version == "-") == (kind not in ("nodejs", "python3"))
        assert release in table["releases"]["debian"]
        assert retired == "-" or datetime.date.fromisoformat(retired)


def test_packages() -> None:
    table = load("packages")
    conform(table, PACKAGES, PACKAGES)
    for group in table["groups"]:
        conform(group, dict.fromkeys(("distro", "role", "reason", "names"), str), ("distro", "role", "reason", "names"))
    for rule in table["rules"]:
        conform(rule, dict.fromkeys(("distro", "role", "reason", "patterns"), str), ("distro", "role", "reason"))
    for entry in (*table["groups"], *table["rules"]):
        assert entry["distro"] in ("debian", "alpine")
        assert entry["role"] in ("build", "runtime", "both")
        assert entry["reason"].strip()


@pytest.mark.parametrize("distro", ["debian", "alpine"])
def test_packages_of_a_distribution(distro: str) -> None:
    table = load("packages")
    names = [name for group in table["groups"] if group["distro"] == distro for name in group["names"].split()]
    assert twice(names) == []
    assert len(names) >= 250
    patterns = [pattern for rule in table["rules"] if rule["distro"] == distro for pattern in rule["patterns"].split()]
    for name in table["runtime"][distro]:
        assert name in names or any(fnmatchcase(name, pattern) for pattern in patterns), name


def test_runtime_libraries_name_releases() -> None:
    for name, known in load("packages")["runtime"]["debian"].items():
        if isinstance(known, dict):
            assert set(known) <= {"bullseye", "bookworm", "trixie"}, name
        else:
            assert isinstance(known, str)
    assert all(isinstance(value, str) for value in load("packages")["runtime"]["alpine"].values())


def test_tools() -> None:
    table = load("tools")
    conform(table, TOOLS, TOOLS)
    kinds = {"package-manager", "build", "make", "filesystem", "user", "inert", "network", "config"}
    for group in table["groups"]:
        conform(group, dict.fromkeys(("kind", "reason", "names"), str), ("kind", "reason", "names"))
        assert group["kind"] in kinds
    for use in table["hot_reload"]:
        conform(use, dict.fromkeys(("code", "reason", "names"), str), ("code", "reason", "names"))
    for use in table["development"]:
        keys = {"code": str, "reason": str, "commands": str, "exact": bool}
        conform(use, keys, ("code", "reason", "commands"))
        assert use["code"] in ("G10", "N17", "D17")
    assert twice(name for group in table["groups"] for name in group["names"].split()) == []
    assert twice(name for use in table["hot_reload"] for name in use["names"].split()) == []
    assert twice(line for use in table["development"] for line in use["commands"].strip().splitlines()) == []
