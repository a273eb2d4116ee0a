"""Which opened files the rewrite lacks, and the lines that bring them."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from dockerslim_rewrite.verify.engine import Engine
from dockerslim_rewrite.verify.fanotify import Opened
from dockerslim_rewrite.verify.lacking import find_lacking
from dockerslim_rewrite.verify.session import Session
from dockerslim_rewrite.verify.trace import _of_container
from tests.verify.fake_engine import FakeEngine, export


@pytest.fixture
def fake(tmp_path: Path) -> FakeEngine:
    return FakeEngine(tmp_path / "engine")


REWRITTEN = "FROM golang:1.24 AS build\nFROM alpine\nCOPY --from=build --chown=app:app /app/app /app/app\n"


def opened(path: str, program: str = "/app/app", *, executed: bool = False) -> Opened:
    return Opened(path, executed, 1, program)


def lacking(fake: FakeEngine, *events: Opened) -> list[tuple[str, bool]]:
    export(fake, {"app/": "", "app/app": "x", "lib/": "", "lib/libz.so.1": "x", "usr/": "", "usr/bin/env": "x"})
    # what the rewrite lacks is in the original: its copy answers with a block, the rewrite's with none
    fake.answer("cp", stdout=tarfile.TarInfo("x").tobuf().decode())
    with Session(Engine(str(fake.path))) as session:
        found = find_lacking(session, events, "original", "rewritten", REWRITTEN)
    return [(item.line, item.executed) for item in found]


def test_lines_that_bring_what_is_lacking(fake: FakeEngine) -> None:
    prefix = "COPY --from=build --chown=app:app"
    assert lacking(
        fake,
        opened("/app/app", executed=True),
        opened("/app/pages/a.html"),
        opened("/app/pages/parts/b.html"),
        opened("/app/words.txt"),
        opened("/srv/my data/x"),
        opened("/usr/bin/git", executed=True),
        opened("/usr/lib/x86_64-linux-gnu/libz.so.1"),
        opened("/bin/env", executed=True),
    ) == [
        (f"{prefix} /app/pages /app/pages", False),
        (f"{prefix} /app/words.txt /app/words.txt", False),
        (f'{prefix} ["/srv/my data", "/srv/my data"]', False),
        (f"{prefix} /usr/bin/git /usr/bin/git", True),
    ]
    assert lacking(fake, opened("/app/app")) == []


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("FROM x AS build\nFROM y\n", "COPY --from=build"),
        ("FROM x\nFROM y\n", "COPY --from=0"),
        ("FROM x AS build\nFROM y\nCOPY a b\nCOPY --from=build c d\n", "COPY --from=build"),
    ],
)
def test_the_stage_that_a_lacking_file_comes_from(fake: FakeEngine, text: str, prefix: str) -> None:
    export(fake, {"usr/": "", "usr/lib/": "", "lib/": "", "lib/libz.so": "x"})
    fake.answer("cp", stdout=tarfile.TarInfo("x").tobuf().decode())
    events = [opened("/data/a"), opened("/usr/lib/libz.so")]
    with Session(Engine(str(fake.path))) as session:
        found = find_lacking(session, events, "original", "rewritten", text)
    assert [item.line for item in found] == [f"{prefix} /data /data"]


def elf(interpreter: str) -> str:
    """Return a 64-bit program of one segment: the name of its loader ("" for a static program)."""
    header = b"\x7fELF" + bytes([2, 1]) + bytes(26) + (64).to_bytes(8, "little") + bytes(14) + bytes([56, 0, 1, 0])
    kind = (3 if interpreter else 1).to_bytes(4, "little")
    segment = kind + bytes(4) + (120).to_bytes(8, "little") + bytes(16) + len(interpreter).to_bytes(8, "little")
    return (header.ljust(64, b"\0") + segment.ljust(56, b"\0") + interpreter.encode()).decode()


@pytest.mark.parametrize(
    ("interpreter", "wanted"), [("/lib64/ld-linux-x86-64.so.2", True), ("/lib/ld-musl-x86_64.so.1", False), ("", False)]
)
def test_libraries_count_for_programs_that_load_them(fake: FakeEngine, interpreter: str, wanted: bool) -> None:
    export(fake, {"app/": "", "app/app": "x"})
    program = elf(interpreter)
    header = tarfile.TarInfo("app")
    header.size = len(program)
    fake.answer("cp", stdout=header.tobuf().decode() + program)
    events = (opened("/usr/lib/libz.so.1"), opened("/usr/lib/libm.so.6", "/bin/sh"), opened("/etc/ld.so.cache"))
    with Session(Engine(str(fake.path))) as session:
        found = find_lacking(session, events, "original", "rewritten", REWRITTEN)
    assert [item.path for item in found] == ["/usr/lib/libz.so.1"] * wanted


def test_what_the_container_wrote_itself_is_not_lacking(fake: FakeEngine) -> None:
    export(fake, {"app/": ""})
    fake.answer("cp", code=1)
    with Session(Engine(str(fake.path))) as session:
        assert find_lacking(session, [opened("/tmp/made")], "original", "rewritten", REWRITTEN) == ()


def test_the_engines_own_opens_are_left_out() -> None:
    events = [
        Opened("/var/lib/engine/merged/etc/passwd", False, 7, "/usr/bin/engine"),
        Opened("/etc/passwd", False, 9, "/"),
        Opened("/bin/sh", True, 9, "/bin/sh"),
        Opened("/lib/ld-linux-x86-64.so.2", True, 9, ""),
        Opened("/etc/motd", False, 9, ""),
        Opened("/tmp/x (deleted)", False, 9, ""),
    ]
    kept = list(_of_container(events, "/var/lib/engine/merged"))
    assert [(event.path, event.program) for event in kept] == [
        ("/bin/sh", "/bin/sh"),
        ("/lib/ld-linux-x86-64.so.2", "/bin/sh"),
        ("/etc/motd", "/bin/sh"),
    ]
