"""From what a failing container says to the cause, in the words of someone who has seen it before."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Protocol

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.verify.elf import read_elf

# The engines, loaders and runtimes report in prose that has no grammar: regular expressions are all there is.
# The first group is the name that matters. Order: the more specific first.
MAX_TALK = 16_000  # characters, the last ones
_EXEC = pattern(
    r"(?:exec:? |exec format error: |stat |fork/exec |can't execute |failed to execute )"
    r"[\"']?([^\s\"':]*/[^\s\"':]+)[\"']?:(?: stat [^:]+:)? (?:no such file or directory|not found)"
)
_SHELL_EXEC = pattern(r"^\S*sh: (?:\d+: |line \d+: )?(?:exec: )?([^\s:]*/[^\s:]+): not found", re.MULTILINE)
_PATH_LOOKUP = pattern(r"exec: \"?([^\s\":]+)\"?: executable file not found in \$PATH")
_COMMAND = pattern(
    r"(?:^|\n)\S*sh: (?:\d+: |line \d+: )?(?:exec: )?([\w.+-]+): (?:not found|command not found)"
    r"|env: (?:can't execute )?['‘]?([\w.+-]+)['’]?: No such file or directory"
    r"|spawn ([\w./+-]+) ENOENT"
)
_LIBRARY = pattern(
    r"([\w.+-]+\.so[\w.]*): cannot open shared object file|Error loading shared library ([\w.+-]+\.so[\w.]*)"
)
_GLIBC_VERSION = pattern(r"version [`'](GLIBC(?:XX)?_[\d.]+)' not found")
_RELOCATION = pattern(r"Error relocating (\S+): (\S+): symbol not found")
_MODULE = pattern(r"Cannot find (?:module|package) '([^']+)'")
_PATTERN = pattern(r"pattern matches no files: [`\"#]*([^`\"#\s]+)")
_OPEN = pattern(
    r"ENOENT: no such file or directory, \w+ '([^']+)'"
    r"|(?:open|stat|lstat|scandir|readlink) ([^\s:]+): no such file or directory"
    r"|(?:can't open|cannot open|cannot access) ['‘]?([^\s:'’]+)['’]?: No such file"
    r"|Failed to lookup view \"([^\"]+)\""
)
_DENIED = pattern(
    r"EACCES: permission denied, \w+ '([^']+)'|(?:open|mkdir|unlink|exec|create) ([^\s:]+): permission denied"
)
_ZONE = pattern(r"unknown time zone ([\w/+-]+)")
_USER = pattern(r"user: unknown user(?:id)? (\S+)|unable to find user ([^\s:]+)")


class Files(Protocol):
    """Access to the files of the rewritten image; relative paths are below its WORKDIR."""

    def exists(self, path: str) -> bool:
        """Tell whether the path exists."""

    def read(self, path: str) -> bytes | None:
        """Return a file's content, None when there is none."""


def find_cause(talk: str, files: Files) -> str | None:
    """Return why a container failed, from everything that it and the engine said; None when nothing is recognised."""
    talk = talk[-MAX_TALK:]
    for saying, explain in _EXPLANATIONS:
        match = saying.search(talk)
        if match is not None:
            name = next(group for group in match.groups() if group is not None)
            return explain(name, files)
    if "invalid ELF header" in talk or "wrong ELF class" in talk:
        return "a native module of another platform: node_modules crossed between builds"
    if "certificate signed by unknown authority" in talk or "no certificate authority" in talk:
        return "the certificates of the trusted authorities are missing: ca-certificates is not in the runtime stage"
    return None


def explain_exec(path: str, files: Files) -> str:
    """Say why an existing or missing program cannot be executed."""
    content = files.read(path)
    if content is None:
        return f"the program {path} is not in the rewritten image"
    elf = read_elf(content)
    if elf is not None and elf.interpreter and not files.exists(elf.interpreter):
        if elf.libc:
            base = {"glibc": "musl or empty", "musl": "glibc or empty"}[elf.libc]
            return f"{path} is a {elf.libc} program on a {base} base: its loader {elf.interpreter} is missing"
        return f"the loader {elf.interpreter} of {path} is missing"
    if content[:2] == b"#!":
        return _explain_script(path, content, files)
    return f"{path} exists but cannot be executed"


def _explain_script(path: str, content: bytes, files: Files) -> str:
    line = content.split(b"\n", 1)[0].decode("utf-8", "replace")
    if line.endswith("\r"):
        return f"the first line of {path} ends in CR LF, so its interpreter is not found"
    interpreter = line[2:].split()[0] if line[2:].split() else ""
    if not files.exists(interpreter):
        return f"the interpreter {interpreter} of the script {path} is missing"
    return f"the script {path} cannot be executed"


def _library(name: str, _: Files) -> str:
    return f"the shared library {name} is missing: its package is not in the runtime stage"


def _command(name: str, files: Files) -> str:
    if "/" in name:
        return explain_exec(name, files)
    return f"the program {name} is not in the rewritten image"


def _missing(path: str, _: Files) -> str:
    return f"the file {path} is missing: it was not copied to the runtime stage"


def _pattern(pattern: str, _: Files) -> str:
    where = posixpath.dirname(pattern) or pattern
    return f"no file matches {pattern}: {where} was not copied to the runtime stage"


_EXPLANATIONS: tuple[tuple[re.Pattern[str], Callable[[str, Files], str]], ...] = (
    (_LIBRARY, _library),
    (_GLIBC_VERSION, lambda name, _: f"the runtime's C library is older than the builder's: {name} is missing"),
    (_RELOCATION, lambda name, _: f"{name} was built for glibc and does not load on musl"),
    (_EXEC, explain_exec),
    (_SHELL_EXEC, explain_exec),
    (_PATH_LOOKUP, lambda name, _: f"the program {name} is not on PATH in the rewritten image"),
    (_COMMAND, _command),
    (_MODULE, lambda name, _: f"the module {name} is missing from the runtime stage"),
    (_PATTERN, _pattern),
    (_ZONE, lambda name, _: f"the time zone {name} is unknown: tzdata is not in the runtime stage"),
    (_USER, lambda name, _: f"the user {name} does not exist in the runtime stage"),
    (_DENIED, lambda name, _: f"{name} may not be used by this user: another owner or mode than in the original"),
    (_OPEN, _missing),
)
