"""Whether a dependency tree holds compiled code: none, some or unknown, with the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from dockerslim_rewrite.analysis.model import Confidence, Evidence, Inference
from dockerslim_rewrite.knowledge import node_packages
from dockerslim_rewrite.languages.node.locks.model import Lock, LockedPackage
from dockerslim_rewrite.languages.node.manifest import Manifest

Native = Literal["none", "some", "unknown"]

MAX_EVIDENCE = 5


def find_native(
    manifests: Iterable[Manifest], lock: Lock | None, *, production: bool, ignored: str = ""
) -> Inference[Native]:
    """Tell whether compiled code is in the tree that reaches the runtime.

    `production`: only packages that a production install brings are there (pruned, or never installed). `ignored` is a
    lock file that is there and that the install did not follow.
    """
    manifests = tuple(manifests)
    named = [item for manifest in manifests for item in _named(manifest, production=production)]
    if lock is None:
        if named:
            return Inference("some", tuple(named[:MAX_EVIDENCE]))
        asked = [
            manifest for manifest in manifests if manifest.production or (manifest.dev_dependencies and not production)
        ]
        if not asked and manifests:
            return Inference("none", (Evidence(manifests[0].path, 0, "no dependencies"),))
        where = ignored or (asked[0].path if asked else "package.json")
        what = "the install does not follow it" if ignored else "no lock file says what is installed"
        return Inference("unknown", (Evidence(where, 0, what),), Confidence.LOW)
    packages = [item for item in lock.packages if not (production and item.dev) and _on_linux(item)]
    found = [item for package in packages for item in _compiled(lock, package)]
    if found or named:
        return Inference("some", tuple([*found, *named][:MAX_EVIDENCE]))
    silent = [package for package in packages if package.install_script is None]
    if silent:
        text = f"{lock.manager} lock files of version {lock.version} do not say which packages have install scripts"
        return Inference("unknown", (Evidence(lock.path, 0, text),), Confidence.LOW)
    text = f"none of {len(packages)} packages has an install script or is bound to a platform"
    return Inference("none", (Evidence(lock.path, 0, text),))


def _on_linux(package: LockedPackage) -> bool:
    """Leave out what no Linux image installs (fsevents, @esbuild/darwin-arm64)."""
    if package.name in node_packages.names("native", "elsewhere"):
        return False
    return (
        not package.os or "linux" in package.os or any(item.startswith("!") and item != "!linux" for item in package.os)
    )


def _compiled(lock: Lock, package: LockedPackage) -> Iterator[Evidence]:
    where = f"{package.name} {package.version}"
    if package.install_script and package.name not in node_packages.names("native", "harmless_scripts"):
        yield Evidence(lock.path, 0, f"{where} has an install script")
    elif package.libc or package.cpu or (package.os and "linux" in package.os):
        yield Evidence(lock.path, 0, f"{where} is built for a platform")
    elif package.name in node_packages.names("native", "packages"):
        yield Evidence(node_packages.FILE, 0, f"{where} holds or fetches compiled code")
    elif package.name in node_packages.names("native", "helpers"):
        yield Evidence(node_packages.FILE, 0, f"{where} loads compiled code")


def _named(manifest: Manifest, *, production: bool) -> Iterator[Evidence]:
    names = manifest.production if production else {**manifest.production, **manifest.dev_dependencies}
    for name in names:
        if name in node_packages.names("native", "packages"):
            yield Evidence(manifest.path, manifest.line(name), f"{name} holds or fetches compiled code")
