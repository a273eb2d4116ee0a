"""Base images: from a reference to what the image contributes. The facts are in images.toml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from dockerslim_rewrite.knowledge.model import BaseImage, ImageRef
from dockerslim_rewrite.knowledge.overlay import current_overlay
from dockerslim_rewrite.knowledge.references import parse_ref
from dockerslim_rewrite.knowledge.tables import load
from dockerslim_rewrite.knowledge.tags import Tag, change_applies, is_exact, read_tag, releases_of
from dockerslim_rewrite.patterns import pattern

__all__ = [
    "DistrolessImage",
    "debian_slim",
    "default_alpine",
    "distroless_images",
    "distroless_releases",
    "parse_ref",
    "possible_releases",
    "published_distroless_node",
    "resolve_image",
]

_DISTROLESS = pattern(r"(static|base-nossl|base|cc|python3|nodejs)(\d*)(?:-debian(\d+))?")
_WORDS = ("programs", "adds", "features", "users")


class DistrolessImage(Struct, frozen=True):
    """A published distroless repository.

    `version` is that of its language ("20", "3.11", "" for none); `retired` the ISO date of its last build, "" when it
    is built today.
    """

    repository: str
    kind: str
    version: str
    release: str
    retired: str


def resolve_image(text: str, platform: str | None = None) -> BaseImage | None:
    """Return what the base image `text` contributes, or None when it is not a known official image.

    `text` is a whole reference without variables. A reference by digest alone says neither version nor variant and is
    unknown. `platform` is the value of `--platform`. Windows images have the family "windows". In `env` a value of ""
    is set by the image to something that the tag does not state. `release` is an assumption unless `release_stated`;
    moving Node tags (latest, lts, current) have no major.
    """
    return _resolve(current_overlay().public_name(text), platform)


@lru_cache(maxsize=1_024)
def _resolve(text: str, platform: str | None) -> BaseImage | None:
    ref = parse_ref(text)
    if ref is None:
        return None
    table = load("images")
    if _is_windows(ref, platform):
        return _build(ref, "windows", Tag("", "", True, ref.tag or ""), _layer("windows"))
    if text == "scratch":
        return _build(ref, "scratch", Tag("", "", True, ""), _layer("scratch"))
    if ref.digest and ref.tag is None:
        return None
    if ref.registry == table["distroless"]["registry"]:
        return _distroless(ref)
    family = _families().get(_hub_name(ref))
    if family is None:
        return None
    variants = table["families"][family]["variants"]
    tag = read_tag(family, ref.tag or "latest", {name: _layer(layer)["distro"] for name, layer in variants.items()})
    if tag is None:
        return None
    facts = _layer(variants[tag.variant])
    for change in table["families"][family].get("changes", ()):
        if change_applies(change, tag.version):
            facts = _merge(facts, change)
    return _build(ref, family, tag, facts)


def possible_releases(image: BaseImage) -> tuple[str, ...]:
    """Return the releases that the image's tag has stood for lately, oldest first; () when they are unknown."""
    if image.release_stated:
        return (image.release,) if image.release else ()
    if image.distro != "debian" or image.family not in load("images")["families"]:
        return ()
    return releases_of(image.family, image.version) or ((image.release,) if image.release else ())


def default_alpine() -> str:
    """Return the Alpine image for a new stage."""
    return str(load("images")["default_alpine"])


def debian_slim(release: str) -> str | None:
    """Return the slim Debian image of a release by its code name, None when there is none."""
    return f"debian:{release}-slim" if release in load("images")["releases"]["debian"] else None


@cache
def distroless_images(kind: str) -> tuple[DistrolessImage, ...]:
    """Return the published images of a kind (static, base, base-nossl, cc, python3, nodejs), newest release first."""
    table = load("images")
    numbers = table["releases"]["debian"]
    found = []
    for line in table["distroless"]["images"].strip().splitlines():
        name, version, release, retired = line.split()
        if name != kind:
            continue
        suffix = version if kind == "nodejs" else ""
        repository = f"{table['distroless']['registry']}/{kind}{suffix}-debian{numbers[release]}"
        version = "" if version == "-" else version
        found.append(DistrolessImage(repository, kind, version, release, "" if retired == "-" else retired))
    return tuple(found)


def distroless_releases(kind: str) -> tuple[str, ...]:
    """Return the Debian releases that a kind of distroless image is published for, newest first, retired ones too."""
    return tuple(dict.fromkeys(image.release for image in distroless_images(kind)))


def published_distroless_node() -> Mapping[tuple[int, str], DistrolessImage]:
    """Return distroless Node images by major and Debian release."""
    return {(int(image.version), image.release): image for image in distroless_images("nodejs")}


@cache
def _families() -> dict[str, str]:
    families = load("images")["families"]
    return {repository: name for name, family in families.items() for repository in family["repositories"]}


