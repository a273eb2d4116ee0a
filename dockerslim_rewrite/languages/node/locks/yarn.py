"""yarn.lock of yarn 1 (a format of its own) and of yarn 2 and later (YAML).

Neither says which packages have install scripts. Which are for development only follows from package.json.
Sources: https://classic.yarnpkg.com/en/docs/yarn-lock, https://yarnpkg.com/advanced/lexicon#lockfile
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockerslim_rewrite.languages.node.locks.model import Entry, Lock, LockedPackage, as_pairs, mark_development
from dockerslim_rewrite.languages.node.locks.text import load_yaml

_DEPENDENCY_SECTIONS = ("dependencies:", "optionalDependencies:")


def read_yarn_lock(path: str, text: str, roots: Iterable[tuple[str, str]]) -> Lock | None:
    """Read yarn.lock; `roots` are the `(name, range)` that package.json needs in production."""
    if "__metadata:" in text:
        return _read_berry(path, text, roots)
    if "# yarn lockfile v1" not in text and text.strip():
        return None
    return _read_classic(path, text, roots)


def _split_descriptor(descriptor: str) -> tuple[str, str]:
    name, _, wanted = descriptor[1:].partition("@")
    return descriptor[:1] + name, wanted


def _lock(
    path: str, version: str, found: Iterable[tuple[tuple[str, ...], Entry]], roots: Iterable[tuple[str, str]]
) -> Lock:
    entries: dict[str, Entry] = {}
    keys: dict[tuple[str, str], str] = {}
    by_name: dict[str, str] = {}
    for descriptors, entry in found:
        key = descriptors[0]
        entries[key] = entry
        for descriptor in descriptors:
            name, wanted = _split_descriptor(descriptor)
            keys[name, wanted] = key
            keys[name, wanted.removeprefix("npm:")] = key
            by_name.setdefault(name, key)

    def find(name: str, wanted: str) -> str | None:
        return keys.get((name, wanted)) or keys.get((name, wanted.removeprefix("npm:"))) or by_name.get(name)

    return Lock(path, "yarn", version, mark_development(entries, roots, find))


def _read_classic(path: str, text: str, roots: Iterable[tuple[str, str]]) -> Lock:
    return _lock(path, "1", _classic_entries(text), roots)


def _classic_entries(text: str) -> Iterator[tuple[tuple[str, ...], Entry]]:
    descriptors: tuple[str, ...] = ()
    version = section = ""
    needs: list[tuple[str, str]] = []

    def entry() -> tuple[tuple[str, ...], Entry]:
        name = _split_descriptor(descriptors[0])[0]
        return descriptors, Entry(LockedPackage(name, version), tuple(needs))

    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if not line.startswith(" "):
            if descriptors:
                yield entry()
            names = (part.strip().strip('"') for part in stripped.rstrip(":").split(","))
            descriptors, version, section, needs = tuple(name for name in names if name), "", "", []
        elif line.startswith("    "):
            if section in _DEPENDENCY_SECTIONS:
                name, _, wanted = stripped.partition(" ")
                if name.startswith('"'):
                    name, _, wanted = stripped[1:].partition('"')
                needs.append((name, wanted.strip().strip('"')))
        else:
            section = stripped
            if stripped.startswith("version "):
                version = stripped.removeprefix("version ").strip('"')
    if descriptors:
        yield entry()


def _read_berry(path: str, text: str, roots: Iterable[tuple[str, str]]) -> Lock | None:
    data = load_yaml(text)
    metadata = data.get("__metadata")
    version = str(metadata.get("version", "")) if isinstance(metadata, dict) else ""
    return _lock(path, f"berry {version}", _berry_entries(data), roots) if data else None


def _berry_entries(data: dict[str, object]) -> Iterator[tuple[tuple[str, ...], Entry]]:
    for key, value in data.items():
        if key == "__metadata" or not isinstance(value, dict) or "@workspace:" in key:
            continue
        descriptors = tuple(part.strip() for part in key.split(",") if part.strip())
        if not descriptors:
            continue
        conditions = _conditions(str(value.get("conditions", "")))
        bins = value.get("bin")
        package = LockedPackage(
            name=_split_descriptor(str(value.get("resolution", descriptors[0])))[0],
            version=str(value.get("version", "")),
            os=conditions.get("os", ()),
            cpu=conditions.get("cpu", ()),
            libc=conditions.get("libc", ()),
            bins=tuple(bins) if isinstance(bins, dict) else (),
        )
        yield descriptors, Entry(package, as_pairs(value.get("dependencies"), value.get("optionalDependencies")))


def _conditions(text: str) -> dict[str, tuple[str, ...]]:
    """Read `os=linux & (cpu=x64 | cpu=arm64) & libc=glibc`."""
    found: dict[str, tuple[str, ...]] = {}
    for part in text.replace("(", " ").replace(")", " ").replace("|", "&").split("&"):
        name, equals, value = part.strip().partition("=")
        if equals:
            found[name] = (*found.get(name, ()), value)
    return found
