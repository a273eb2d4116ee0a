"""What a lock file says, in one form for all formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace


class LockedPackage(Struct, frozen=True):
    """One package of a lock file.

    `dev` is True when only development dependencies lead to it. `install_script` is None when the format does not say.
    `os`, `cpu` and `libc` are the platforms that it is limited to; `bins` the programs that it brings.
    """

    name: str
    version: str
    dev: bool = False
    optional: bool = False
    install_script: bool | None = None
    os: tuple[str, ...] = ()
    cpu: tuple[str, ...] = ()
    libc: tuple[str, ...] = ()
    bins: tuple[str, ...] = ()


class Lock(Struct, frozen=True):
    """A lock file. `manager` is the package manager that writes it; `version` the format's version as written."""

    path: str
    manager: str
    version: str
    packages: tuple[LockedPackage, ...]

    def production(self, name: str) -> bool:
        """Tell whether a production install brings a package of this name."""
        return any(package.name == name and not package.dev for package in self.packages)


class Entry(Struct, frozen=True):
    """A package before it is known who needs it; `needs` are `(name, range)` of its dependencies."""

    package: LockedPackage
    needs: tuple[tuple[str, str], ...]


def mark_development(
    entries: Mapping[str, Entry],
    roots: Iterable[tuple[str, str]],
    find: Callable[[str, str], str | None],
) -> tuple[LockedPackage, ...]:
    """Return the packages; those that no root reaches are `dev`. `find` gives the entry's key of a name and range."""
    reached: set[str] = set()
    queue = list(roots)
    while queue:
        key = find(*queue.pop())
        if key is not None and key not in reached:
            reached.add(key)
            queue.extend(entries[key].needs)
    return tuple(replace(entry.package, dev=key not in reached) for key, entry in entries.items())


def as_texts(value: object) -> tuple[str, ...]:
    """Return a list's strings, or a lone string, as a tuple."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def as_pairs(*values: object) -> tuple[tuple[str, str], ...]:
    """Return the items of several objects (name to range) as pairs."""
    return tuple((name, str(item)) for value in values if isinstance(value, dict) for name, item in value.items())
