import os
from pathlib import Path

import pytest

from dockerslim_rewrite.context.ignore import IgnoreRules
from dockerslim_rewrite.context.local import LocalContext


@pytest.fixture
def root(tmp_path: Path) -> Path:
    base = tmp_path / "context"
    (base / "sub/deep").mkdir(parents=True)
    (base / "a.txt").write_text("a")
    (base / "sub/b.txt").write_text("b")
    (base / "sub/deep/c.txt").write_text("c")
    (base / "node_modules/x").mkdir(parents=True)
    (base / "node_modules/x/index.js").write_text("")
    (tmp_path / "secret.txt").write_text("secret")
    return base


def test_reads_below_the_root(root: Path) -> None:
    context = LocalContext(root)
    assert context.read_text("sub/b.txt") == "b"
    assert context.is_dir("sub")
    assert context.list_dir("") == ("a.txt", "node_modules", "sub")
    assert list(context.walk()) == ["a.txt", "sub/b.txt", "sub/deep/c.txt"]
    assert context.reads == {"sub/b.txt"}


@pytest.mark.parametrize(
    "path", ["../secret.txt", "sub/../../secret.txt", "link", "dirlink/secret.txt", "/../secret.txt"]
)
def test_nothing_outside_the_root_is_read(root: Path, path: str) -> None:
    (root / "link").symlink_to("../secret.txt")
    (root / "dirlink").symlink_to("..")
    context = LocalContext(root)
    assert context.read_text(path) is None
    assert not context.is_file(path)


def test_links_inside_are_followed_but_not_walked(root: Path) -> None:
    (root / "again").symlink_to("sub")
    (root / "loop").symlink_to(".")
    context = LocalContext(root)
    assert context.read_text("again/b.txt") == "b"
    assert "again/b.txt" not in list(context.walk())
    assert context.link_target("again") == "sub"
    assert context.link_target("a.txt") is None


def test_special_and_unreadable_files_are_absent(root: Path) -> None:
    os.mkfifo(root / "pipe")
    (root / "dangling").symlink_to("nowhere")
    context = LocalContext(root)
    for name in ("pipe", "dangling", "absent", "bad\0name"):
        assert context.read_text(name) is None
        assert not context.is_file(name)


def test_a_folder_is_no_text_and_is_closed(root: Path) -> None:
    (root / "go.mod").mkdir()
    (root / "package.json").symlink_to("sub")
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    context = LocalContext(root)
    assert context.read_text("go.mod") is None and context.read_text("package.json") is None
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


def test_a_file_over_the_bound_is_absent(root: Path) -> None:
    with (root / "huge").open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    assert LocalContext(root).read_text("huge") is None


def test_dockerignore_hides_files(root: Path) -> None:
    (root / ".dockerignore").write_text("sub\n!sub/deep\n*.txt\n")
    context = LocalContext(root)
    assert not context.is_file("a.txt")
    assert not context.is_file("sub/b.txt")
    assert context.read_text("sub/deep/c.txt") == "c"
    assert list(context.walk()) == [".dockerignore", "sub/deep/c.txt"]


def test_the_dockerfiles_own_ignore_file_wins(root: Path) -> None:
    (root / ".dockerignore").write_text("a.txt\n")
    (root / "Dockerfile.dockerignore").write_text("sub\n")
    context = LocalContext(root, root / "Dockerfile")
    assert context.is_file("a.txt")
    assert not context.is_file("sub/b.txt")


@pytest.mark.parametrize(
    ("rules", "path", "excluded"),
    [
        ("", "a", False),
        ("# comment\n\n", "# comment", False),
        ("/dist/\n", "dist/a", True),
        ("*.md\n!README.md\n", "README.md", False),
        ("*.md\n!README.md\n", "X.md", True),
        ("**/tmp\n", "a/b/tmp/c", True),
        ("a\n[\n", "a", True),
    ],
)
def test_ignore_rules(rules: str, path: str, excluded: bool) -> None:
    assert IgnoreRules(rules).excludes(path) is excluded


def test_an_ignored_directory_is_there_only_for_the_files_that_a_rule_brings_back(tmp_path: Path) -> None:
    for name in ("docs/a.md", "kept/deep/a.md", "other/b.txt", "app/x.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / ".dockerignore").write_text("*\n!app/\n!kept/**/*.md\n!other/none.txt\n")
    context = LocalContext(tmp_path)
    assert context.list_dir("") == ("app", "kept")
    assert not context.is_dir("docs") and not context.is_dir("other")
    assert list(context.walk()) == ["app/x.js", "kept/deep/a.md"]


def test_an_ignore_file_that_is_a_link_out_of_the_context_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a").write_text("x")
    (tmp_path / "ignore").write_text("a\n")
    for name in (".dockerignore", "Dockerfile.dockerignore"):
        link = tmp_path / "root" / name
        link.symlink_to("../ignore")
        assert LocalContext(tmp_path / "root", tmp_path / "root" / "Dockerfile").is_file("a")
        link.unlink()
    (tmp_path / "Dockerfile.dockerignore").symlink_to("ignore")  # beside a Dockerfile elsewhere
    assert not LocalContext(tmp_path / "root", tmp_path / "Dockerfile").is_file("a")
