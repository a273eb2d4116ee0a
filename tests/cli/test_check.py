"""`dockerslim-rewrite check` as a user runs it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dockerslim_rewrite.cli.check_run import CheckCall, run_check
from dockerslim_rewrite.cli.job import Job
from dockerslim_rewrite.cli.pool import run_jobs
from dockerslim_rewrite.config.model import Choices
from dockerslim_rewrite.configured import Setup
from dockerslim_rewrite.knowledge.overlay import Overlay
from dockerslim_rewrite.planning.model import Options
from tests.support import FIXTURES

PROGRAM = "from dockerslim_rewrite.cli.app import main; main()"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, "check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, timeout=120)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    for fixture, name in (
        ("go/article", "api"),
        ("node/n05-npm-start", "web"),
        ("refused/n15-playwright", "e2e"),
        ("unchanged/d16-multi-stage-node", "done"),
    ):
        shutil.copytree(FIXTURES / fixture, tmp_path / name)
    return tmp_path


def texts(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_one_line_a_file_and_counts(repository: Path) -> None:
    before = texts(repository)
    done = run(cwd=repository)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert [line.split()[:2] for line in lines[:-1]] == [
        ["would", "rewrite"],
        ["unchanged", lines[1].split()[1]],
        ["refused", lines[2].split()[1]],
        ["would", "rewrite"],
    ]
    assert lines[-1] == "2 files would be rewritten, 1 unchanged, 1 refused."
    assert done.stderr == ""
    assert texts(repository) == before


def test_a_broken_file_never_stops_the_rest(repository: Path) -> None:
    (repository / "broken").mkdir()
    (repository / "broken" / "Dockerfile").write_text("FROM node:20\nFRON x\n")
    (repository / "binary.Dockerfile").write_bytes(b"FROM a\n\0")
    (repository / "latin.Dockerfile").write_bytes(b"FROM a\n# \xe9\n")
    (repository / "gone.Dockerfile").symlink_to("nowhere")
    os.mkfifo(repository / "pipe.Dockerfile")
    done = run(".", "missing", "gone.Dockerfile", "--fail-on", "never", cwd=repository)
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "2 files would be rewritten, 1 unchanged, 1 refused, 3 broken."
    assert [line.split(":")[1].strip() for line in done.stderr.splitlines()] == [
        "binary.Dockerfile",
        "broken/Dockerfile",
        "latin.Dockerfile",
        "missing",
        "gone.Dockerfile",
    ]
    assert "broken/Dockerfile:2: " in done.stderr


def test_fail_on(repository: Path) -> None:
    assert run("--fail-on", "never", cwd=repository).returncode == 0
    assert run("e2e", cwd=repository).returncode == 0
    assert run("e2e", "--fail-on", "refused", cwd=repository).returncode == 1
    assert run("done", "--fail-on", "refused", cwd=repository).returncode == 0


def test_write_and_once_more(repository: Path) -> None:
    (repository / "api" / "Dockerfile").chmod(0o600)
    done = run("--write", cwd=repository)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 files rewritten, 1 unchanged, 1 refused.")
    assert (repository / "api" / "Dockerfile").read_text().count("\nFROM ") == 1
    assert (repository / "api" / "Dockerfile").stat().st_mode & 0o777 == 0o600
    after = texts(repository)
    again = run("--write", cwd=repository)
    assert again.stdout.splitlines()[-1] == "3 files unchanged, 1 refused."
    assert texts(repository) == after


def test_output_dir(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    before = texts(repository)
    out = tmp_path_factory.mktemp("out")
    done = run("--output-dir", str(out), ".", cwd=repository)
    assert done.returncode == 0
    assert sorted(texts(out)) == ["api/Dockerfile", "web/Dockerfile"]
    assert texts(repository) == before
    run("--output-dir", "new", str(repository / "api"), cwd=repository)
    assert list((repository / "new").rglob("Dockerfile"))


def test_include_and_exclude(repository: Path) -> None:
    shutil.copy(repository / "api" / "Dockerfile", repository / "api" / "image.build")
    done = run("--include", "*.build", "--exclude", "web/", "-f", "json", cwd=repository)
    files = [entry["file"] for entry in json.loads(done.stdout)["files"]]
    assert files == ["api/Dockerfile", "api/image.build", "done/Dockerfile", "e2e/Dockerfile"]


def test_configuration(repository: Path) -> None:
    (repository / "dockerslim-rewrite.toml").write_text('exclude = ["e2e/"]\nfail-on = "never"\n')
    (repository / "api" / "dockerslim-rewrite.toml").write_text('runtime = "alpine"\nfail-on = "rewrite"\n')
    done = run(cwd=repository)
    assert done.returncode == 1
    assert "golang:1.19 -> alpine:" in done.stdout
    assert "e2e" not in done.stdout
    assert run("web", cwd=repository).returncode == 0
    assert "golang:1.19 -> gcr.io/distroless/" in run("--no-config", cwd=repository).stdout
    (repository / "api" / "dockerslim-rewrite.toml").write_text('runtim = "alpine"\n')
    wrong = run(cwd=repository)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "did you mean runtime?" in wrong.stderr


def test_review_is_not_written_without_unsafe(repository: Path) -> None:
    (repository / "dockerslim-rewrite.toml").write_text('review = ["N05"]\n')
    before = texts(repository / "web")
    assert "to be reviewed" in run("--write", "web", cwd=repository).stdout
    assert texts(repository / "web") == before
    assert run("--write", "--unsafe", "web", cwd=repository).stdout.startswith("rewrote web/Dockerfile")


def test_a_comment_leaves_a_file_alone(repository: Path) -> None:
    path = repository / "api" / "Dockerfile"
    path.write_text("# dockerslim: ignore=all\n" + path.read_text())
    assert run("api", cwd=repository).stdout.startswith("unchanged api/Dockerfile:1: [multi-stage]")


def test_own_images_and_packages(repository: Path) -> None:
    path = repository / "api" / "Dockerfile"
    path.write_text(path.read_text().replace("golang:", "corp.example/hub/golang:"))
    assert "would rewrite" not in run("api", cwd=repository).stdout
    (repository / "dockerslim-rewrite.toml").write_text(
        '[images.same-as]\n"corp.example/hub/" = ""\n'
        '[images.replace]\n"gcr.io/distroless/" = "corp.example/distroless/"\n'
    )
    assert "corp.example/hub/golang:1.19 -> corp.example/distroless/static-debian" in run("api", cwd=repository).stdout


def test_report_file_and_bad_usage(repository: Path) -> None:
    done = run("-f", "sarif", "-o", "report.sarif", cwd=repository)
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads((repository / "report.sarif").read_text())["version"] == "2.1.0"
    assert run("-o", "no/such/file", cwd=repository).returncode == 2
    assert run("--write", "--output-dir", "x", cwd=repository).returncode == 2
    assert run("--config", "none.toml", cwd=repository).returncode == 2


def test_measured_sizes(repository: Path) -> None:
    sizes = {"file": "api/Dockerfile", "original": {"size": 900_000_000}, "rewritten": {"size": 9_000_000}}
    (repository / "v.json").write_text(json.dumps(sizes))
    done = run("--verified", "v.json", "-f", "json", "api", cwd=repository)
    assert json.loads(done.stdout)["files"][0]["sizes"] == {"before_mb": 900.0, "after_mb": 9.0, "measured": True}
    (repository / "v.json").write_text("{}")
    assert run("--verified", "v.json", "api", cwd=repository).returncode == 2


def test_output_does_not_depend_on_the_number_of_workers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(40):
        folder = tmp_path / f"{number:02}"
        folder.mkdir()
        base = ("golang:1.22", "node:20", "alpine")[number % 3]
        (folder / "Dockerfile").write_text(f'FROM {base}\nCOPY . /app\nWORKDIR /app\nCMD ["./{number}"]\n')
    results = []
    for workers in (1, 2, 3):
        for name in ("text", "json"):
            call = CheckCall((tmp_path,), format=name, workers=workers, choices=Choices(fail_on="never"))
            assert run_check(call) == 0
            results.append(capsys.readouterr().out)
    assert results[0:2] == results[2:4] == results[4:6]


def test_a_worker_that_dies_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dockerslim_rewrite.cli.job.read_dockerfile", _die_on_bad)
    setup = Setup(Options(), None, tmp_path, (), Overlay())
    jobs = [Job(str(tmp_path / ("bad" if number == 20 else f"f{number}")), setup) for number in range(50)]
    reports = list(run_jobs(jobs, 2))
    assert [report.file for report in reports] == [job.path for job in jobs]
    assert [number for number, report in enumerate(reports) if report.status == "failed"] == [20]


def _die_on_bad(path: Path) -> str:
    if path.name == "bad":
        os._exit(9)
    return "FROM alpine\n"


def test_own_templates_with_a_header_and_labels(repository: Path) -> None:
    (repository / "templates").mkdir()
    template = repository / "templates" / "dockerfile.j2"
    template.write_text(
        "# Corp Ltd.\n{{ builder }}\n\nFROM {{ runtime.base }}\nLABEL corp.builder={{ plan.builder_base }}\n"
        "{% for group in runtime.groups %}{% for line in group %}\n{{ line }}\n{% endfor %}{% endfor %}\n"
    )
    (repository / "dockerslim-rewrite.toml").write_text('templates = "templates"\n')
    assert run("--write", "api", cwd=repository).returncode == 0
    text = (repository / "api" / "Dockerfile").read_text()
    assert text.startswith("# Corp Ltd.\nFROM golang:1.19 AS builder\n")
    assert "LABEL corp.builder=golang:1.19\n" in text
    template.write_text("{{ builder }}\n{% for %}\n")
    wrong = run("web", cwd=repository)
    assert wrong.returncode == 2
    assert "dockerfile.j2:2: " in wrong.stderr


def test_more_reports_in_one_run(repository: Path) -> None:
    done = run("--report", "html=r.html", "--report", "gitlab=r.json", cwd=repository)
    assert done.stdout.startswith("would rewrite")
    assert (repository / "r.html").read_text().startswith("<!doctype html>")
    assert isinstance(json.loads((repository / "r.json").read_text()), list)
    assert run("--report", "xml=r", cwd=repository).returncode == 2
