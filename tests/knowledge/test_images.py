from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerslim_rewrite.knowledge.images import (
    debian_slim,
    default_alpine,
    distroless_images,
    distroless_releases,
    parse_ref,
    possible_releases,
    published_distroless_node,
    resolve_image,
)
from dockerslim_rewrite.knowledge.model import BaseImage
from dockerslim_rewrite.knowledge.releases import debian_order

DIGEST = "sha256:" + "0" * 64
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def known(text: str) -> BaseImage:
    image = resolve_image(text)
    assert image is not None, text
    return image


@pytest.mark.parametrize(
    ("text", "registry", "name", "tag", "digest"),
    [
        ("golang", "", "golang", None, None),
        ("golang:1.24", "", "golang", "1.24", None),
        ("oven/bun:1", "oven", "bun", "1", None),
        ("gcr.io/distroless/static-debian12", "gcr.io/distroless", "static-debian12", None, None),
        ("localhost:5000/a/b:t", "localhost:5000/a", "b", "t", None),
        (f"node:20@{DIGEST}", "", "node", "20", DIGEST),
        ("[::1]:5000/x", "[::1]:5000", "x", None, None),
    ],
)
def test_parse_ref(text: str, registry: str, name: str, tag: str | None, digest: str | None) -> None:
    ref = parse_ref(text)
    assert ref is not None
    assert (ref.text, ref.registry, ref.name, ref.tag, ref.digest) == (text, registry, name, tag, digest)


@pytest.mark.parametrize(
    "text", ["", "$BASE", "${A}:1", "Golang", "a b", "a:", "/a", "a//b", "a@sha256:1", "a:b:c", "-a"]
)
def test_not_a_reference(text: str) -> None:
    assert parse_ref(text) is None
    assert resolve_image(text) is None


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    ref = parse_ref(text)
    assert ref is None or ref.text == text
    resolve_image(text)
    resolve_image("golang:" + text)
    resolve_image("gcr.io/distroless/" + text)


@pytest.mark.parametrize(
    ("text", "release", "stated", "possible"),
    [
        ("golang:1.24", "bookworm", False, ("bookworm", "trixie")),
        ("golang", "bookworm", False, ("bookworm", "trixie")),
        ("golang:1.24.6", "trixie", False, ("trixie",)),
        ("golang:1.25", "trixie", False, ("trixie",)),
        ("golang:1.22", "bookworm", False, ("bookworm",)),
        ("golang:1.19", "bookworm", False, ("bullseye", "bookworm")),
        ("golang:1.19.1", "bullseye", False, ("bullseye",)),
        ("golang:1.12", "buster", False, ("stretch", "buster")),
        ("golang:1.22-bullseye", "bullseye", True, ("bullseye",)),
        ("golang:1.22rc1-bookworm", "bookworm", True, ("bookworm",)),
        ("golang:1.20-alpine3.17", "3.17", True, ("3.17",)),
        ("golang:alpine", "", False, ()),
        ("node:8", "stretch", False, ("jessie", "stretch")),
        ("node:14", "buster", False, ("stretch", "buster")),
        ("node:16", "buster", False, ("buster",)),
        ("node:20-slim", "bookworm", False, ("bullseye", "bookworm")),
        ("node:26", "trixie", False, ("trixie",)),
        ("python:3.12", "bookworm", False, ("bookworm", "trixie")),
        ("python:3.9.1-slim", "buster", False, ("buster",)),
        ("debian:12.5-slim", "bookworm", True, ("bookworm",)),
        ("debian:bookworm-20240101-slim", "bookworm", True, ("bookworm",)),
        ("debian:stable-slim", "trixie", False, ("trixie",)),
        ("alpine:3.19.1", "3.19", True, ("3.19",)),
        ("alpine:3", "", False, ()),
        ("ubuntu:22.04", "jammy", True, ("jammy",)),
    ],
)
def test_release(text: str, release: str, stated: bool, possible: tuple[str, ...]) -> None:
    image = known(text)
    assert (image.release, image.release_stated, possible_releases(image)) == (release, stated, possible)


