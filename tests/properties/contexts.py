"""Hypothesis strategies for build contexts: what files may hold, what may lie where, and what may be wrong with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from hypothesis import strategies as st

NAMES = [
    "go.mod",
    "go.sum",
    "go.work",
    "main.go",
    "vendor/modules.txt",
    "Makefile",
    "Taskfile.yml",
    "build.sh",
    "package.json",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "tsconfig.json",
    "server.js",
    "build.js",
    "src/index.ts",
    "ecosystem.config.js",
    ".npmrc",
    "nest-cli.json",
    "next.config.js",
    "requirements.txt",
    "app.py",
    "pyproject.toml",
    "setup.py",
    "Pipfile",
    "poetry.lock",
    "uv.lock",
    ".dockerignore",
    "docker-compose.yml",
    "docker-bake.hcl",
    "Dockerfile.dockerignore",
    "$x'.js",
    "é/-n.py",
]
_PIECES = [
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    ":",
    ",",
    "=",
    "#",
    "//",
    "/*",
    "*/",
    "$",
    "${X}",
    "\\",
    "é",
    "!*",
    "**/*",
    "../",
    "&",
    "*",
    "&a",
    "*a",
    "<<:",
    "null",
    "1e999",
    "-1",
    '"name"',
    '"scripts"',
    '"start"',
    '"build"',
    '"dependencies"',
    '"workspaces"',
    '"node"',
    "require('x')",
    "os.Open(",
    "exec.Command(",
    "os.system(",
    "subprocess.run(",
    "$(shell",
    "endif",
    "ifeq(",
    "dependencies",
    "[project]",
    "[tool.poetry]",
    "func(){",
    "-",
]
_LINES = r"""
module m
go 1.24
require (
replace a => ../b
use ./x
import "C"
package main
//go:embed *
//go:build x
import x
services:
  web:
    build: .
- a
packages:
flask==3.0
-r other.txt
-e .
all: x
	go build
include x.mk
target "x" {
""".splitlines(keepends=True)
_PARTS = st.sampled_from([*_PIECES, *_LINES, " ", "\n  ", "\t", "\0"])
texts = st.one_of(st.lists(_PARTS, max_size=14).map("".join), st.text(max_size=30))
broken_files = st.dictionaries(st.sampled_from(NAMES), texts, max_size=4)
_SPECIAL = st.sampled_from(
    ["link out", "link to itself", "dangling link", "link to a folder", "pipe", "unreadable", "folder"]
)
special_files = st.dictionaries(st.sampled_from(NAMES), _SPECIAL, max_size=2)


def write_context(folder: Path, files: Mapping[str, str], special: Mapping[str, str]) -> None:
    """Write the files, then put links, pipes and the like in the place of some."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    for name, kind in special.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "unreadable":
            path.touch()
            path.chmod(0)
            continue
        path.unlink(missing_ok=True)
        if kind == "folder":
            path.mkdir()
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            targets = {"link out": "/etc/passwd", "link to itself": path.name, "link to a folder": "."}
            path.symlink_to(targets.get(kind, "nowhere"))
