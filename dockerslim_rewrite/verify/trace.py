"""Which files the original opens while it is checked, seen from outside of its container.

The kernel reports every open in the file system of the container (`fanotify`): nothing is added to the image, no
process is slowed down or attached to, and short-lived processes are seen as well. It takes root on the Linux machine
that the engine runs on.
"""

from __future__ import annotations

import errno
import json
import select
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from msgspec import Struct, field

from dockerslim_rewrite.verify.engine import Engine
from dockerslim_rewrite.verify.fanotify import FileLog, Opened

_MOUNTS = Path("/proc/self/mountinfo")
_POLL_MS = 50


class TraceUnavailable(Exception):
    """A trace cannot be made here; the text says what it would take."""


class Tracer:
    """Traces one container. `opened` is what its processes opened, without the engine's own preparations.

    Raises:
        TraceUnavailable: when this system or user cannot trace.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.opened: tuple[Opened, ...] = ()
        self.problem = ""
        try:
            self._log = FileLog()
        except OSError as error:
            if error.errno == errno.EPERM:
                raise TraceUnavailable("--trace needs root, for the kernel's log of opened files (fanotify)") from error
            raise TraceUnavailable(f"--trace needs Linux with fanotify: {error.strerror}") from error

    @contextmanager
    def watch(self, container: str) -> Iterator[None]:
        """Trace a container that is about to be started, until the block ends."""
        recorder = _Recorder(self._log, _mount_names(self.engine, container))
        with self._log, _MOUNTS.open() as mounts:
            thread = threading.Thread(target=recorder.run, args=(mounts,), daemon=True)
            thread.start()
            try:
                yield
            finally:
                recorder.done.set()
                thread.join()
        if not recorder.mount:
            self.problem = (
                "the container's file system is not mounted on this machine, so the engine is remote, rootless, "
                "or runs in a virtual machine: run verify as root where the engine runs"
            )
        self.opened = tuple(_of_container(recorder.events, recorder.mount))


class _Recorder(Struct):
    """Waits for the container's file system to be mounted, then keeps what is opened in it."""

    log: FileLog
    names: tuple[str, ...]
    mount: str = ""
    events: list[Opened] = []
    done: threading.Event = field(default_factory=threading.Event)

    def run(self, mounts: IO[str]) -> None:
        # The kernel wakes whoever polls mountinfo when a mount changes: between the mount and the first
        # instruction of the container's program lie some hundred milliseconds, which is enough to be there in time.
        poll = select.poll()
        poll.register(mounts, select.POLLERR | select.POLLPRI)
        poll.register(self.log.descriptor, select.POLLIN)
        while not self.done.is_set():
            self._find_mount(mounts)
            poll.poll(_POLL_MS)
            self.events += self.log.read()
        self.events += self.log.read()

    def _find_mount(self, mounts: IO[str]) -> None:
        mounts.seek(0)
        for line in mounts.read().splitlines():
            point = line.split(" ")[4].replace("\\040", " ")
            if any(name in point for name in self.names):
                # the engine may mount it more than once, a new file system each time: watching twice does no harm
                with suppress(OSError):
                    self.log.watch(point)
                    self.mount = point


def _mount_names(engine: Engine, container: str) -> tuple[str, ...]:
    """Return what the mount point of a container's root contains: a path of its own, or the container's id."""
    inspected: dict[str, Any] = json.loads(engine.must("container", "inspect", container))[0]
    driver = inspected.get("GraphDriver") or {}
    merged = (driver.get("Data") or {}).get("MergedDir")
    return (merged,) if merged else (f"/{inspected['Id']}/rootfs",)


def _of_container(events: Iterable[Opened], mount: str) -> Iterator[Opened]:
    """Leave out the engine: what comes through its own mount, and what happens before the first program runs."""
    started = False
    programs: dict[int, str] = {}
    for event in events:
        if mount and event.path.startswith(mount):
            continue
        started = started or event.executed
        if not started or not event.path.startswith("/") or event.path.endswith(" (deleted)"):
            continue
        if event.executed and not _is_loader(event.path):
            programs[event.pid] = event.path
        program = programs.get(event.pid) or (event.program if event.program != "/" else "")
        yield Opened(event.path, event.executed, event.pid, program)


def _is_loader(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return name.startswith(("ld-linux", "ld-musl", "ld64"))
