"""What an enemy's project may cost, and what it may not do. `python -m tests.hostile.measure` runs every case."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.cases import CASES
from tests.hostile.measure import COMMAND, MAX_MEGABYTES, MAX_SECONDS, measure
from tests.support import FIXTURES, copy_project, plain_environment

# The others take seconds to minutes each, and are run by hand for docs/security.md.
QUICK = (
    "dockerfile_of_10_mb",
    "million_continuation_lines",
    "giant_line",
    "deep_shell",
    "wide_shell",
    "deep_json",
    "doubling_variables",
    "doubling_functions",
    "long_duration",
    "javascript_deep",
    "python_deep",
    "json_deep",
    "yaml_bomb",
    "yaml_deep",
    "makefile_that_doubles",
    "special_files",
    "links",
    "unreadable_files",
    "deep_directories",
)
# Runs the command and prints what it opens, starts and connects to.
TRACED = """
import os, sys
def tell(line):
    os.write(1, line.encode() + b"\\n")
def hook(event, arguments):
    if event == "open":
        tell(f"open {arguments[0]!r} {arguments[1]!r}")
    elif event.startswith(("socket.", "subprocess.", "os.exec", "os.spawn", "os.posix_spawn", "os.system", "os.fork")):
        tell(f"event {event}")
    elif event in ("os.listdir", "os.scandir"):
        tell(f"list {arguments[0]!r}")
sys.addaudithook(hook)
from dockerslim_rewrite.cli.rewrite import main
main()
"""


@pytest.fixture
def hostile_path(tmp_path: Path) -> Iterator[Path]:
    """A folder that `rm` removes: 2,000 folders in one another are too deep for pytest's own removal."""
    yield tmp_path
    subprocess.run(["rm", "-rf", str(tmp_path)], check=True)


@pytest.mark.parametrize("name", QUICK)
def test_time_and_memory_are_bounded(hostile_path: Path, name: str) -> None:
    CASES[name](hostile_path)
    seen = measure(hostile_path)
    assert seen.code in (0, 2, 3), seen.report
    assert seen.seconds < MAX_SECONDS
    assert seen.megabytes < MAX_MEGABYTES
    assert (hostile_path / "Dockerfile.out").exists() <= (seen.code == 0)
    assert "\x1b" not in seen.report


@pytest.mark.parametrize("fixture", ["go/g06-templates", "node/n03-yarn", "python/p06-subprocess"])
def test_nothing_outside_is_read_and_nothing_is_started(tmp_path: Path, fixture: str) -> None:
    """Code and data of this program and of Python aside, only files of the context are opened."""
    if not (FIXTURES / fixture).is_dir():
        fixture = f"python/{sorted(path.name for path in (FIXTURES / 'python').iterdir())[0]}"
    project = copy_project(FIXTURES / fixture, tmp_path / "project")
    (tmp_path / "secret").write_text("x")
    (project / "outside.json").symlink_to(tmp_path / "secret")
    command = [sys.executable, "-c", TRACED, str(project / "Dockerfile"), "--no-config", "-o", str(tmp_path / "out")]
    environment = {**plain_environment(), "HOME": str(tmp_path), "GOMODCACHE": str(tmp_path / "none")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    lines = done.stdout.splitlines()
    assert not [line for line in lines if line.startswith("event")]
    opened = [found[1] for line in lines if (found := re.match(r"(?:open|list) '([^']*)'", line))]
    assert any(path.endswith("/project/Dockerfile") for path in opened)
    own = (
        str(project),
        sys.prefix,
        sys.base_prefix,
        str(FIXTURES.parent),
        "/work/venv",
        "/usr/lib/python",
        "/proc/self",
    )
    written = str(tmp_path / ".out.")
    assert not [path for path in opened if not path.startswith((*own, written)) and "site-packages" not in path]


def test_a_killed_run_leaves_the_old_file(tmp_path: Path) -> None:
    """The result is written beside the target and renamed, so that no moment shows a part of it."""
    project = copy_project(FIXTURES / "go/g06-templates", tmp_path / "project")
    target = tmp_path / "Dockerfile.out"
    for delay in (0.05, 0.15, 0.25, 0.35, 0.5):
        target.write_text("old\n")
        process = subprocess.Popen(
            [*COMMAND, str(project / "Dockerfile"), "-q", "-o", str(target)], stderr=subprocess.DEVNULL
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        text = target.read_text()
        assert text == "old\n" or text.endswith('CMD ["./blog"]\n')


def test_killed_between_writing_and_renaming(tmp_path: Path) -> None:
    project = copy_project(FIXTURES / "go/g06-templates", tmp_path / "project")
    target = tmp_path / "Dockerfile.out"
    target.write_text("old\n")
    code = (
        "import os, signal\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from dockerslim_rewrite.cli.rewrite import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(project / "Dockerfile"), "-q", "-o", str(target)], check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert target.read_text() == "old\n"


@pytest.mark.parametrize(
    "text", ["{{ 1/0 }}", "{% include '/etc/passwd' %}", "{# x", "{{ plan }}", "\x1b[31m", "\u202e"]
)
def test_template_syntax_and_escapes_are_data(tmp_path: Path, text: str) -> None:
    project = copy_project(FIXTURES / "go/g06-templates", tmp_path / "project")
    dockerfile = project / "Dockerfile"
    lines = dockerfile.read_text("utf-8").splitlines()
    lines[1:1] = [f"# {text}", f'LABEL a="{text}"', f"ENV A='{text}'"]
    dockerfile.write_text(
        "\n".join([*lines, f'CMD ["./blog", "{text}"]' if text.isprintable() else ""]) + "\n", "utf-8"
    )
    done = subprocess.run([*COMMAND, str(dockerfile)], capture_output=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    if done.returncode == 0:
        assert done.stdout.decode().count(text) >= 3
    assert text.isprintable() or text.encode() not in done.stderr


def test_templates_reach_no_file_outside_their_folder(tmp_path: Path) -> None:
    project = copy_project(FIXTURES / "go/g06-templates", tmp_path / "project")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "templates").mkdir()
    for name in ("../secret", str(tmp_path / "secret")):
        (tmp_path / "templates" / "dockerfile.j2").write_text(f"{{% include {name!r} %}}")
        arguments = [*COMMAND, str(project / "Dockerfile"), "--templates", str(tmp_path / "templates")]
        done = subprocess.run(arguments, capture_output=True, check=False)
        assert done.returncode == 2
        assert b"secret" not in done.stdout
