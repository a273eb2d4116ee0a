"""bun.lock, the text format of bun 1.2 and later. It does not say which packages have install scripts.

Source of the format: https://bun.sh/docs/install/lockfile
"""

from __future__ import annotations

from collections.abc import Mapping

from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.languages.node.locks.model import (
    Entry,
    Lock,
    LockedPackage,
    as_pairs,
    as_texts,
    mark_development,
)


def read_bun_lock(path: str, text: str) -> Lock | None:
    """Read bun.lock, or return None when it is none."""
    data = parse_object(text)
    packages = data.get("packages")
    if not isinstance(packages, dict):
        return None
    entries = {key: _entry(value) for key, value in packages.items() if isinstance(value, list) and value}
    workspaces = data.get("workspaces")
    owners = workspaces.values() if isinstance(workspaces, dict) else ()
    roots = [
        pair
        for owner in owners
        if isinstance(owner, dict)
        for pair in as_pairs(owner.get("dependencies"), owner.get("optionalDependencies"))
    ]
    # A nested copy has the key `parent/name`; all copies of a name are reached, which errs on the side of production.
    nested: dict[str, list[str]] = {}
    for key, entry in entries.items():
        nested.setdefault(entry.package.name, []).append(key)
    reached_names = _reached_names(entries, nested, roots)
    return Lock(
        path,
        "bun",
        str(data.get("lockfileVersion", "")),
        mark_development(entries, [(key, "") for key in reached_names], lambda key, _: key if key in entries else None),
    )


def _entry(value: list[object]) -> Entry:
    text = str(value[0])
    name, _, version = text[1:].rpartition("@")
    details: Mapping[str, object] = next((item for item in value if isinstance(item, dict)), {})
    bins = details.get("bin")
    package = LockedPackage(
        name=text[:1] + name,
        version=version,
        os=as_texts(details.get("os")),
        cpu=as_texts(details.get("cpu")),
        bins=tuple(bins) if isinstance(bins, dict) else (),
    )
    needs = as_pairs(details.get("dependencies"), details.get("optionalDependencies"))
    return Entry(package, needs)


def _reached_names(
    entries: Mapping[str, Entry], nested: Mapping[str, list[str]], roots: list[tuple[str, str]]
) -> list[str]:
    keys: dict[str, None] = {}
    queue = [name for name, _ in roots]
    while queue:
        for key in nested.get(queue.pop(), ()):
            if key not in keys:
                keys[key] = None
                queue.extend(name for name, _ in entries[key].needs)
    return list(keys)
