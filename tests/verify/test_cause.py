from __future__ import annotations

import struct
from dataclasses import dataclass, field

import pytest

from dockerslim_rewrite.verify.cause import find_cause
from dockerslim_rewrite.verify.elf import read_elf


def elf_program(interpreter: str, *, wide: bool = True, big: bool = False) -> bytes:
    """Return the smallest file that has a program header, with the loader when there is one."""
    order = ">" if big else "<"
    loader = interpreter.encode() + b"\0"
    header, entry = (64, 56) if wide else (52, 32)
    count = 1 if interpreter else 0
    start = b"\x7fELF" + bytes([2 if wide else 1, 2 if big else 1]) + b"\1" + bytes(9)
    if wide:
        start += struct.pack(order + "HHIQQQIHHH", 2, 62, 1, 0, header, 0, 0, header, entry, count)
        segment = struct.pack(order + "IIQQQQQQ", 3, 4, header + entry, 0, 0, len(loader), 0, 1)
    else:
        start += struct.pack(order + "HHIIIIIHHH", 2, 3, 1, 0, header, 0, 0, header, entry, count)
        segment = struct.pack(order + "IIIIIIII", 3, header + entry, 0, 0, len(loader), 0, 4, 1)
    return start.ljust(header, b"\0") + (segment + loader if interpreter else b"")


@dataclass
class FakeFiles:
    content: dict[str, bytes] = field(default_factory=dict)

    def exists(self, path: str) -> bool:
        return path in self.content

    def read(self, path: str) -> bytes | None:
        return self.content.get(path)


GLIBC = elf_program("/lib64/ld-linux-x86-64.so.2")
MUSL = elf_program("/lib/ld-musl-x86_64.so.1")


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("big", [True, False])
def test_elf_interpreter(wide: bool, big: bool) -> None:
    elf = read_elf(elf_program("/lib/ld-linux.so.2", wide=wide, big=big))
    assert elf is not None
    assert (elf.interpreter, elf.libc) == ("/lib/ld-linux.so.2", "glibc")


def test_elf_of_other_bytes() -> None:
    static = read_elf(elf_program(""))
    assert static is not None and static.interpreter == "" and static.libc == ""
    assert read_elf(b"#!/bin/sh\n") is None
    assert read_elf(GLIBC[:70]) is None
    assert read_elf(b"\x7fELF" + b"\xff" * 100) is None


@pytest.mark.parametrize(
    ("talk", "files", "words"),
    [
        ("exec /app/srv: no such file or directory", {"/app/srv": GLIBC}, "glibc program on a musl"),
        ("exec /app/srv: no such file or directory", {"/app/srv": MUSL}, "musl program on a glibc"),
        ("exec /app/srv: no such file or directory", {}, "program /app/srv is not in the rewritten image"),
        ('exec: "/app/srv": stat /app/srv: no such file or directory: unknown', {}, "/app/srv is not in"),
        ('exec: "greet": executable file not found in $PATH', {}, "greet is not on PATH"),
        ("exec ./srv: no such file or directory", {"./srv": GLIBC}, "glibc program on a musl"),
        ("exec /run.sh: no such file or directory", {"/run.sh": b"#!/bin/bash\nls\n"}, "interpreter /bin/bash"),
        ("exec /run.sh: no such file or directory", {"/run.sh": b"#!/bin/sh\r\nls\r\n", "/bin/sh": b""}, "CR LF"),
        ("exec /app/srv: no such file or directory", {"/app/srv": elf_program("/lib/odd.so")}, "loader /lib/odd.so of"),
        ("exec /app/srv: no such file or directory", {"/app/srv": b"text"}, "exists but cannot be executed"),
        (
            "exec /run.sh: no such file or directory",
            {"/run.sh": b"#!/bin/sh\n", "/bin/sh": b""},
            "script /run.sh cannot",
        ),
        ("exec /run.sh: no such file or directory", {"/run.sh": b"#!\n"}, "interpreter  of the script"),
        ("/bin/sh: 1: /app/srv: not found", {"/app/srv": GLIBC}, "glibc program on a musl"),
        ("/bin/sh: curl: not found", {}, "program curl is not"),
        ("/bin/sh: 1: curl: not found", {}, "program curl is not"),
        ("/bin/bash: line 1: wget: command not found", {}, "program wget is not"),
        ("env: 'bash': No such file or directory", {}, "program bash is not"),
        ("Error: spawn git ENOENT", {}, "program git is not"),
        (
            "./q: error while loading shared libraries: libsqlite3.so.0: cannot open shared object file",
            {},
            "libsqlite3.so.0",
        ),
        ("Error loading shared library libvips.so.42: No such file or directory (needed by x)", {}, "libvips.so.42"),
        ("/lib/libc.so.6: version `GLIBC_2.38' not found (required by ./app)", {}, "GLIBC_2.38"),
        ("Error relocating /app/a.node: __memcpy_chk: symbol not found", {}, "does not load on musl"),
        ("Error: Cannot find module 'express'\nRequire stack:", {}, "module express"),
        ("panic: html/template: pattern matches no files: `templates/*.html`", {}, "templates was not copied"),
        ("2024/01/01 open config/prod.yaml: no such file or directory", {}, "file config/prod.yaml is missing"),
        ("Error: ENOENT: no such file or directory, open '/app/views/a.ejs'", {}, "/app/views/a.ejs"),
        ('Error: Failed to lookup view "index" in views directory "/app/views"', {}, "file index"),
        ("open /data/x: permission denied", {}, "/data/x may not be used by this user"),
        ("Error: EACCES: permission denied, open 'visits.log'", {}, "visits.log may not be used"),
        ("unknown time zone Europe/Berlin", {}, "tzdata"),
        ("x509: certificate signed by unknown authority", {}, "ca-certificates"),
        ("Error: /app/x.node: invalid ELF header", {}, "another platform"),
        ("unable to find user book: no matching entries in passwd file", {}, "user book does not exist"),
    ],
)
def test_cause(talk: str, files: dict[str, bytes], words: str) -> None:
    cause = find_cause(f"some line before\n{talk}\nsome line after", FakeFiles(files))
    assert cause is not None and words in cause


@pytest.mark.parametrize("talk", ["", "listening on 8080", "exec the plan: no such luck", "open for business"])
def test_no_cause_is_made_up(talk: str) -> None:
    assert find_cause(talk, FakeFiles()) is None
