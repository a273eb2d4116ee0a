from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.node.locks.model import Lock, LockedPackage
from dockerslim_rewrite.languages.node.manifest import Manifest, read_manifest
from dockerslim_rewrite.languages.node.native import find_native
from tests.support import MemoryContext


def _manifest(
    text: str = '{"name": "app", "dependencies": {"plain": "1"}, "devDependencies": {"tool": "1"}}',
) -> Manifest:
    manifest = read_manifest(MemoryContext({"package.json": text}), "")
    assert manifest is not None
    return manifest


def _lock(*packages: LockedPackage) -> Lock:
    return Lock("package-lock.json", "npm", "3", packages)


PLAIN = LockedPackage("plain", "1.0.0", install_script=False)


@pytest.mark.parametrize(
    ("package", "value"),
    [
        (LockedPackage("q", "1", install_script=False), "none"),
        (LockedPackage("q", "1", install_script=True), "some"),
        (LockedPackage("core-js", "3", install_script=True), "none"),
        (LockedPackage("q", "1", install_script=False, os=("linux",), cpu=("x64",), libc=("glibc",)), "some"),
        (LockedPackage("q", "1", install_script=False, os=("darwin",)), "none"),
        (LockedPackage("fsevents", "2", install_script=True, os=("darwin",), optional=True), "none"),
        (LockedPackage("q", "1", install_script=False, os=("!win32",)), "none"),
        (LockedPackage("node-gyp-build", "4", install_script=False), "some"),
        (LockedPackage("q", "1", install_script=None), "unknown"),
        (LockedPackage("bcrypt", "5", install_script=None), "some"),
    ],
)
def test_what_the_lock_file_proves(package: LockedPackage, value: str) -> None:
    assert find_native([_manifest()], _lock(PLAIN, package), production=True).value == value


@pytest.mark.parametrize(("production", "value"), [(True, "none"), (False, "some")])
def test_development_packages_count_unless_they_are_pruned(production: bool, value: str) -> None:
    package = LockedPackage("q", "1", dev=True, install_script=True)
    assert find_native([_manifest()], _lock(PLAIN, package), production=production).value == value


def test_without_a_lock_file_nothing_is_proven() -> None:
    assert find_native([_manifest()], None, production=True).value == "unknown"


def test_without_dependencies_there_is_nothing_to_prove() -> None:
    assert find_native([_manifest('{"name": "app"}')], None, production=False).value == "none"


def test_a_known_package_is_native_without_a_lock_file() -> None:
    text = '{"dependencies": {"better-sqlite3": "^11"}}'
    found = find_native([_manifest(text)], None, production=True)
    assert found.value == "some" and found.evidence[0].line == 1
