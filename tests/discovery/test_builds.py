"""Which context a Dockerfile is built with."""

from pathlib import Path

import pytest

from dockerslim_rewrite.cli.check_run import CheckCall, make_jobs
from dockerslim_rewrite.cli.run import Call, run
from dockerslim_rewrite.configured import make_configs
from dockerslim_rewrite.discovery.builds import Builds, choose_context
from dockerslim_rewrite.discovery.contexts import context_in_repository
from dockerslim_rewrite.discovery.find import find_dockerfiles


def make(root: Path) -> None:
    for name in ("api/Dockerfile", "docker/web.docker", "tools/Dockerfile"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("FROM golang:1.22\n")
    (root / ".git").mkdir()
    (root / "compose.yaml").write_text(
        "services:\n"
        "  api: {build: {context: ., dockerfile: api/Dockerfile}}\n"
        "  web: {build: {context: web, dockerfile: ../docker/web.docker}}\n"
        "  gone: {build: nowhere}\n"
    )
    (root / "web").mkdir()
    (root / "docker-bake.hcl").write_text('target "x" { context = "api" }\n')


def contexts(root: Path) -> dict[str, str]:
    call = CheckCall((root,))
    jobs = make_jobs(call, make_configs(), find_dockerfiles(call.paths))
    return {str(Path(job.path).relative_to(root)): str(job.setup.context.relative_to(root)) for job in jobs}


def test_compose_and_bake_say_where(tmp_path: Path) -> None:
    make(tmp_path)
    assert contexts(tmp_path) == {"api/Dockerfile": ".", "docker/web.docker": "web", "tools/Dockerfile": "tools"}


def test_a_single_file_has_the_same_context(tmp_path: Path) -> None:
    make(tmp_path)
    root, uses = choose_context(Builds(), str(tmp_path / "api" / "Dockerfile"), None)
    assert (root, [use.name for use in uses]) == (tmp_path, ["api"])
    root, uses = choose_context(Builds(), str(tmp_path / "api" / "Dockerfile"), tmp_path / "api")
    assert (root, [use.name for use in uses]) == (tmp_path / "api", ["x"])


def test_outside_a_repository_only_the_own_folder_is_read(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / ".git").rmdir()
    assert choose_context(Builds(), str(tmp_path / "api" / "Dockerfile"), None)[0] == tmp_path / "api"


def test_a_compose_file_that_is_a_link_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "docker-bake.hcl").unlink()
    (tmp_path / "compose.yaml").unlink()
    text = f"services: {{api: {{build: {{context: {tmp_path}, dockerfile: api/Dockerfile}}}}}}"
    (tmp_path / "web" / "compose.yaml").write_text(text)
    (tmp_path / "compose.yaml").symlink_to("web/compose.yaml")
    assert Builds().of(str(tmp_path / "api" / "Dockerfile"))
    (tmp_path / ".git").rename(tmp_path / "api" / ".git")
    (tmp_path / "api" / "compose.yaml").symlink_to("../web/compose.yaml")
    assert not Builds().of(str(tmp_path / "api" / "Dockerfile"))


def test_in_a_repository_the_nearest_folder_with_all_that_copy_names_is_the_context(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in ("shared/x.go", "services/api/main.go", "services/api/Dockerfile"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    path = tmp_path / "services" / "api" / "Dockerfile"

    def context(text: str) -> Path:
        path.write_text(text)
        return context_in_repository(path)

    assert context("FROM x\nCOPY . .\n") == path.parent
    assert context("FROM x\nCOPY main.go .\n") == path.parent
    assert context("FROM x\nCOPY shared /shared\nCOPY services/api /api\n") == tmp_path
    assert context("FROM x\nCOPY api/main.go .\n") == tmp_path / "services"
    assert context("FROM x\nCOPY shared /shared\nCOPY gone /gone\n") == path.parent, "no folder has it all"
    (tmp_path / ".git").rmdir()
    assert context("FROM x\nCOPY shared /shared\n") == path.parent, "nothing above is read outside a repository"


def test_the_context_that_was_found_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "api").mkdir()
    (tmp_path / "go.mod").write_text("module example.com/x\n\ngo 1.24\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    path = tmp_path / "api" / "Dockerfile"
    path.write_text('FROM golang:1.24\nWORKDIR /x\nCOPY go.mod main.go ./\nRUN go build -o x .\nCMD ["./x"]\n')
    assert run(Call(path)) == 0
    assert f"{path}: build context {tmp_path}: the nearest folder" in capsys.readouterr().err
