"""The files for CI: the action's script, the hooks, the documented jobs, our own image, the documentation."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from dockerslim_rewrite.config.read import read_config
from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.outcome import Unchanged
from dockerslim_rewrite.pipeline import rewrite
from tests.support import FIXTURES, ROOT

PROGRAM = f"#!/bin/sh\nexec {sys.executable} -c 'from dockerslim_rewrite.cli.app import main; main()' \"$@\"\n"


def blocks(path: str, language: str) -> list[str]:
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "temp" / "dockerslim" / "bin" / "dockerslim-rewrite"
    path.parent.mkdir(parents=True)
    path.write_text(PROGRAM)
    path.chmod(0o755)
    return path


def run_action(tmp_path: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the last step of action.yml as the runner does."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = action["runs"]["steps"][-1]
    given = {name: entry.get("default", "") for name, entry in action["inputs"].items()} | inputs
    environment = {name: fill(text, given) for name, text in step["env"].items()}
    environment |= {"RUNNER_TEMP": f"{tmp_path}/temp", "GITHUB_STEP_SUMMARY": f"{tmp_path}/summary.md"}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )


def fill(text: str, inputs: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ (?:inputs|github)\.([\w-]+) \}\}", lambda match: inputs.get(match[1], "x"), text)


def test_the_action(program: Path, tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "Dockerfile").write_bytes((FIXTURES / "go" / "article" / "Dockerfile").read_bytes())
    (tmp_path / "a b" / "go.mod").write_text("module x\n")
    (tmp_path / "a b" / "main.go").write_text("package main\n\nfunc main() {}\n")
    done = run_action(tmp_path, sarif="r.sarif", html="r.html")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::warning file=a b/Dockerfile,line=1,")
    assert (tmp_path / "summary.md").read_text().startswith("## dockerslim-rewrite\n")
    assert (tmp_path / "r.sarif").is_file()
    assert (tmp_path / "r.html").is_file()
    assert run_action(tmp_path, **{"fail-on": "never"}).returncode == 0


def test_inputs_of_the_action_are_no_commands(program: Path, tmp_path: Path) -> None:
    done = run_action(tmp_path, paths="$(touch owned) `touch owned` ; touch owned")
    assert done.returncode == 2
    assert not (tmp_path / "owned").exists()


def test_hooks_name_commands_that_exist() -> None:
    hooks: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    for hook in hooks:
        name, *arguments = hook["entry"].split()
        assert name in scripts
        main = "from dockerslim_rewrite.cli.app import main; main()"
        command = [sys.executable, "-c", main, *arguments, str(ROOT / "Dockerfile")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_our_own_image_is_left_unchanged() -> None:
    path = ROOT / "Dockerfile"
    assert isinstance(rewrite(path.read_text(encoding="utf-8"), LocalContext(ROOT, path)), Unchanged)


def test_the_own_context_holds_what_the_image_copies() -> None:
    context = LocalContext(ROOT, ROOT / "Dockerfile")
    assert context.is_file("dockerslim_rewrite/knowledge/images.toml")
    assert context.is_file("docs/decisions/G01.md")
    assert not context.is_file("tests/support.py")


def test_documented_configuration_is_valid(tmp_path: Path) -> None:
    (tmp_path / "docker" / "templates").mkdir(parents=True)
    examples = blocks("docs/configuration.md", "toml")
    assert len(examples) == 3
    (tmp_path / "dockerslim-rewrite.toml").write_text("\n".join(examples))
    assert read_config(tmp_path / "dockerslim-rewrite.toml") is not None


def test_documented_jobs_use_options_that_exist(program: Path, tmp_path: Path) -> None:
    jobs = [yaml.safe_load(block) for block in blocks("docs/ci.md", "yaml")]
    assert len(jobs) == 3
    script = jobs[2]["dockerfiles"]["script"][1]
    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout) == (0, "No Dockerfile found.\n")
    assert (tmp_path / jobs[2]["dockerfiles"]["artifacts"]["reports"]["codequality"]).read_text() == "[]\n"
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert set(jobs[1]["jobs"]["dockerfiles"]["steps"][1]["with"]) <= set(inputs)


def test_documented_template_works(tmp_path: Path) -> None:
    (tmp_path / "dockerfile.j2").write_text(blocks("docs/configuration.md", "jinja")[0])
    path = FIXTURES / "go" / "article" / "Dockerfile"
    outcome = rewrite(path.read_text(), LocalContext(path.parent, path), templates=tmp_path)
    assert getattr(outcome, "text", "").startswith("# Built by the platform team")
