"""OS packages of Debian and Alpine: who needs them, and what they are called. The facts are in packages.toml."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from dockerslim_rewrite.knowledge.model import OsPackage
from dockerslim_rewrite.knowledge.overlay import OwnPackage, current_overlay
from dockerslim_rewrite.knowledge.tables import load

DEBIAN_LIKE = ("debian", "ubuntu")


def os_package(name: str, distro: str) -> OsPackage | None:
    """Return what is known about a package, or None; `distro` is debian, ubuntu or alpine.

    A version or release that the author pins (`git=1:2.39`, `git~=2.40`, `git/bookworm`, `git@edge`, `libc6:amd64`) is
    not part of the name. `provides` are the programs that the package brings; its own name when nothing else is known
    and the package may hold a program.
    """
    base = _base(name)
    table = "alpine" if distro == "alpine" else "debian"
    if (own := current_overlay().package(base, table)) is not None:
        return _own(own, distro)
    entry = _groups(table).get(base) or _rule(table, base)
    if entry is None or distro not in (*DEBIAN_LIKE, "alpine"):
        return None
    if table == "debian":
        other = _names(load("packages")["alpine"].get(base, alpine_name(base) or ""))
    else:
        other = _debian_names().get(base) or ((base,) if base in _groups("debian") else ())
    return OsPackage(
        name=base,
        distro="alpine" if distro == "alpine" else "ubuntu" if distro == "ubuntu" else "debian",
        role=entry["role"],
        runtime=_names(_any_release(load("packages")["runtime"][table].get(base, ""))),
        other_distro=other,
        provides=_programs(table, base, entry["role"]),
        reason=entry["reason"],
        source=load("packages")["source"],
    )


def is_served_elsewhere(name: str) -> bool:
    """Tell whether another archive is known to have a package of this name in another version."""
    return any(fnmatchcase(_base(name), pattern) for pattern in _names(load("packages")["elsewhere"]))


def is_for_embedding(name: str) -> bool:
    """Tell whether a package holds an interpreter's headers: only a program that embeds the interpreter links it."""
    return _base(name) in _names(load("packages")["embedding"])


def finding_package(name: str) -> str | None:
    """Return the package of Alpine that a program needs at run time to find libraries by name, of those that one for
    building brings: its links to libraries, or the linker."""
    base = _base(name)
    if base in _names(load("packages")["linkers"]):
        return "binutils"
    return base if base.endswith("-dev") else None


def runtime_packages(name: str, distro: str, release: str) -> tuple[str, ...]:
    """Return what a program built with a package needs at run time.

    () when nothing; the package itself when its libraries are not known for the release (code name, "" if unknown), for
    then it must stay. A build tool that links nothing needs nothing.
    """
    base = _base(name)
    table = "alpine" if distro == "alpine" else "debian"
    if (own := current_overlay().package(base, table)) is not None:
        return own.runtime
    known = load("packages")["runtime"][table].get(base)
    if known is None:
        return (base,) if base.endswith("-dev") else ()
    if isinstance(known, str):
        return _names(known)
    found = known.get(release) if distro != "ubuntu" else None
    return _names(found) if found is not None else (base,)


def alpine_name(debian_name: str) -> str | None:
    """Return the Alpine package that does what a Debian one does, None when there is none or it is not known."""
    base = _base(debian_name)
    if (own := current_overlay().package(base, "debian")) is not None:
        return own.alpine or None
    table = load("packages")
    if base in _names(table["services"]) + _names(table["former"]):
        return None
    if base in table["alpine"]:
        names = _names(table["alpine"][base])
        return names[0] if names else None
    return base if base in _groups("debian") and base in _groups("alpine") else None


def package_for_program(program: str, distro: str) -> str | None:
    """Return the package that brings a program (a bare name), or None when none is known."""
    table = "alpine" if distro == "alpine" else "debian"
    for where, own in current_overlay().packages:
        if where == table and program in own.provides:
            return own.name
    if table == "alpine" and program in _names(load("packages")["former"]):
        return None
    if (found := _by_program(table).get(program)) is not None:
        return found
    entry = _groups(table).get(program)
    return program if entry is not None and program in _programs(table, program, entry["role"]) else None


def _own(own: OwnPackage, distro: str) -> OsPackage:
    return OsPackage(
        name=own.name,
        distro="alpine" if distro == "alpine" else "ubuntu" if distro == "ubuntu" else "debian",
        role=own.role,
        runtime=own.runtime,
        other_distro=_names(own.alpine) if distro != "alpine" else (),
        provides=own.provides,
        reason="as the configuration says",
        source="configuration",
    )


def _base(name: str) -> str:
    for mark in ("=", "/", "@", ":", "<", ">", "~"):
        name = name.partition(mark)[0]
    return name.strip()


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _any_release(known: str | dict[str, str]) -> str:
    return known if isinstance(known, str) else [*known.values()][-1]


@cache
def _groups(distro: str) -> dict[str, dict[str, Any]]:
    groups = [group for group in load("packages")["groups"] if group["distro"] == distro]
    return {name: group for group in reversed(groups) for name in group["names"].split()}


def _rule(distro: str, name: str) -> dict[str, Any] | None:
    for rule in load("packages")["rules"]:
        if rule["distro"] == distro and any(fnmatchcase(name, pattern) for pattern in rule["patterns"].split()):
            return dict(rule)
    return None


def _programs(distro: str, name: str, role: str) -> tuple[str, ...]:
    listed = load("packages")["programs"][distro]
    if name in listed:
        return _names(listed[name])
    return (name,) if _groups(distro).get(name) and not name.endswith(("-dev", "-common", "-libs")) else ()


@cache
def _by_program(distro: str) -> dict[str, str]:
    """Return the package by program; where several bring it, the one named first in the table."""
    found: dict[str, str] = {}
    for package, programs in load("packages")["programs"][distro].items():
        for program in programs.split():
            found.setdefault(program, package)
    return found


@cache
def _debian_names() -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {}
    for debian, alpine in load("packages")["alpine"].items():
        for name in alpine.split():
            names.setdefault(name, []).append(debian)
    return {name: tuple(debians) for name, debians in names.items()}
