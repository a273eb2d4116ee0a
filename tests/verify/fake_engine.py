"""A container engine made of a folder: a small program that answers as docker would, and keeps a log of its calls."""

from __future__ import annotations

import io
import json
import stat
import sys
import tarfile
from pathlib import Path
from typing import Any

_SCRIPT = """#!{python}
import json, sys, time
from pathlib import Path

home = Path({home!r})
words = sys.argv[1:]
with (home / "calls").open("a") as log:
    log.write(json.dumps(words) + "\\n")
answers = json.loads((home / "answers").read_text())
for prefix, answer in answers:
    if words[: len(prefix)] == prefix:
        time.sleep(answer.get("seconds", 0))
        sys.stdout.write(answer.get("stdout", ""))
        sys.stderr.write(answer.get("stderr", ""))
        sys.exit(answer.get("code", 0))
"""


class FakeEngine:
    """Write the program and its answers; read what it was asked."""

    def __init__(self, home: Path, name: str = "docker") -> None:
        self.home = home
        self.path = home / "bin" / name
        self.path.parent.mkdir(parents=True)
        self.path.write_text(_SCRIPT.format(python=sys.executable, home=str(home)))
        self.path.chmod(self.path.stat().st_mode | stat.S_IXUSR)
        self.answers: list[tuple[list[str], dict[str, Any]]] = []
        self._save()

    def answer(self, *prefix: str, **answer: Any) -> None:
        """Answer calls that begin with these words; what is added last is tried first."""
        self.answers.insert(0, (list(prefix), answer))
        self._save()

    @property
    def calls(self) -> list[list[str]]:
        log = self.home / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def _save(self) -> None:
        (self.home / "answers").write_text(json.dumps(self.answers))


def export(fake: FakeEngine, files: dict[str, str], links: dict[str, str] | None = None) -> None:
    """Answer exports with a tree: files by path, folders end in a slash."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            if path.endswith("/"):
                member.type = tarfile.DIRTYPE
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
        for path, target in (links or {}).items():
            member = tarfile.TarInfo(path)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    fake.answer("export", stdout=buffer.getvalue().decode())
