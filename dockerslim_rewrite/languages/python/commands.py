"""Command lines of pip, poetry, pipenv, uv, pdm, setup.py and venv, taken apart."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from dockerslim_rewrite.knowledge.python_packages import manager, names
from dockerslim_rewrite.patterns import pattern

Kind = Literal["install", "environment", "activate", "inert", "run", "unknown"]
_PYTHON = pattern(r"python(?:[23](?:\.\d+)?)?")
_PIP = pattern(r"pip(?:[23](?:\.\d+)?)?")
_SETUP_PLACES = ("--root", "--prefix", "--home")


class PythonCommand(Struct, frozen=True):
    """One command line.

    `kind`: an install; a new virtual environment at `target`; one that is activated; no change to any environment; a
    program or module that runs; not understood. `tool` is the manager, `program` the first word as written.
    `operands` are requirements and paths to install, or the words of what runs (a module has `-m` in front). `files`
    are requirement files. `options` as written.
    """

    kind: Kind
    tool: str
    program: str
    operands: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    options: frozenset[str] = frozenset()
    target: str = ""


def is_python(program: str) -> bool:
    """Tell whether a program's base name is Python's."""
    return _PYTHON.fullmatch(posixpath.basename(program)) is not None


def read_command(argv: Sequence[str | None]) -> PythonCommand | None:
    """Take a command of Python's tools apart, or return None for any other command."""
    if not argv or argv[0] is None:
        return None
    program, name = argv[0], posixpath.basename(argv[0])
    if name in (".", "source") and len(argv) > 1 and argv[1] is not None and argv[1].endswith("/bin/activate"):
        return PythonCommand("activate", "venv", program, target=posixpath.dirname(posixpath.dirname(argv[1])))
    tool = "pip" if _PIP.fullmatch(name) else name
    if is_python(program):
        return _python(program, argv[1:])
    if tool == "pip":
        return _pip("pip", program, argv[1:])
    if tool == "easy_install":
        return PythonCommand("install", tool, program, tuple(word or "" for word in argv[1:]))
    if tool == "pip-sync":
        return PythonCommand("install", "pip", program, files=tuple(w for w in argv[1:] if w and not w.startswith("-")))
    if tool == "virtualenv":
        return _environment(tool, program, argv[1:], "")
    if manager(tool) is not None:
        return _manager(tool, program, argv[1:])
    return None


def _python(program: str, words: Sequence[str | None]) -> PythonCommand:
    """`python -m MODULE`, `python SCRIPT`, `python -c TEXT`."""
    at = 0
    while at < len(words):
        word = words[at]
        if word is None:
            return PythonCommand("unknown", "python", program)
        if word == "-m" and at + 1 < len(words):
            return _module(program, words[at + 1], words[at + 2 :])
        if word == "-c":
            text = words[at + 1] if at + 1 < len(words) else None
            return PythonCommand("run", "python", program, ("-c", text or ""))
        if word in ("-V", "--version", "-VV"):
            return PythonCommand("inert", "python", program)
        if word == "-" or not word.startswith("-"):
            break
        at += 2 if word in ("-W", "-X") else 1
    rest = words[at:]
    script = posixpath.basename(rest[0] or "") if rest else ""
    if script == "setup.py":
        return _setup(program, rest)
    if script in ("get-pip.py", "ez_setup.py"):
        return PythonCommand("install", "pip", program, ("pip",))
    return PythonCommand("run", "python", program, tuple(word or "" for word in rest))


def _module(program: str, module: str | None, rest: Sequence[str | None]) -> PythonCommand:
    if module is None:
        return PythonCommand("unknown", "python", program)
    if module in ("venv", "virtualenv"):
        return _environment(module, program, rest, "")
    if module == "pip":
        return _pip("pip", program, rest)
    if module in ("ensurepip", "site", "compileall", "zipfile", "json.tool", "pyclean"):
        return PythonCommand("inert", module, program)
    if manager(module) is not None:
        return _manager(module, program, rest)
    return PythonCommand("run", "python", program, ("-m", module, *(word or "" for word in rest)))


