"""What the kernel saw: strace of whole runs. Without strace the audit hook of test_hostile.py has to do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import FIXTURES, ROOT, copy_project, plain_environment

STRACE = shutil.which("strace")
REQUIRED = bool(os.environ.get("DOCKERSLIM_REQUIRE_STRACE"))
pytestmark = pytest.mark.skipif(STRACE is None and not REQUIRED, reason="strace is not installed")
CALLS = "open,openat,openat2,creat,execve,execveat,socket,connect,bind,rename,renameat,renameat2,unlink,unlinkat,mkdir"
OPENED = re.compile(r"open\w*\(.*, (O_[A-Z_|]+).* = \d+<(.*)>$")
# What Python and its libraries read of the machine when they start.
MACHINE = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/locale.alias",
    "/etc/ssl/openssl.cnf",
    "/lib/",
    "/lib64/",
    "/usr/lib/",
    "/usr/share/",
)
OWN = (str(ROOT), sys.prefix, sys.base_prefix, *(path for path in sys.path if path.startswith("/")))
COMMANDS = {
    "rewrite": "from dockerslim_rewrite.cli.rewrite import main; main()",
    "check": "from dockerslim_rewrite.cli.app import main; main()",
}


def trace(folder: Path, program: str, *arguments: str) -> list[str]:
    """Return the calls of one run, each on a line."""
    log = folder / "strace.log"
    own = {"HOME": str(folder), "GOMODCACHE": str(folder / "none"), "PATH": "/nowhere"}
    environment = plain_environment() | own
    assert STRACE is not None, "install strace"
    command = [STRACE, "-f", "-y", "-qq", "-s", "4096", "-e", f"trace={CALLS}", "-o", str(log)]
    command += [sys.executable, "-P", "-c", COMMANDS[program], *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return [line.split(None, 1)[1] for line in log.read_text("utf-8", "replace").splitlines()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with every kind of link out of it, and names that are commands elsewhere."""
    project = copy_project(FIXTURES / "node" / "n03-yarn", tmp_path / "outer" / "project")
    for name in ("Makefile", "compose.yaml", "tsconfig.json", ".npmrc", "Dockerfile.dockerignore", ".env"):
        (tmp_path / f"outside-{name}").write_text("secret")
        (project / name).unlink(missing_ok=True)
        (project / name).symlink_to(tmp_path / f"outside-{name}")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "index.js").write_text("require('x')")
    (project / "lib").symlink_to("../../outside")
    return project


@pytest.mark.parametrize("program", COMMANDS)
def test_only_the_context_is_opened_and_nothing_is_run_or_reached(tmp_path: Path, project: Path, program: str) -> None:
    arguments = [str(project / "Dockerfile"), "-o", str(tmp_path / "out")]
    if program == "check":
        arguments = ["check", "-j", "1", "--write", str(project)]
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*") if not path.is_dir()}
    calls = trace(tmp_path, program, *arguments)
    opened = [(found[1], found[2]) for call in calls if (found := OPENED.match(call))]
    assert str(project / "Dockerfile") in {path for _, path in opened}
    assert [call for call in calls if call.startswith("exec")][1:] == [], "a program is started"
    assert [call for call in calls if call.startswith(("socket", "connect", "bind"))] == []
    target = tmp_path / "out" if program == "rewrite" else project / "Dockerfile"
    read = [path for flags, path in opened if "O_RDONLY" in flags]
    # the configuration is looked for upwards: only in files of its two names
    allowed = (f"{project}/", *OWN, *MACHINE)
    assert [path for path in read if not f"{path}/".startswith(allowed)] == []
    written = {path for flags, path in opened if "O_RDONLY" not in flags and not path.startswith("/dev/")}
    assert len(written) == 1, "one file beside the target"
    assert written.pop().startswith(f"{target.parent}/.{target.name}")
    changed = {
        path for path in tmp_path.rglob("*") if not path.is_dir() and before.get(path) != path.lstat().st_mtime_ns
    }
    assert changed == {target, tmp_path / "strace.log"}


def test_the_trace_can_fail(tmp_path: Path, project: Path) -> None:
    """A template of the user's own is outside of the context, and is seen to be opened."""
    shutil.copytree(ROOT / "templates", tmp_path / "mine")
    calls = trace(tmp_path, "rewrite", str(project / "Dockerfile"), "--templates", str(tmp_path / "mine"))
    assert any(found[2].startswith(f"{tmp_path}/mine/") for call in calls if (found := OPENED.match(call)))
