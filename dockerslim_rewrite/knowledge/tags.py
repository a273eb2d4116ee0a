"""Tags of official images: which version, release and variant they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from dockerslim_rewrite.knowledge.tables import load
from dockerslim_rewrite.patterns import pattern

_VERSION = pattern(r"\d+(?:\.\d+)*(?:(?:a|b|rc|alpha|beta)\d+)?")
_DATE = pattern(r"20\d{6}(?:\.\d+)?")
_ALPINE = pattern(r"alpine(\d+\.\d+)")
_NUMBERED = ("debian", "ubuntu", "buildpack-deps")
_ANY = float("inf")


class Tag(Struct, frozen=True):
    """What a tag says; fields as in `BaseImage`. `variant` is a key of the family's variants."""

    version: str
    release: str
    release_stated: bool
    variant: str


def read_tag(family: str, text: str, distro_of: dict[str, str]) -> Tag | None:
    """Sort the words of a tag into version, release and variant; None when one of them is unknown.

    `distro_of` maps the family's variants to their distribution.
    """
    table = load("images")
    aliases = table["families"][family]["aliases"]
    version = release = ""
    moving: list[str] = []
    variant: list[str] = []
    for word in text.split("-"):
        if word in table["releases"]["debian"] or word in table["releases"]["ubuntu"]:
            release = word
        elif match := _ALPINE.fullmatch(word):
            release = match[1]
            variant.append("alpine")
        elif word in aliases or (family in _NUMBERED and word in table["aliases"]["debian"]):
            version = version or aliases.get(word, "")
            moving.append(word)
        elif _VERSION.fullmatch(word) and not _DATE.fullmatch(word):
            version = word
        elif not _DATE.fullmatch(word):
            variant.append(word)
    name = "-".join(variant)
    if name not in distro_of:
        return None
    if release:
        return Tag(version, release, True, name)
    release, stated = _implied(family, version, moving, distro_of[name])
    return Tag(version, release, stated, name)


def _implied(family: str, version: str, moving: Sequence[str], distro: str) -> tuple[str, bool]:
    """Return the release behind a tag that does not name it, and whether it is certain."""
    table = load("images")
    if family == "alpine":
        parts = version.split(".")
        return (".".join(parts[:2]), True) if len(parts) > 1 else ("", False)
    if family in _NUMBERED:
        for names in table["releases"].values():
            for name, number in names.items():
                if number and (version == number or version.startswith(number + ".")):
                    return name, True
        return (table["aliases"]["debian"].get(moving[0], "") if moving and distro == "debian" else ""), False
    releases = releases_of(family, version) if distro == "debian" else ()
    if table["preferred_release"] in releases:
        return table["preferred_release"], False
    return (releases[-1] if releases else ""), False


def releases_of(family: str, version: str) -> tuple[str, ...]:
    """Return the last two Debian releases that a family's versions under `version` were built on, oldest first."""
    text = load("images")["families"][family].get("releases", "")
    spans = [span.split("=") for span in text.split()]
    if not version:
        return tuple(release for _, release in spans[-2:])
    low, high = _numbers(version, 0), _numbers(version, _ANY)
    before = [release for start, release in spans if _numbers(start, 0) <= low][-1:]
    within = [release for start, release in spans if low < _numbers(start, 0) <= high]
    return tuple(dict.fromkeys(before + within))[-2:]


def change_applies(change: dict[str, Any], version: str) -> bool:
    """Tell whether an entry of `changes` holds for a version ("" for a tag that states none)."""
    if not version:
        return bool(change.get("moving", "until" not in change))
    number = _numbers(version, _ANY)
    if "until" in change and number >= _numbers(change["until"], 0):
        return False
    starts = [_numbers(start, 0) for start in change.get("since", ())]
    same_major = [start for start in starts if start[0] == number[0]]
    if same_major:
        return number >= same_major[0]
    return not starts or number > max(starts)


def is_exact(version: str) -> bool:
    """Tell whether a version names one release of the language."""
    return version.count(".") >= 2


def _numbers(version: str, fill: float) -> tuple[float, ...]:
    found = [float(number) for number in re.findall(r"\d+", re.split("[a-z]", version, maxsplit=1)[0])[:3]]
    return tuple(found + [fill] * (3 - len(found)))
