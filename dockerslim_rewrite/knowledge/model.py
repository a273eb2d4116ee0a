"""Types of the facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Libc = Literal["glibc", "musl", "none"]
Distro = Literal["debian", "alpine", "ubuntu", "distroless", "scratch"]
Role = Literal["build", "runtime", "both", "unknown"]


class ImageRef(Struct, frozen=True):
    """An image reference taken apart. `registry` holds host and path prefix ("" for Docker Hub's library)."""

    text: str
    registry: str
    name: str
    tag: str | None
    digest: str | None


class BaseImage(Struct, frozen=True):
    """What an official base image contributes.

    `family`: golang, node, python, alpine, debian, distroless, ... `version`: the language version as the tag states it
    ("1.24", "20.11.1", "" for latest). `major`: resolved major (Node 20; "latest" resolved with the table's date).
    `release`: bookworm, trixie, 3.21 ("" when unknown). `release_stated`: the tag itself names the release.
    `variant`: "", slim, alpine, onbuild ... `programs`: names of programs on PATH beyond `program_sets`.
    `features`: tzdata, ca-certificates, mime-types ... `size_mb`: uncompressed size in megabytes, an estimate.
    """

    ref: ImageRef
    family: str
    version: str
    major: int | None
    distro: Distro
    release: str
    release_stated: bool
    libc: Libc
    variant: str
    env: Mapping[str, str]
    entrypoint: tuple[str, ...] | None
    cmd: tuple[str, ...] | None
    user: str
    workdir: str
    users: Mapping[str, int]
    has_shell: bool
    programs: frozenset[str]
    features: frozenset[str]
    size_mb: float
    source: str
    onbuild: tuple[str, ...] = ()


class OsPackage(Struct, frozen=True):
    """An OS package of one distribution's name.

    `role`: who needs it. `runtime`: the packages that a program built with it needs at run time (libpq-dev: libpq5),
    per release where it differs. `alpine`: names on Alpine (for a Debian package), or `debian` names for an Alpine one.
    `provides`: programs that it installs.
    """

    name: str
    distro: Distro
    role: Role
    runtime: tuple[str, ...]
    other_distro: tuple[str, ...]
    provides: tuple[str, ...]
    reason: str
    source: str
