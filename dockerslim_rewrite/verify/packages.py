"""How many packages an image holds, read from the package managers' own records."""

from __future__ import annotations

import posixpath

from dockerslim_rewrite.verify.tree import Tree

_DPKG, _DPKG_PARTS = "/var/lib/dpkg/status", "/var/lib/dpkg/status.d/"
_APK = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")
_RPM = ("/var/lib/rpm", "/usr/lib/sysimage/rpm")

DATABASES = frozenset({_DPKG, _DPKG_PARTS, *_APK})


def count_os_packages(tree: Tree) -> int | None:
    """Count the OS packages: dpkg (distroless keeps a file for each) or apk. None where only rpm's database is.

    The tree must have kept DATABASES. An image without any database has 0.
    """
    status = tree.contents.get(_DPKG, b"")
    count = sum(b"\nStatus: install ok installed" in b"\n" + part for part in status.split(b"\n\n"))
    parts = [path for path in tree.contents if path.startswith(_DPKG_PARTS)]
    count += sum(not path.endswith((".md5sums", ".preserve")) for path in parts)
    count += sum(line.startswith(b"P:") for path in _APK for line in tree.contents.get(path, b"").split(b"\n"))
    if count == 0 and any(path in tree.directories for path in _RPM):
        return None
    return count


def count_language_packages(tree: Tree) -> int:
    """Count the packages of languages: in node_modules, Python's installed distributions, Go's module cache."""
    return sum(map(_is_package, tree.files))


def _is_package(path: str) -> bool:
    folder, name = posixpath.split(path)
    if name == "package.json":
        above, _, _ = folder.rpartition("/")
        scoped = posixpath.basename(above).startswith("@")
        return posixpath.basename(posixpath.dirname(above) if scoped else above) == "node_modules"
    if name in ("METADATA", "PKG-INFO"):
        return folder.endswith((".dist-info", ".egg-info"))
    return name.endswith(".zip") and folder.endswith("/@v") and "/cache/download/" in folder