def _hub_name(ref: ImageRef) -> str:
    """Return the repository's name on Docker Hub, without the prefix of official images."""
    table = load("images")
    registry = ref.registry
    for host in table["hub_hosts"]:
        if registry == host or registry.startswith(host + "/"):
            registry = registry[len(host) + 1 :]
            break
    if registry in table["hub_prefixes"]:
        registry = ""
    return f"{registry}/{ref.name}".lstrip("/")


def _is_windows(ref: ImageRef, platform: str | None) -> bool:
    table = load("images")["windows"]
    if platform is not None and platform.lower().startswith("windows"):
        return True
    if any(f"{ref.registry}/".startswith(repository + "/") for repository in table["repositories"]):
        return True
    words = (ref.tag or "").split("-")
    return _hub_name(ref) in _families() and any(word.startswith(tuple(table["tags"])) for word in words)


def _distroless(ref: ImageRef) -> BaseImage | None:
    table = load("images")
    facts, numbers = table["distroless"], table["releases"]["debian"]
    match = _DISTROLESS.fullmatch(ref.name)
    variant = _without_architecture(ref.tag or "latest", facts["architectures"])
    if match is None or variant not in facts["tags"]:
        return None
    kind, major, number = match.groups()
    release = next((name for name, value in numbers.items() if number and value == number), "")
    if (number and not release) or bool(major) != (kind == "nodejs"):
        return None
    layer = _layer(f"distroless-{kind}")
    python = ""
    if kind == "python3":
        python = next((image.version for image in distroless_images(kind) if image.release == release), "")
        layer = _merge(layer, {"entrypoint": [f"/usr/bin/python{python}"], "adds": f"python{python or 3}"})
    words = variant.split("-")
    if "nonroot" in words:
        layer = _merge(layer, facts["nonroot"])
    if "debug" in words:
        # /busybox/sh is a shell, but not /bin/sh: RUN and the shell forms do not find it.
        debug = {"env": {"PATH": layer["env"]["PATH"] + facts["debug_path"]}, "programs": "busybox"}
        layer = _merge(layer, debug if layer.get("entrypoint") else debug | {"entrypoint": facts["debug_entrypoint"]})
    return _build(ref, "distroless", Tag(major or python, release, bool(release), variant), layer)


def _without_architecture(tag: str, architectures: list[str]) -> str:
    stem, _, last = tag.rpartition("-")
    return stem if stem and last in architectures else tag


@cache
def _layer(name: str) -> dict[str, Any]:
    """Return a layer's facts with those of all layers below it."""
    layer = load("images")["layers"][name]
    return _merge(_layer(layer["from"]), layer) if "from" in layer else layer


def _merge(below: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
    merged = below | layer
    for key in _WORDS:
        merged[key] = f"{below.get(key, '')} {layer.get(key, '')}"
    merged["env"] = below.get("env", {}) | layer.get("env", {})
    return merged


def _build(ref: ImageRef, family: str, tag: Tag, facts: dict[str, Any]) -> BaseImage:
    table = load("images")
    exact = tag.version if is_exact(tag.version) else ""
    major = tag.version.split(".")[0]
    is_ubuntu = tag.release in table["releases"]["ubuntu"]
    return BaseImage(
        ref=ref,
        family=family,
        version=tag.version,
        major=int(major) if major.isdecimal() else None,
        distro="ubuntu" if is_ubuntu else facts["distro"],
        release=tag.release,
        release_stated=tag.release_stated,
        libc=facts["libc"],
        variant=tag.variant,
        env=MappingProxyType(
            {name: exact if value == "{version}" else value for name, value in facts.get("env", {}).items()}
        ),
        entrypoint=_words(facts, "entrypoint"),
        cmd=_words(facts, "cmd"),
        user=facts.get("user", ""),
        workdir=facts["workdir"],
        users=MappingProxyType(
            {name: int(uid) for name, uid in (user.split("=") for user in facts.get("users", "").split())}
        ),
        has_shell=facts.get("shell", False),
        programs=_programs(facts) - frozenset(table["absent"].get(tag.release, ())),
        features=frozenset(facts.get("features", "").split()),
        size_mb=float(facts["size_mb"]),
        source=table["source"],
        onbuild=tuple(facts.get("onbuild", ())),
    )


def _words(facts: dict[str, Any], key: str) -> tuple[str, ...] | None:
    return tuple(facts[key]) if key in facts else None


def _programs(facts: dict[str, Any]) -> frozenset[str]:
    names = set(facts.get("adds", "").split())
    for name in facts.get("programs", "").split():
        names |= _program_set(name)
    return frozenset(names)


@cache
def _program_set(name: str) -> frozenset[str]:
    return frozenset(load("images")["programs"][name].split())
