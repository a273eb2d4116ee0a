"""Which base satisfies which need: each pair is a near miss of another."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.knowledge.images import resolve_image
from dockerslim_rewrite.languages.model import (
    Need,
    NeedFeature,
    NeedInterpreter,
    NeedLibc,
    NeedLibrary,
    NeedProgram,
    NeedShell,
    RuntimeOption,
)
from dockerslim_rewrite.planning.base import Fit, Misfit, try_option
from dockerslim_rewrite.planning.needs import Requirement

DISTROLESS = "gcr.io/distroless/static-debian12"
CC = "gcr.io/distroless/cc-debian12"
BOOKWORM = "golang:1.24-bookworm"


def answer(image: str, need: Need, builder: str = BOOKWORM, style: str = "slim") -> tuple[str, ...] | str:
    """Return the packages to install, or why the base does not do."""
    requirement = Requirement(need, "G00", "said", (Evidence("Dockerfile", 1, "x"),))
    found = try_option(RuntimeOption(image, style), [requirement], resolve_image(builder))  # type: ignore[arg-type]
    if isinstance(found, Misfit):
        assert found.requirement is requirement
        return found.reason
    assert isinstance(found, Fit)
    return tuple(item.package for item in found.installs)


@pytest.mark.parametrize(
    ("image", "need", "expected"),
    [
        (DISTROLESS, NeedLibc("none", ""), ()),
        (
            DISTROLESS,
            NeedLibc("glibc", ""),
            "the program needs glibc and gcr.io/distroless/static-debian12 has no libc",
        ),
        ("alpine:3.21", NeedLibc("glibc", ""), "the program needs glibc and alpine:3.21 has musl"),
        ("alpine:3.21", NeedLibc("musl", ""), ()),
        (CC, NeedLibc("glibc", "bookworm"), ()),
        (CC, NeedLibc("glibc", "bullseye"), ()),
        (CC, NeedLibc("glibc", "trixie"), f"the program is built on trixie and {CC} is older (bookworm)"),
        (CC, NeedLibc("glibc", "bookworm", cxx=True), ()),
        ("debian:bookworm-slim", NeedLibc("glibc", "bookworm", cxx=True), ()),
        ("alpine:3.21", NeedLibc("musl", "", cxx=True), ("libstdc++",)),
        (DISTROLESS, NeedShell(), f"{DISTROLESS} has no shell"),
        ("alpine:3.21", NeedShell(), ()),
        ("alpine:3.21", NeedProgram("sh"), ()),
        ("alpine:3.21", NeedProgram("bash"), ("bash",)),
        ("debian:bookworm-slim", NeedProgram("bash"), ()),
        ("debian:bookworm-slim", NeedProgram("curl"), ("curl",)),
        ("debian:bookworm-slim", NeedProgram("ping"), ("iputils-ping",)),
        ("alpine:3.21", NeedProgram("unheard-of"), "no package of alpine is known to bring unheard-of"),
        (DISTROLESS, NeedProgram("curl"), f"{DISTROLESS} has no curl and nothing can be installed there"),
        ("alpine:3.21", NeedProgram("/bin/bash"), ("bash",)),
        ("alpine:3.21", NeedProgram("/usr/local/bin/bash"), "alpine:3.21 has no /usr/local/bin/bash"),
        ("debian:bookworm-slim", NeedProgram("/usr/local/bin/bash"), ()),
        ("debian:bookworm-slim", NeedProgram("/odd/bash"), ()),
        ("alpine:3.21", NeedProgram("/odd/bash"), "alpine:3.21 has no /odd/bash"),
        (DISTROLESS, NeedFeature("ca-certificates"), ()),
        ("alpine:3.21", NeedFeature("tzdata"), ("tzdata",)),
        ("alpine:3.21", NeedFeature("passwd"), ()),
        ("alpine:3.21", NeedInterpreter("node", 22), "alpine:3.21 has no node 22"),
        ("node:22-alpine", NeedInterpreter("node", 22), ()),
        ("node:20-alpine", NeedInterpreter("node", 22), "node:20-alpine has no node 22"),
        ("python:3.12-alpine", NeedInterpreter("node", 3), "python:3.12-alpine has no node 3"),
        ("python:3.12-alpine", NeedInterpreter("python", 3), ()),
        ("gcr.io/distroless/nodejs22-debian12", NeedInterpreter("node", 22), ()),
        (
            "gcr.io/distroless/nodejs22-debian12",
            NeedInterpreter("node", 20),
            "gcr.io/distroless/nodejs22-debian12 has no node 20",
        ),
        (
            "gcr.io/distroless/nodejs22-debian12",
            NeedInterpreter("python", 22),
            "gcr.io/distroless/nodejs22-debian12 has no python 22",
        ),
        (DISTROLESS, NeedProgram("sh"), f"{DISTROLESS} has no sh and nothing can be installed there"),
        (DISTROLESS, NeedLibrary("libpq5"), f"libpq5 is needed and nothing can be installed in {DISTROLESS}"),
        ("debian:bookworm-slim", NeedLibrary("libpq5"), ("libpq5",)),
        ("debian:trixie-slim", NeedLibrary("libpq5"), "libpq5 of bookworm may be another on trixie"),
        ("alpine:3.21", NeedLibrary("libpq5"), ("libpq",)),
        ("alpine:3.21", NeedLibrary("libunheard"), "libunheard has no known name on alpine"),
        ("debian:stretch-slim", NeedProgram("curl"), "curl is needed and the package archive of stretch has moved"),
        ("debian:stretch-slim", NeedProgram("bash"), ()),
        ("example.com/own", NeedShell(), "example.com/own is not in the table of images"),
    ],
)
def test_needs(image: str, need: Need, expected: tuple[str, ...] | str) -> None:
    assert answer(image, need) == expected


def test_a_library_of_alpine_stays_there() -> None:
    assert answer("alpine:3.21", NeedLibrary("libpq"), "golang:1.24-alpine3.21") == ("libpq",)
    assert "no known name" in answer("debian:bookworm-slim", NeedLibrary("libpq"), "golang:1.24-alpine3.21")


@pytest.mark.parametrize(
    ("package", "image", "builder", "expected"),
    [
        ("libstdc++6", DISTROLESS, BOOKWORM, f"libstdc++6 is needed and nothing can be installed in {DISTROLESS}"),
        ("libpq5", CC, BOOKWORM, f"libpq5 is needed and nothing can be installed in {CC}"),
        ("libstdc++6", CC, "golang:1.25-trixie", f"libstdc++6 is needed and nothing can be installed in {CC}"),
        ("libstdc++6", CC, BOOKWORM, ()),
        ("libgcc-s1", "gcr.io/distroless/nodejs20-debian12", "node:20-bookworm", ()),
    ],
)
def test_a_library_that_distroless_holds(
    package: str, image: str, builder: str, expected: tuple[str, ...] | str
) -> None:
    assert answer(image, NeedLibrary(package), builder) == expected


def test_the_authors_own_base_has_what_it_had() -> None:
    assert answer(BOOKWORM, NeedProgram("git"), style="same") == ()
    assert answer(BOOKWORM, NeedLibrary("libpq5"), style="same") == ("libpq5",)
    assert answer(BOOKWORM, NeedShell(), style="same") == ()
    assert answer(BOOKWORM, NeedProgram("ping"), style="same") == ("iputils-ping",)
    assert answer("example.com/own", NeedProgram("ping"), builder="example.com/own", style="same") == ()


@pytest.mark.parametrize("need", [NeedProgram("curl"), NeedLibrary("libpq5")])
def test_nothing_is_installed_from_an_archive_that_has_moved(need: Need) -> None:
    assert "has moved" in str(answer("debian:stretch-slim", need, "golang:1.10-stretch"))
    assert answer("debian:stretch-slim", NeedShell(), "golang:1.10-stretch") == ()
    assert answer("example.com/own", NeedLibrary("libpq5"), "golang:1.10-stretch", "same") == ("libpq5",)
