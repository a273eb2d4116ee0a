"""Which context a Dockerfile is built with."""

from pathlib import Path

from dockerslim_rewrite.cli.check_run import CheckCall, make_jobs
from dockerslim_rewrite.configured import make_configs
from dockerslim_rewrite.discovery.builds import Builds, choose_context
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
