"""The kernel's own log of opened files (fanotify, Linux 4.20 or newer, root only)."""

from __future__ import annotations

import ctypes
import errno
import os
import select
import struct
import sys
from collections.abc import Iterator

from msgspec import Struct

# <linux/fanotify.h>
_FAN_CLOEXEC, _FAN_NONBLOCK, _FAN_UNLIMITED_QUEUE = 0x1, 0x2, 0x10
_FAN_MARK_ADD, _FAN_MARK_FILESYSTEM = 0x1, 0x100
_FAN_OPEN, _FAN_OPEN_EXEC = 0x20, 0x1000
_AT_FDCWD = -100
_EVENT = struct.Struct("=IBBHQii")  # fanotify_event_metadata: length, version, -, metadata length, mask, fd, pid
_BUFFER = 1 << 18


class Opened(Struct, frozen=True):
    """An opened file: its path in its own file system, whether it was executed, and who opened it (0: gone)."""

    path: str
    executed: bool
    pid: int
    program: str


class FileLog:
    """One fanotify group; use as a context manager.

    Raises:
        OSError: when the kernel does not offer it (ENOSYS) or the user may not use it (EPERM).
    """

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise OSError(errno.ENOSYS, "only Linux has fanotify")
        self._libc = ctypes.CDLL(None, use_errno=True)
        flags = _FAN_CLOEXEC | _FAN_NONBLOCK | _FAN_UNLIMITED_QUEUE
        self.descriptor = self._call("fanotify_init", flags, os.O_RDONLY | os.O_CLOEXEC | os.O_LARGEFILE)

    def __enter__(self) -> FileLog:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def watch(self, mount_point: str) -> None:
        """Log all opens in the file system that is mounted there, whichever way it is reached.

        Raises:
            OSError: when the mount is gone or its file system cannot be watched.
        """
        events = ctypes.c_uint64(_FAN_OPEN | _FAN_OPEN_EXEC)
        flags = ctypes.c_uint(_FAN_MARK_ADD | _FAN_MARK_FILESYSTEM)
        self._call("fanotify_mark", self.descriptor, flags, events, _AT_FDCWD, os.fsencode(mount_point))

    def read(self) -> Iterator[Opened]:
        """Yield what was opened since the last call, without waiting."""
        while select.select([self.descriptor], [], [], 0)[0]:
            try:
                content = os.read(self.descriptor, _BUFFER)
            except BlockingIOError:
                return
            yield from self._events(content)

    def _events(self, content: bytes) -> Iterator[Opened]:
        at = 0
        while at + _EVENT.size <= len(content):
            length, _, _, _, mask, descriptor, pid = _EVENT.unpack_from(content, at)
            at += length
            if descriptor < 0:
                continue
            try:
                path = _link(f"/proc/self/fd/{descriptor}")
            finally:
                os.close(descriptor)
            if pid != os.getpid():
                yield Opened(path, bool(mask & _FAN_OPEN_EXEC), pid, _link(f"/proc/{pid}/exe"))

    def _call(self, name: str, *words: object) -> int:
        function = getattr(self._libc, name, None)
        if function is None:
            raise OSError(errno.ENOSYS, "the C library does not know it")
        result = int(function(*words))
        if result < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return result


def _link(path: str) -> str:
    try:
        return os.readlink(path)  # noqa: PTH115 - many calls
    except OSError:
        return ""