def _setup(program: str, words: Sequence[str | None]) -> PythonCommand:
    rest = [word or "" for word in words[1:]]
    if "install" in rest or "develop" in rest:
        editable = frozenset({"-e"}) if "develop" in rest else frozenset()
        places = {f"{name}={value}" for name, value in pairwise(rest) if name in _SETUP_PLACES}
        return PythonCommand("install", "setup.py", program, (".",), (), editable | places | _options(rest))
    return PythonCommand("run", "python", program, tuple(word or "" for word in words))


def _options(words: Sequence[str]) -> frozenset[str]:
    return frozenset(word for word in words if word.startswith("-"))


def _environment(tool: str, program: str, words: Sequence[str | None], default: str) -> PythonCommand:
    operands: list[str | None] = []
    takes_value = False
    for word in words:
        if not takes_value and (word is None or not word.startswith("-")):
            operands.append(word)
        takes_value = word in ("-p", "--python", "--prompt", "--seed")
    target = operands[0] if operands else default
    if not target:
        return PythonCommand("unknown", tool, program)
    options = frozenset(word for word in words if word is not None and word.startswith("-"))
    return PythonCommand("environment", tool, program, options=options, target=target)


def _pip(tool: str, program: str, words: Sequence[str | None]) -> PythonCommand:
    """`pip install` and `uv pip install`."""
    at = next((index for index, word in enumerate(words) if word is None or not word.startswith("-")), len(words))
    command = words[at] if at < len(words) else "--version"
    if command in names("pip", "inert"):
        return PythonCommand("inert", tool, program)
    if command not in names("pip", "installs"):
        return PythonCommand("unknown", tool, program)
    operands: list[str] = []
    files: list[str] = []
    options = [word for word in words[:at] if word is not None]
    rest = [word or "" for word in words[at + 1 :]]
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or word == "-":
            (files if command == "sync" else operands).append(word)
            continue
        name, equals, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
        if name in names("pip", "value_options") and not equals:
            value = rest.pop(0) if rest else ""
        if name in ("-r", "--requirement", "--requirements"):
            files.append(value)
        elif name in ("-e", "--editable"):
            operands.append(value)
            options.append("-e")
        elif name in ("-t", "--target", "--prefix", "--root"):
            options.append(f"{'--target' if name == '-t' else name}={value}")
        else:
            options.append(name if name in names("pip", "value_options") else word)
    return PythonCommand("install", tool, program, tuple(operands), tuple(files), frozenset(options))


def _manager(tool: str, program: str, words: Sequence[str | None]) -> PythonCommand:
    known = manager(tool)
    assert known is not None
    values = [word or "" for word in words]
    command = next((word for word in values if not word.startswith("-")), values[0] if values else "--version")
    rest = values[values.index(command) + 1 :] if command in values else []
    options = _options(values)
    if tool == "uv" and command == "pip":
        return _pip("uv pip", program, rest)
    if tool == "uv" and command == "venv":
        return _environment("uv", program, rest, ".venv")
    if tool == "uv" and command == "tool":
        return PythonCommand("unknown", tool, program)
    if command in known.run:
        words_after = list(rest)
        while words_after and words_after[0].startswith("-"):
            words_after.pop(0)
        return PythonCommand("run", tool, program, tuple(words_after), (), options)
    if command in known.installs:
        return PythonCommand("install", tool, program, _operands(rest), (), options)
    if command in known.inert:
        return PythonCommand("inert", tool, program, (command, *rest), (), options)
    return PythonCommand("unknown", tool, program)


def _operands(words: Sequence[str]) -> tuple[str, ...]:
    """Return the packages that `poetry add` and the like name."""
    found: list[str] = []
    takes_value = False
    for word in words:
        if not takes_value and not word.startswith("-"):
            found.append(word)
        takes_value = word in (
            "-E",
            "--extras",
            "--extra",
            "--with",
            "--without",
            "--only",
            "--group",
            "-G",
            "-C",
            "-P",
            "-p",
            "--python",
        )
    return tuple(found)
