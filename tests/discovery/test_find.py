"""Which files a search takes."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.discovery.find import find_dockerfiles
from dockerslim_rewrite.discovery.gitignore import GitIgnore
from dockerslim_rewrite.knowledge.discovery import is_bake_name, is_compose_name, is_dockerfile_name


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("FROM scratch\n")


def names(root: Path, *paths: str, gitignore: bool = True) -> list[str]:
    found = find_dockerfiles([root / path for path in paths or ("",)], gitignore=gitignore)
    return [str(Path(path).relative_to(root)) for path in found.dockerfiles]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dockerfile", True),
        ("dockerfile", True),
        ("Containerfile", True),
        ("Dockerfile.dev", True),
        ("Dockerfile-prod", True),
        ("Dockerfile.node-20.9", True),
        ("api.Dockerfile", True),
        ("api.dockerfile", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.j2", False),
        ("Dockerfile.md", False),
        ("Dockerfile.dev~", False),
        ("Dockerfiles", False),
        ("my-dockerfile", False),
    ],
)
def test_names(name: str, expected: bool) -> None:
    assert is_dockerfile_name(name) is expected


def test_names_of_build_files() -> None:
    assert is_compose_name("docker-compose.prod.yml")
    assert is_compose_name("compose.yaml")
    assert not is_compose_name("composer.yml")
    assert is_bake_name("docker-bake.hcl")
    assert not is_bake_name("bake.hcl")


def test_search_leaves_out_fetched_code_and_links(tmp_path: Path) -> None:
    make(
        tmp_path, "Dockerfile", "a/Dockerfile", "a/node_modules/x/Dockerfile", "vendor/x/Dockerfile", ".git/Dockerfile"
    )
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "Dockerfile.link").symlink_to("Dockerfile")
    assert names(tmp_path) == ["Dockerfile", "a/Dockerfile"]


def test_each_file_once_and_sorted(tmp_path: Path) -> None:
    make(tmp_path, "b/Dockerfile", "a/Dockerfile", "a.b/Dockerfile")
    assert names(tmp_path, "b", "a", "", "a/Dockerfile") == ["a.b/Dockerfile", "a/Dockerfile", "b/Dockerfile"]


def test_a_named_file_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    make(tmp_path, "image", "node_modules/Dockerfile")
    assert names(tmp_path, "image", "node_modules/Dockerfile") == ["image", "node_modules/Dockerfile"]


def test_missing_paths_are_named(tmp_path: Path) -> None:
    assert find_dockerfiles([tmp_path / "no"]).missing == [str(tmp_path / "no")]


def test_gitignore_of_every_level(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    make(tmp_path, "old/Dockerfile", "x/Dockerfile", "x/Dockerfile.tmp1", "x/y/Dockerfile.keep1", "z/Dockerfile")
    (tmp_path / ".gitignore").write_text("# note\nold/\n*1\n")
    (tmp_path / "x" / "y" / ".gitignore").write_text("!Dockerfile.keep1\n")
    (tmp_path / ".git" / "info").mkdir(exist_ok=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("/z\n")
    assert names(tmp_path) == ["x/Dockerfile", "x/y/Dockerfile.keep1"]
    assert names(tmp_path, "x/y") == ["x/y/Dockerfile.keep1"]
    assert names(tmp_path, "old") == ["old/Dockerfile"]
    assert len(names(tmp_path, gitignore=False)) == 5


def test_a_bad_pattern_spoils_no_other(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    make(tmp_path, "a/Dockerfile", "b/Dockerfile")
    (tmp_path / ".gitignore").write_bytes(b"!\n/\n\xff\n[\na/\n")
    assert names(tmp_path) == ["b/Dockerfile"]


_PATTERN = st.text(st.sampled_from("ab*/!?"), min_size=1, max_size=5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["??"], ["*", "!?"])
@given(st.lists(_PATTERN, min_size=1, max_size=4), st.lists(_PATTERN, max_size=2))
def test_ignores_as_git_does(tmp_path_factory: pytest.TempPathFactory, outer: list[str], inner: list[str]) -> None:
    root = tmp_path_factory.mktemp("git")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    make(root, "a", "b", "d/a", "d/ab", "d/b/a", "e/d/a")
    (root / ".gitignore").write_text("\n".join(outer) + "\n")
    (root / "d" / ".gitignore").write_text("\n".join(inner) + "\n")
    done = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-o", "--exclude-standard"], capture_output=True, text=True, check=True
    )
    expected = {name for name in done.stdout.split() if not name.endswith(".gitignore")}
    assert set(walk(root, GitIgnore.above(root), root)) == expected


def walk(folder: Path, rules: GitIgnore, root: Path) -> list[str]:
    rules = rules.inside(folder)
    found: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.name in (".git", ".gitignore") or rules.ignores(str(path), is_dir=path.is_dir()):
            continue
        found += walk(path, rules, root) if path.is_dir() else [str(path.relative_to(root))]
    return found


@pytest.mark.parametrize("git", [True, False])
def test_links_out_of_the_repository_are_not_taken(tmp_path: Path, git: bool) -> None:
    """The target would be read, and replaced by `check --write`."""
    make(tmp_path, "outside/Dockerfile", "repo/shared/x", *(["repo/.git/HEAD"] if git else []))
    (tmp_path / "repo" / "a").mkdir()
    (tmp_path / "repo" / "a" / "Dockerfile").symlink_to(tmp_path / "outside" / "Dockerfile")
    (tmp_path / "repo" / "b").mkdir()
    (tmp_path / "repo" / "b" / "Dockerfile.same").symlink_to("../shared/x")
    assert names(tmp_path, "repo") == (["repo/b/Dockerfile.same"] if git else [])
    assert names(tmp_path, "repo/a/Dockerfile") == ["repo/a/Dockerfile"], "what is named is taken"
