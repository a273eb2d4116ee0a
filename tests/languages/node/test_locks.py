from __future__ import annotations

import json

import pytest

from dockerslim_rewrite.languages.node.locks.bun import read_bun_lock
from dockerslim_rewrite.languages.node.locks.model import Lock
from dockerslim_rewrite.languages.node.locks.npm import read_npm_lock
from dockerslim_rewrite.languages.node.locks.pnpm import read_pnpm_lock
from dockerslim_rewrite.languages.node.locks.yarn import read_yarn_lock

NPM_1 = {
    "lockfileVersion": 1,
    "dependencies": {
        "alpha": {"version": "1.0.0", "requires": {"beta": "^2"}, "dependencies": {"beta": {"version": "2.0.0"}}},
        "tool": {"version": "3.0.0", "dev": True},
    },
}
NPM_3 = {
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "app"},
        "node_modules/alpha": {"version": "1.0.0", "hasInstallScript": True, "bin": {"al": "a.js"}},
        "node_modules/alpha/node_modules/beta": {"version": "2.0.0", "os": ["linux"], "libc": "glibc"},
        "node_modules/tool": {"version": "3.0.0", "dev": True},
        "node_modules/local": {"resolved": "packages/local", "link": True},
        "packages/local": {"version": "0.1.0"},
    },
}
YARN_1 = """# yarn lockfile v1


"@s/alpha@^1.0.0", "@s/alpha@^1.1.0":
  version "1.1.0"
  resolved "somewhere"
  dependencies:
    beta "^2.0.0"
    "@s/gamma" "1 || 2"

"@s/gamma@1 || 2":
  version "2.0.0"

beta@^2.0.0:
  version "2.0.1"

tool@3:
  version "3.0.0"
  dependencies:
    beta "^2.0.0"
"""
BERRY = """__metadata:
  version: 8

"@s/alpha@npm:^1.0.0":
  version: 1.1.0
  resolution: "@s/alpha@npm:1.1.0"
  dependencies:
    beta: "npm:^2.0.0"
    "@s/gamma": "npm:1 || 2"
  bin:
    al: a.js

"@s/gamma@npm:1 || 2":
  version: 2.0.0
  resolution: "@s/gamma@npm:2.0.0"
  conditions: os=linux & (cpu=x64 | cpu=arm64) & libc=musl

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."

"beta@npm:^2.0.0":
  version: 2.0.1
  resolution: "beta@npm:2.0.1"

"tool@npm:3":
  version: 3.0.0
  resolution: "tool@npm:3.0.0"
"""
PNPM_5 = """lockfileVersion: 5.4
packages:
  /@s/alpha/1.1.0:
    dev: false
    requiresBuild: true
  /beta/2.0.1_peer@1.0.0:
    dev: false
  /tool/3.0.0:
    dev: true
"""
PNPM_6 = """lockfileVersion: '6.0'
packages:
  /@s/alpha@1.1.0(peer@1.0.0):
    dev: false
    requiresBuild: true
  /beta@2.0.1:
    dev: false
  /tool@3.0.0:
    dev: true
"""
PNPM_9 = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      '@s/alpha':
        specifier: ^1.0.0
        version: 1.1.0(peer@1.0.0)
    devDependencies:
      tool:
        specifier: '3'
        version: 3.0.0
packages:
  '@s/alpha@1.1.0':
    resolution: {integrity: x}
  beta@2.0.1:
    os: [linux]
    cpu: [x64]
    libc: [musl]
  tool@3.0.0: {}
snapshots:
  '@s/alpha@1.1.0(peer@1.0.0)':
    dependencies:
      beta: 2.0.1
  beta@2.0.1: {}
  tool@3.0.0: {}
"""
BUN = """{
  "lockfileVersion": 1,
  "workspaces": {"": {"name": "app", "dependencies": {"@s/alpha": "^1"}, "devDependencies": {"tool": "3"}}},
  "packages": {
    "@s/alpha": ["@s/alpha@1.1.0", "", {"dependencies": {"beta": "^2"}}, "sha"],
    "beta": ["beta@2.0.1", "", {"os": "linux", "cpu": "x64"}, "sha"],
    "tool": ["tool@3.0.0", "", {}, "sha"],
  }
}
"""


def _of(lock: Lock | None) -> dict[str, bool]:
    assert lock is not None
    return {package.name: package.dev for package in lock.packages}


def test_npm_version_1_walks_the_nested_tree_and_knows_no_scripts() -> None:
    lock = read_npm_lock("package-lock.json", json.dumps(NPM_1))
    assert _of(lock) == {"alpha": False, "beta": False, "tool": True}
    assert lock is not None and {package.install_script for package in lock.packages} == {None}


def test_npm_version_3_reads_flags_and_leaves_links_out() -> None:
    lock = read_npm_lock("package-lock.json", json.dumps(NPM_3))
    assert _of(lock) == {"alpha": False, "beta": False, "tool": True}
    assert lock is not None
    alpha, beta, tool = lock.packages
    assert alpha.install_script is True and alpha.bins == ("al",)
    assert beta.os == ("linux",) and beta.libc == ("glibc",)
    assert tool.install_script is False


@pytest.mark.parametrize("text", [YARN_1, BERRY])
def test_yarn_marks_what_production_does_not_reach(text: str) -> None:
    lock = read_yarn_lock("yarn.lock", text, [("@s/alpha", "^1.0.0")])
    assert _of(lock) == {"@s/alpha": False, "@s/gamma": False, "beta": False, "tool": True}


def test_yarn_berry_conditions_are_platforms() -> None:
    lock = read_yarn_lock("yarn.lock", BERRY, [])
    assert lock is not None
    gamma = next(package for package in lock.packages if package.name == "@s/gamma")
    assert (gamma.os, gamma.cpu, gamma.libc) == (("linux",), ("x64", "arm64"), ("musl",))


@pytest.mark.parametrize(("text", "builds"), [(PNPM_5, True), (PNPM_6, True), (PNPM_9, None)])
def test_pnpm_of_all_ages(text: str, builds: bool | None) -> None:
    lock = read_pnpm_lock("pnpm-lock.yaml", text)
    assert _of(lock) == {"@s/alpha": False, "beta": False, "tool": True}
    assert lock is not None
    assert lock.packages[0].install_script is builds
    assert lock.packages[0].version == "1.1.0"


def test_bun_follows_names() -> None:
    lock = read_bun_lock("bun.lock", BUN)
    assert _of(lock) == {"@s/alpha": False, "beta": False, "tool": True}
    assert lock is not None and lock.packages[1].os == ("linux",)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "a: [", "12", "\x00", "lockfileVersion: {}", '{"packages": 1}']
)
def test_rubbish_is_no_lock_file(text: str) -> None:
    assert read_npm_lock("l", text) is None
    assert read_bun_lock("l", text) is None
    read_pnpm_lock("l", text)
    read_yarn_lock("l", text, [])
