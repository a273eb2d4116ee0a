"""Which distributions a project installs, as far as its files say."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator
from typing import Any

import rtoml
from msgspec import Struct

from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge.python_packages import normalise
from dockerslim_rewrite.patterns import pattern

MAX_INCLUDES = 20
# the grammar of a requirement starts with its name and extras (PEP 508)
_NAME = pattern(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?")
_PIN = pattern(r"===?\s*(\d[\w.]*)")


class Requirement(Struct, frozen=True):
    """A distribution by its normalised name, with where it is asked for: a context file and a 1-based line (0: all).
    `version` is the one that is pinned, "" for none."""

    name: str
    file: str
    line: int
    version: str = ""


def read_requirement(text: str) -> tuple[str, ...]:
    """Return the names in one requirement: the distribution, and `NAME-EXTRA` for each extra (psycopg-binary).

    Paths, URLs and archives have no name that is known here, but `name @ url` and `#egg=name` have.
    """
    text = text.split(" #", 1)[0].strip()
    text = text.split(" @ ", 1)[0]  # `name @ url`
    if "#egg=" in text:
        text = text.split("#egg=", 1)[1].split("&", 1)[0]
    elif (
        "://" in text.split("@", 1)[0]
        or text.startswith((".", "/", "git+", "file:"))
        or text.endswith((".whl", ".tar.gz", ".zip"))
    ):
        return ()
    match = _NAME.match(text)
    if match is None:
        return ()
    name = normalise(match[1])
    extras = [normalise(extra) for extra in (match[2] or "").split(",") if extra.strip()]
    return (name, *(f"{name}-{extra.strip()}" for extra in extras))


def pinned(text: str) -> str:
    """Return the version of `name==version`, "" when it is not pinned."""
    match = _PIN.search(text)
    return match[1] if match else ""


def read_file(context: Context, path: str) -> Iterator[Requirement]:
    """Yield what a requirement file asks for, with its `-r` includes; constraints (`-c`) install nothing."""
    yield from _read_file(context, path, set())


def _read_file(context: Context, path: str, seen: set[str]) -> Iterator[Requirement]:
    text = context.read_text(path)
    if text is None or path in seen or len(seen) > MAX_INCLUDES:
        return
    seen.add(path)
    for number, line in enumerate(text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        option, _, value = line.partition(" ")
        if option in ("-r", "--requirement") or line.startswith(("-r", "--requirement=")):
            included = (value or line.removeprefix("--requirement=").removeprefix("-r")).split(" #", 1)[0].strip()
            yield from _read_file(context, posixpath.normpath(posixpath.join(posixpath.dirname(path), included)), seen)
            continue
        if option in ("-e", "--editable"):
            line = value.strip()
        elif line.startswith("-"):
            continue
        for name in read_requirement(line):
            yield Requirement(name, path, number, pinned(line))


def read_project(context: Context, directory: str) -> Iterator[Requirement]:
    """Yield what a project directory asks for: its lock files first, else pyproject.toml, Pipfile and setup.cfg."""
    locked = [item for name in ("poetry.lock", "uv.lock", "pdm.lock") for item in _toml_lock(context, directory, name)]
    locked += _pipfile_lock(context, directory)
    yield from locked
    if locked:
        return
    path = posixpath.join(directory, "pyproject.toml")
    data = _toml(context, path)
    project, poetry = _section(data, "project"), _section(_section(data, "tool"), "poetry")
    yield from _named(_texts(project.get("dependencies")), path)
    for extra in _section(project, "optional-dependencies").values():
        yield from _named(_texts(extra), path)
    tables = [poetry] + [group for group in _section(poetry, "group").values() if isinstance(group, dict)]
    for table in tables:
        yield from _named((_with_extras(*item) for item in _section(table, "dependencies").items()), path)
    path = posixpath.join(directory, "Pipfile")
    yield from _named((_with_extras(*item) for item in _section(_toml(context, path), "packages").items()), path)
    yield from _setup_cfg(context, posixpath.join(directory, "setup.cfg"))


def _with_extras(name: str, value: object) -> str:
    extras = value.get("extras") if isinstance(value, dict) else None
    return f"{name}[{','.join(map(str, extras))}]" if isinstance(extras, list) else name


def _named(texts: Iterable[str], path: str) -> Iterator[Requirement]:
    for text in texts:
        for name in read_requirement(text):
            if name != "python":
                yield Requirement(name, path, 0, pinned(text))


def _setup_cfg(context: Context, path: str) -> Iterator[Requirement]:
    from configparser import ConfigParser, Error

    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(context.read_text(path) or "")
    except Error:
        return
    yield from _named(parser.get("options", "install_requires", fallback="").splitlines(), path)


def read_table(context: Context, path: str, name: str) -> dict[str, Any]:
    """Return a table of a TOML file, {} when either is not there."""
    return _section(_toml(context, path), name)


def _toml(context: Context, path: str) -> dict[str, Any]:
    try:
        return rtoml.loads(context.read_text(path) or "")
    except ValueError:
        return {}


def _section(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _toml_lock(context: Context, directory: str, name: str) -> Iterator[Requirement]:
    """poetry, uv and pdm write one table `package` for each distribution."""
    path = posixpath.join(directory, name)
    packages = _toml(context, path).get("package")
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, dict) and isinstance(package.get("name"), str):
            yield Requirement(normalise(package["name"]), path, 0, str(package.get("version", "")))


def _pipfile_lock(context: Context, directory: str) -> Iterator[Requirement]:
    path = posixpath.join(directory, "Pipfile.lock")
    try:
        data = json.loads(context.read_text(path) or "{}")
    except (ValueError, RecursionError):
        return
    default = data.get("default") if isinstance(data, dict) else None
    for name, value in default.items() if isinstance(default, dict) else ():
        yield from _named((_with_extras(name, value),), path)
