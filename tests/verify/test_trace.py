"""What the kernel tells of opened files, and what becomes of it: a small object answers in the C library's place."""

from __future__ import annotations

import ctypes
import errno
import io
import json
import os
import struct
import sys
import tarfile
from pathlib import Path

import pytest

from dockerslim_rewrite.verify import trace
from dockerslim_rewrite.verify.check import Check
from dockerslim_rewrite.verify.engine import Engine
from dockerslim_rewrite.verify.fanotify import FileLog, Opened
from dockerslim_rewrite.verify.proof import Job, Proof
from dockerslim_rewrite.verify.prove import prove
from dockerslim_rewrite.verify.session import Session
from dockerslim_rewrite.verify.trace import Tracer, TraceUnavailable
from tests.verify.fake_engine import FakeEngine

OPEN, EXECUTE = 0x20, 0x1000  # <linux/fanotify.h>
GONE = 1 << 30  # above every process id
MOUNTS = "22 1 8:1 / / rw - ext4 /dev/sda rw\n31 22 0:40 / {} rw - overlay overlay rw\n"


class Kernel:
    """A C library whose fanotify group is a pipe. `refuses` are error numbers by function."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe2(os.O_NONBLOCK)
        self.refuses: dict[str, int] = {}
        self.watched: list[str] = []

    def fanotify_init(self, *_: object) -> int:
        return self._answer("fanotify_init", self.reader)

    def fanotify_mark(self, *words: object) -> int:
        answer = self._answer("fanotify_mark", 0)
        if answer == 0:
            self.watched.append(os.fsdecode(words[-1]))  # type: ignore[arg-type]
        return answer

    def _answer(self, name: str, answer: int) -> int:
        ctypes.set_errno(self.refuses.get(name, 0))
        return -1 if name in self.refuses else answer

    def report(self, path: Path | None, mask: int = OPEN, pid: int = GONE) -> int:
        """Tell of an open, as the kernel does: with a descriptor of the file; without a path, of lost events."""
        descriptor = os.open(path, os.O_RDONLY) if path is not None else -1
        os.write(self._writer, struct.pack("=IBBHQii", 24, 3, 0, 24, mask, descriptor, pid))
        return descriptor


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    it = Kernel()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: it)
    return it


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine(tmp_path / "engine")


def mounted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, point: str) -> None:
    (tmp_path / "mounts").write_text(MOUNTS.format(point))
    monkeypatch.setattr(trace, "_MOUNTS", tmp_path / "mounts")


def test_opens_of_others_are_told_and_their_descriptors_closed(kernel: Kernel, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.write_text("x")
    with FileLog() as log:
        log.watch("/merged")
        descriptors = [
            kernel.report(data, OPEN | EXECUTE, os.getppid()),
            kernel.report(data),
            kernel.report(data, pid=os.getpid()),
        ]
        kernel.report(None)
        program = str(Path(f"/proc/{os.getppid()}/exe").readlink())
        assert list(log.read()) == [
            Opened(str(data), True, os.getppid(), program),
            Opened(str(data), False, GONE, ""),
        ]
        assert list(log.read()) == []
    assert kernel.watched == ["/merged"]
    for descriptor in [*descriptors, kernel.reader]:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.EPERM, "--trace needs root, for the kernel's log of opened files (fanotify)"),
        (errno.ENOSYS, "--trace needs Linux with fanotify: Function not implemented"),
    ],
)
def test_a_kernel_that_refuses(kernel: Kernel, engine: FakeEngine, code: int, message: str) -> None:
    kernel.refuses["fanotify_init"] = code
    with pytest.raises(TraceUnavailable) as caught:
        Tracer(Engine(str(engine.path)))
    assert str(caught.value) == message


def test_a_system_without_fanotify(monkeypatch: pytest.MonkeyPatch, engine: FakeEngine) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    with pytest.raises(TraceUnavailable, match="the C library does not know it"):
        Tracer(Engine(str(engine.path)))
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(TraceUnavailable, match="only Linux has fanotify"):
        Tracer(Engine(str(engine.path)))


@pytest.mark.parametrize(
    ("inspected", "point"),
    [
        ({"Id": "c0ffee", "GraphDriver": {"Data": {"MergedDir": "/pool/c0ffee/merged"}}}, "/pool/c0ffee/merged"),
        ({"Id": "c0ffee", "GraphDriver": None}, "/run/containerd/c0ffee/rootfs"),
        ({"Id": "c0ffee", "GraphDriver": {"Data": None}}, "/my\\040disk/c0ffee/rootfs"),
    ],
)
def test_the_containers_own_file_system_is_watched(
    kernel: Kernel,
    engine: FakeEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    inspected: object,
    point: str,
) -> None:
    mounted(monkeypatch, tmp_path, point)
    engine.answer("container", "inspect", "box", stdout=json.dumps([inspected]))
    program, data = tmp_path / "program", tmp_path / "data"
    program.write_text("x")
    data.write_text("x")
    tracer = Tracer(Engine(str(engine.path)))
    with tracer.watch("box"):
        kernel.report(data)  # before the program: the engine's own
        kernel.report(program, OPEN | EXECUTE)
        kernel.report(data)
    assert set(kernel.watched) == {point.replace("\\040", " ")}
    assert [event.path for event in tracer.opened] == [str(program), str(data)]
    assert tracer.problem == ""


@pytest.mark.parametrize(("point", "refuses"), [("/pool/other/merged", {}), ("/c0ffee/rootfs", {"fanotify_mark": 22})])
def test_a_file_system_that_is_not_on_this_machine(
    kernel: Kernel,
    engine: FakeEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    refuses: dict[str, int],
) -> None:
    mounted(monkeypatch, tmp_path, point)
    kernel.refuses |= refuses
    engine.answer("container", "inspect", stdout='[{"Id": "c0ffee"}]')
    tracer = Tracer(Engine(str(engine.path)))
    with tracer.watch("box"):
        pass
    assert kernel.watched == [] and tracer.opened == ()
    assert tracer.problem.startswith("the container's file system is not mounted on this machine")


def proved(engine: FakeEngine, tmp_path: Path) -> Proof:
    buffer = io.BytesIO()
    tarfile.open(fileobj=buffer, mode="w").close()
    engine.answer("export", stdout=buffer.getvalue().decode())
    engine.answer("cp", stdout=tarfile.TarInfo("x").tobuf().decode())
    engine.answer("image", "inspect", stdout='[{"Config": {}, "Size": 5}]')
    engine.answer("container", "inspect", stdout='[{"Id": "c0ffee"}]')
    engine.answer("inspect", stdout="exited 0\n")
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    text = "FROM x AS builder\nFROM y\nCOPY --from=builder /a /a\n"
    job = Job(tmp_path / "Dockerfile", tmp_path, "FROM x\n", text, check=Check(), measured=False, traced=True)
    with Session(Engine(str(engine.path))) as session:
        return prove(session, job, tmp_path / "scratch", lambda text, is_step: None)


def test_a_proof_names_what_the_rewrite_lacks(
    kernel: Kernel, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted(monkeypatch, tmp_path, "/c0ffee/rootfs")
    kernel.report(Path("/proc/self/exe"), OPEN | EXECUTE)
    proof = proved(engine, tmp_path)
    assert proof.notes == () and proof.lacking is not None
    program = os.path.realpath("/proc/self/exe")
    assert [item.line for item in proof.lacking] == [f"COPY --from=builder {program} {program}"]


@pytest.mark.parametrize(
    ("refuses", "note"),
    [
        ({"fanotify_init": errno.EPERM}, "no trace: --trace needs root"),
        ({}, "no trace: the container's file system is not mounted"),
    ],
)
def test_a_proof_without_a_trace_says_why(
    kernel: Kernel,
    engine: FakeEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    refuses: dict[str, int],
    note: str,
) -> None:
    mounted(monkeypatch, tmp_path, "/elsewhere")
    kernel.refuses |= refuses
    proof = proved(engine, tmp_path)
    assert proof.same and proof.lacking is None
    assert [text[: len(note)] for text in proof.notes] == [note]
