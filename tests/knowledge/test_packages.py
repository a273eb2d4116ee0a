from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerslim_rewrite.knowledge.overlay import Overlay, OwnPackage, use_overlay
from dockerslim_rewrite.knowledge.packages import alpine_name, os_package, package_for_program, runtime_packages


@pytest.mark.parametrize(
    ("name", "distro", "role"),
    [
        ("gcc", "debian", "build"),
        ("build-essential", "debian", "build"),
        ("libpq-dev", "debian", "build"),
        ("libunheard-of-dev", "debian", "build"),
        ("gcc-12", "debian", "build"),
        ("python3.11-dev", "debian", "build"),
        ("python3", "debian", "both"),
        ("python3.11", "debian", "both"),
        ("git", "debian", "both"),
        ("vim", "debian", "both"),
        ("ca-certificates", "debian", "runtime"),
        ("libpq5", "debian", "runtime"),
        ("fonts-noto-cjk", "debian", "runtime"),
        ("ffmpeg", "debian", "runtime"),
        ("make", "alpine", "build"),
        ("postgresql-dev", "alpine", "build"),
        ("tini", "alpine", "runtime"),
        ("libstdc++", "alpine", "runtime"),
        ("git", "alpine", "both"),
    ],
)
def test_role(name: str, distro: str, role: str) -> None:
    package = os_package(name, distro)
    assert package is not None
    assert package.role == role
    assert package.reason and package.source


@pytest.mark.parametrize(
    "name", ["git=1:2.39.5-0+deb12u2", "git/bookworm", "git:amd64", "git~=2.40", "git@edge", "git>2"]
)
def test_pinned_version_is_not_part_of_the_name(name: str) -> None:
    package = os_package(name, "debian")
    assert package is not None
    assert package.name == "git"


def test_unknown_package() -> None:
    assert os_package("acme-agent", "debian") is None
    assert os_package("acme-agent", "alpine") is None
    assert os_package("git", "fedora") is None


@pytest.mark.parametrize(
    ("name", "distro", "release", "expected"),
    [
        ("libpq-dev", "debian", "bookworm", ("libpq5",)),
        ("libssl-dev", "debian", "bullseye", ("libssl1.1",)),
        ("libssl-dev", "debian", "bookworm", ("libssl3",)),
        ("libssl-dev", "debian", "trixie", ("libssl3t64",)),
        ("libvips-dev", "debian", "bookworm", ("libvips42",)),
        ("libvips-dev", "debian", "trixie", ("libvips42t64",)),
        ("default-libmysqlclient-dev", "debian", "bookworm", ("libmariadb3",)),
        ("libjpeg-dev", "debian", "bookworm", ("libjpeg62-turbo",)),
        ("libc6-dev", "debian", "bookworm", ()),
        ("make", "debian", "bookworm", ()),
        ("g++", "debian", "bookworm", ("libstdc++6", "libgcc-s1")),
        ("postgresql-dev", "alpine", "3.20", ("libpq",)),
        ("vips-dev", "alpine", "", ("vips", "vips-cpp")),
        ("musl-dev", "alpine", "", ()),
        ("g++", "alpine", "", ("libstdc++", "libgcc")),
    ],
)
def test_runtime_packages(name: str, distro: str, release: str, expected: tuple[str, ...]) -> None:
    assert runtime_packages(name, distro, release) == expected


@pytest.mark.parametrize(
    ("name", "distro", "release"),
    [
        ("libssl-dev", "debian", ""),
        ("libssl-dev", "debian", "stretch"),
        ("libssl-dev", "ubuntu", "jammy"),
        ("libunheard-of-dev", "debian", "bookworm"),
        ("unheard-of-dev", "alpine", "3.20"),
    ],
)
def test_unknown_libraries_keep_the_package_itself(name: str, distro: str, release: str) -> None:
    assert runtime_packages(name, distro, release) == (name,)


@pytest.mark.parametrize(
    ("program", "debian", "alpine"),
    [
        ("git", "git", "git"),
        ("convert", "imagemagick", "imagemagick"),
        ("gs", "ghostscript", "ghostscript"),
        ("psql", "postgresql-client", "postgresql-client"),
        ("ssh", "openssh-client", "openssh-client"),
        ("nc", "netcat-openbsd", "netcat-openbsd"),
        ("ps", "procps", "procps"),
        ("ping", "iputils-ping", "iputils"),
        ("dig", "dnsutils", "bind-tools"),
        ("envsubst", "gettext-base", "gettext-envsubst"),
        ("mysql", "default-mysql-client", "mysql-client"),
        ("redis-cli", "redis-tools", "redis"),
        ("su-exec", "su-exec", "su-exec"),
        ("gosu", "gosu", "gosu"),
        ("tini", "tini", "tini"),
        ("bash", "bash", "bash"),
        ("acme", None, None),
        ("libpq5", None, None),
    ],
)
def test_package_for_program(program: str, debian: str | None, alpine: str | None) -> None:
    assert package_for_program(program, "debian") == debian
    assert package_for_program(program, "alpine") == alpine


@pytest.mark.parametrize(
    ("debian", "alpine"),
    [
        ("curl", "curl"),
        ("dnsutils", "bind-tools"),
        ("libpq5", "libpq"),
        ("xz-utils", "xz"),
        ("locales", None),
        ("acme-agent", None),
        ("git=1:2.39", "git"),
    ],
)
def test_alpine_name(debian: str, alpine: str | None) -> None:
    assert alpine_name(debian) == alpine


@given(st.text(max_size=40), st.sampled_from(["debian", "ubuntu", "alpine", "distroless", ""]))
def test_any_text_is_answered(name: str, distro: str) -> None:
    os_package(name, distro)
    runtime_packages(name, distro, "bookworm")
    alpine_name(name)
    package_for_program(name, distro)


OWN = Overlay(packages=(("debian", OwnPackage("acme-ssl", "both", ("acme-ssl1",), "acme-ssl-libs", ("acmectl",))),))


def test_a_companys_own_package() -> None:
    assert os_package("acme-ssl", "debian") is None and package_for_program("acmectl", "debian") is None
    with use_overlay(OWN):
        found = os_package("acme-ssl=1.2", "ubuntu")
        assert found is not None
        assert (found.distro, found.role, found.runtime) == ("ubuntu", "both", ("acme-ssl1",))
        assert found.other_distro == ("acme-ssl-libs",)
        assert runtime_packages("acme-ssl", "debian", "bookworm") == ("acme-ssl1",)
        assert alpine_name("acme-ssl") == "acme-ssl-libs"
        assert package_for_program("acmectl", "debian") == "acme-ssl"
        assert package_for_program("acmectl", "alpine") is None
        assert os_package("acme-ssl", "alpine") is None
        assert package_for_program("git", "debian") == "git"
