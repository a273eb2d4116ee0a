"""The little of an ELF file that says which system a program was built for."""

from __future__ import annotations

import struct

from msgspec import Struct

_PT_INTERP = 3


class Elf(Struct, frozen=True):
    """`interpreter` is the dynamic loader that the kernel starts, "" for a static program."""

    interpreter: str

    @property
    def libc(self) -> str:
        """Return "glibc", "musl", or "" for a static program or an unknown loader."""
        if "ld-musl" in self.interpreter:
            return "musl"
        return "glibc" if "ld-linux" in self.interpreter or self.interpreter.startswith("/lib64/ld") else ""


def read_elf(content: bytes) -> Elf | None:
    """Read the program headers (gABI, chapter 5) of an ELF file; None when the bytes are none or are cut short."""
    if content[:4] != b"\x7fELF" or len(content) < 64:
        return None
    wide = content[4] == 2
    order = "<" if content[5] == 1 else ">"
    try:
        if wide:
            (table,) = struct.unpack_from(order + "Q", content, 32)
            size, count = struct.unpack_from(order + "HH", content, 54)
        else:
            (table,) = struct.unpack_from(order + "I", content, 28)
            size, count = struct.unpack_from(order + "HH", content, 42)
        for at in range(table, table + size * count, size):
            kind, offset, length = _segment(content, at, order, wide=wide)
            if kind == _PT_INTERP:
                return Elf(content[offset : offset + length].rstrip(b"\0").decode("utf-8", "replace"))
    except (struct.error, ValueError):
        return None
    return Elf("")


def _segment(content: bytes, at: int, order: str, *, wide: bool) -> tuple[int, int, int]:
    if wide:
        kind, _flags, offset, _vaddr, _paddr, length = struct.unpack_from(order + "IIQQQQ", content, at)
    else:
        kind, offset, _vaddr, _paddr, length = struct.unpack_from(order + "IIIII", content, at)
    return kind, offset, length