@pytest.mark.parametrize(
    ("text", "family", "variant", "major", "libc"),
    [
        ("golang:1.22-alpine", "golang", "alpine", 1, "musl"),
        ("golang:1.8-onbuild", "golang", "onbuild", 1, "glibc"),
        ("node:20-bookworm-slim", "node", "slim", 20, "glibc"),
        ("node:iron-alpine3.20", "node", "alpine", 20, "musl"),
        ("node:lts", "node", "", None, "glibc"),
        ("python:3.13-rc-slim-bookworm", "python", "slim", 3, "glibc"),
        ("buildpack-deps:jammy-scm", "buildpack-deps", "scm", None, "glibc"),
        ("busybox:1.36-musl", "busybox", "musl", 1, "musl"),
        ("nginx:1.25-alpine3.18-slim", "nginx", "alpine-slim", 1, "musl"),
        ("oven/bun:1.1-alpine", "bun", "alpine", 1, "musl"),
        ("denoland/deno:alpine-1.40.0", "deno", "alpine", 1, "musl"),
        ("scratch", "scratch", "", None, "none"),
    ],
)
def test_family(text: str, family: str, variant: str, major: int | None, libc: str) -> None:
    image = known(text)
    assert (image.family, image.variant, image.major, image.libc) == (family, variant, major, libc)


@pytest.mark.parametrize(
    "text",
    [
        "docker.io/library/golang:1.22",
        "docker.io/golang:1.22",
        "public.ecr.aws/docker/library/golang:1.22",
        "mirror.gcr.io/library/golang:1.22",
        "library/golang:1.22",
        "arm64v8/golang:1.22",
        f"golang:1.22@{DIGEST}",
    ],
)
def test_mirrors(text: str) -> None:
    image = known(text)
    assert (image.family, image.version, image.ref.text) == ("golang", "1.22", text)


@pytest.mark.parametrize(
    "text",
    [
        "registry.corp/golang:1.22",
        "mcr.microsoft.com/devcontainers/go:1",
        "bitnami/node:20",
        "golang:1.22-custom",
        f"golang@{DIGEST}",
        "gcr.io/distroless/nodejs:18",
        "gcr.io/distroless/static-debian12:v1",
        "gcr.io/distroless/java17-debian12",
    ],
)
def test_unknown(text: str) -> None:
    assert resolve_image(text) is None


@pytest.mark.parametrize(
    "text", ["golang:1.22-nanoserver-1809", "golang:windowsservercore", "mcr.microsoft.com/windows/servercore:ltsc2022"]
)
def test_windows(text: str) -> None:
    assert known(text).family == "windows"
    assert not known(text).has_shell


def test_windows_platform() -> None:
    image = resolve_image("golang:1.22", "windows/amd64")
    assert image is not None
    assert image.family == "windows"


def test_golang_configuration() -> None:
    image = known("golang:1.24.11-bookworm")
    assert image.env == {
        "PATH": f"/go/bin:/usr/local/go/bin:{PATH}",
        "GOPATH": "/go",
        "GOLANG_VERSION": "1.24.11",
        "GOTOOLCHAIN": "local",
    }
    assert (image.entrypoint, image.cmd, image.workdir) == (None, ("bash",), "/go")
    assert {"go", "gcc", "g++", "make", "git", "curl", "ssh"} <= image.programs
    assert {"tzdata", "ca-certificates", "mime-types"} <= image.features
    assert "GOTOOLCHAIN" not in known("golang:1.20").env
    assert known("golang:1.24").env["GOLANG_VERSION"] == ""


def test_golang_alpine_has_no_compiler() -> None:
    image = known("golang:1.24-alpine")
    assert not {"gcc", "git", "curl", "bash"} & image.programs
    assert {"go", "wget", "ash", "apk"} <= image.programs
    assert "tzdata" not in image.features
    assert image.cmd == ("/bin/sh",)


