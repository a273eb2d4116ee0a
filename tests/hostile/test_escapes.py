"""What a hostile Dockerfile says reaches a reader as text: no terminal escape, no mark, no tag, no command of CI."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.hostile.measure import COMMAND

CHECK = (sys.executable, "-c", "from dockerslim_rewrite.cli.app import main; main()")
EVIL = (
    "\x1b]0;x\x07\x1b[31m\x9b1m\u202e\u2066\u200b\u2028<img src=x onerror=alert(1)>|[a](javascript:b)`c`::error::d%0A"
)
GO = "FROM golang:1.24\nWORKDIR /src\nCOPY . .\n"
# Every way in which a text of the author's gets into a report: a refusal, a warning, an unknown base, a syntax error,
# a command, a label, and the file's own name.
DOCKERFILES = {
    "refused": f"{GO}RUN curl x{EVIL}y | sh\nRUN go build -o /app .\nCMD [\"/app\"]\n",
    "secret": f'{GO}ENV TOKEN_{EVIL}=x\nENV API_TOKEN="{EVIL}"\nRUN go build -o /app .\nCMD ["/app"]\n',
    "unchanged": f"FROM debian:12\nLABEL {EVIL}=x\nCMD {EVIL}\n",
    "broken": f"{GO}{EVIL} x\n",
    "flag": f"{GO}RUN --mount={EVIL} go build\n",
    "written": f'{GO}# {EVIL}\nLABEL a="{EVIL}"\nRUN go build -o /app .\nCMD ["/app", "{EVIL}"]\n',
    "program": f'{GO}RUN go build -o /app .\nHEALTHCHECK CMD "{EVIL}"\nENTRYPOINT ["{EVIL}", "/app"]\n',
    "user": f'{GO}RUN go build -o /app .\nUSER "{EVIL}"\nCMD ["/app"]\n',
}  # fmt: skip
FORMATS = ("text", "json", "sarif", "github", "gitlab", "markdown", "html")


def bad(text: str) -> list[str]:
    """Return the characters that a terminal acts upon or that turn a line round."""
    return sorted({repr(c) for c in text if c not in "\t\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("evil")
    for name, text in DOCKERFILES.items():
        folder = root / f"{name}{EVIL.replace('/', '')}"
        folder.mkdir()
        (folder / "go.mod").write_text(f"module example.com/{EVIL}\n\ngo 1.24\n", "utf-8")
        source = f'package main\n\nimport "os/exec"\n\nfunc main() {{ exec.Command("{EVIL}"); exec.Command("sh") }}\n'
        (folder / "main.go").write_text(source, "utf-8")
        (folder / f".npmrc{EVIL.replace('/', '')}").write_text("_authToken=x", "utf-8")
        (folder / "Dockerfile").write_text(text, "utf-8")
    return root


@pytest.fixture(scope="module")
def reports(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    target = tmp_path_factory.mktemp("reports")
    more = [f"--report={name}={target / name}" for name in FORMATS]
    command = [*CHECK, "check", "-j", "1", "--fail-on", "never", *more, str(project)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 2, done.stderr
    found = {name: (target / name).read_bytes().decode("utf-8") for name in FORMATS}
    return found | {"stdout": done.stdout.decode("utf-8"), "stderr": done.stderr.decode("utf-8")}


@pytest.mark.parametrize("name", [*FORMATS, "stdout", "stderr"])
def test_nothing_raw_reaches_a_report(reports: dict[str, str], name: str) -> None:
    assert bad(reports[name]) == []
    assert name == "stderr" or len(re.findall("refused|broken|unchanged|error|failure", reports[name])) > 2


def test_every_kind_of_file_is_in_the_report(reports: dict[str, str]) -> None:
    counts = json.loads(reports["json"])["counts"]
    assert counts["files"] == len(DOCKERFILES)
    assert min(counts["available"], counts["refused"], counts["invalid"], counts["unchanged"]) >= 1
    assert counts["failed"] == 0


def test_html_holds_no_tag_of_the_authors(reports: dict[str, str]) -> None:
    tags: list[str] = []

    class Page(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert tag == "form" or not any(name.startswith("on") for name, _ in attrs)
            assert not any((value or "").startswith("javascript:") for _, value in attrs)

    Page().feed(reports["html"])
    assert "img" not in tags
    assert tags.count("script") == 2


def test_markdown_holds_no_markup_of_the_authors(reports: dict[str, str]) -> None:
    text = reports["markdown"]
    assert re.search(r"(?<!\\)<(?!/?(details|summary|br|sub|code|pre)\b)", text) is None
    assert re.search(r"(?<!\\)\]\((?!https?://|docs/)", text) is None
    assert re.search(r"(?<!\\)`c(?<!\\)`", text) is None


def test_github_runs_no_command_of_the_authors(reports: dict[str, str]) -> None:
    for line in reports["github"].splitlines():
        assert not line.startswith("::") or re.match(
            r"::(notice|warning|error) file=[^:]*,line=\d+,title=[^:]*::", line
        )
        assert not line.startswith("::error::")


@pytest.mark.parametrize("name", DOCKERFILES)
@pytest.mark.parametrize("arguments", [(), ("--json",), ("--check",)], ids=str)
def test_what_is_said_on_a_terminal_is_clean(project: Path, name: str, arguments: tuple[str, ...]) -> None:
    (folder,) = project.glob(f"{name}*")
    done = subprocess.run([*COMMAND, *arguments, str(folder / "Dockerfile")], capture_output=True, check=False)
    assert done.returncode in (0, 1, 2, 3), done.stderr
    assert bad(done.stderr.decode("utf-8")) == []
    if arguments:  # without an option the new Dockerfile itself is the output
        assert bad(done.stdout.decode("utf-8")) == []


def test_a_diff_is_clean_on_a_terminal_and_raw_for_patch(project: Path) -> None:
    (folder,) = project.glob("secret*")
    command = [*COMMAND, "--diff", "-q", str(folder / "Dockerfile")]
    assert "\x1b[31m" in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    terminal, end = os.openpty()
    with subprocess.Popen(command, stdout=end, stderr=end, env={**os.environ, "NO_COLOR": "1", "TERM": "dumb"}) as run:
        os.close(end)
        shown = b""
        while data := _read(terminal):
            shown += data
    os.close(terminal)
    assert run.returncode == 0
    assert b"+FROM" in shown
    assert bad(shown.decode("utf-8").replace("\r\n", "\n")) == []


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the program has ended
        return b""


@pytest.mark.parametrize("target", ["../up/out", "link/out", "{{ x }}/out"])
def test_outputs_go_only_where_they_are_told(project: Path, tmp_path: Path, target: str) -> None:
    """`--output-dir` writes below the folder, whatever names and links the project has."""
    inside = tmp_path / "out"
    inside.mkdir()
    root = tmp_path / "project"
    (root / "{{ x }}").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")
    (inside / "sub").symlink_to(tmp_path / "elsewhere")
    good = f'{GO}RUN go build -o /app .\nCMD ["/app"]\n'
    for folder in (root / "{{ x }}", tmp_path / "elsewhere"):
        (folder / "go.mod").write_text("module m\n")
        (folder / "main.go").write_text("package main\n\nfunc main() {}\n")
        (folder / "Dockerfile").write_text(good)
    named = os.path.normpath(root / target / ".." / "Dockerfile")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    subprocess.run([*CHECK, "check", "-j", "1", "--output-dir", str(inside), str(root), named], check=False)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    new = after.keys() - before.keys()
    assert new
    assert all(path.is_relative_to(inside) for path in new)
    assert {path: after[path] for path in before} == before