def test_node_configuration() -> None:
    image = known("node:20.18.0-slim")
    assert image.env == {"PATH": PATH, "NODE_VERSION": "20.18.0", "YARN_VERSION": ""}
    assert (image.entrypoint, image.cmd, image.users["node"]) == (("docker-entrypoint.sh",), ("node",), 1000)
    assert not {"curl", "git", "python3", "gcc"} & image.programs
    assert {"node", "npm", "npx", "yarn", "corepack"} <= image.programs
    assert "ca-certificates" not in image.features
    assert {"git", "python3", "gcc", "convert", "curl"} <= known("node:20").programs


def test_node_history() -> None:
    assert known("node:6").entrypoint is None
    assert known("node:8.9.0").entrypoint is None
    assert known("node:8").entrypoint == ("docker-entrypoint.sh",)
    assert known("node:12").entrypoint == ("docker-entrypoint.sh",)
    assert "yarn" not in known("node:26").programs
    assert "YARN_VERSION" not in known("node:26").env
    assert "corepack" not in known("node:25").programs
    assert "corepack" not in known("node:16.1.0").programs
    assert known("node:8-onbuild").onbuild[0] == "ARG NODE_ENV"


def test_trixie_has_no_adduser() -> None:
    assert "adduser" in known("debian:bookworm-slim").programs
    assert "adduser" not in known("debian:trixie-slim").programs
    assert "useradd" in known("debian:trixie-slim").programs


def test_distroless() -> None:
    static = known("gcr.io/distroless/static-debian12:nonroot")
    assert (static.user, static.workdir, static.libc, static.release) == ("65532", "/home/nonroot", "none", "bookworm")
    assert static.users == {"root": 0, "nobody": 65534, "nonroot": 65532}
    assert static.env["SSL_CERT_FILE"] == "/etc/ssl/certs/ca-certificates.crt"
    assert {"tzdata", "ca-certificates"} <= static.features
    node = known("gcr.io/distroless/nodejs20-debian12")
    assert (node.entrypoint, node.major, node.user, node.workdir) == (("/nodejs/bin/node",), 20, "0", "/")
    assert "node" not in node.programs
    assert known("gcr.io/distroless/python3-debian12").entrypoint == ("/usr/bin/python3.11",)
    assert not any(known(f"gcr.io/distroless/{kind}-debian12").has_shell for kind in ("static", "base", "cc"))
    debug = known("gcr.io/distroless/base-debian12:debug")
    assert debug.entrypoint == ("/busybox/sh",)
    assert debug.env["PATH"] == f"{PATH}:/busybox"


def test_published_distroless() -> None:
    node = published_distroless_node()
    assert node[20, "bookworm"].repository == "gcr.io/distroless/nodejs20-debian12"
    assert node[20, "bookworm"].retired == "2026-02-27"
    assert node[22, "trixie"].retired == ""
    assert (26, "bookworm") not in node
    assert distroless_releases("base") == ("trixie", "bookworm", "bullseye")
    for kind in ("static", "base", "base-nossl", "cc", "python3", "nodejs"):
        for image in distroless_images(kind):
            resolved = known(image.repository)
            assert resolved.release == image.release
            assert resolved.version == image.version


def test_default_images_are_known() -> None:
    assert known(default_alpine()).release_stated
    slim = debian_slim("bookworm")
    assert slim is not None
    assert known(slim).variant == "slim"
    assert debian_slim("3.19") is None
    assert 0 == debian_order("") < debian_order("bullseye") < debian_order("bookworm") < debian_order("trixie")


def test_shared_result_cannot_be_changed() -> None:
    first = known("node:20")
    assert known("node:20") is first
    for mapping in (first.users, first.env):
        with pytest.raises(TypeError):
            mapping["node"] = 1  # type: ignore[index]
