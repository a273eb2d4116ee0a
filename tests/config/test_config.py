"""Configuration files: what they may say, and which one holds."""

from pathlib import Path

import pytest

from dockerslim_rewrite.config.find import Configs
from dockerslim_rewrite.config.model import Choices
from dockerslim_rewrite.config.problem import ConfigError
from dockerslim_rewrite.config.read import read_config


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('runtme = "slim"', "runtme is not a key; did you mean runtime?"),
        ('fail_on = "never"', "fail_on is not a key; did you mean fail-on?"),
        ('runtime = "alpin"', "did you mean alpine?"),
        ("runtime = 3", "runtime must be one of"),
        ('unsafe = "yes"', "unsafe must be true or false, not 'yes'"),
        ('ignore = "D01"', "ignore must be a list of strings"),
        ("safe = [1]", "safe must be a list of strings"),
        ('templates = "nowhere"', "is no folder"),
        ('[[overrides]]\nruntime = "slim"', "overrides: paths is missing"),
        ('[[overrides]]\npaths = ["a"]\ninclude = ["x"]', "overrides.include is not a key"),
        ("overrides = 1", "overrides must be"),
        ("[images]\nsame = 1", "images.same is not a key; did you mean same-as?"),
        ('[images.replace]\n"a/" = "b"', "must both end in a slash"),
        ('[packages.fedora]\nx = {role = "build"}', "packages.fedora is not a key"),
        ('[packages.debian.x]\nroll = "build"', "packages.debian.x.roll is not a key; did you mean role?"),
        ('[packages.debian.x]\nrole = "bild"', "role must be one of"),
        ("images = 1", "images and packages must be tables"),
        ("packages = []", "images and packages must be tables"),
        ("[images]\nreplace = 1", "images.replace must be a table of names"),
        ("[images.same-as]\na = 1", "images.same-as must be a table of names"),
        ("[packages]\ndebian = 1", "packages.debian must be a table"),
        ("[packages.debian]\nx = 1", "packages.debian.x must be a table"),
        ("[packages.debian.x]\nalpine = 1", "packages.debian.x.alpine must be a name"),
        ('[packages.debian.x]\nprovides = "a"', "packages.debian.x.provides must be a list of strings"),
        ("[packages.debian.x]\nruntime = [1]", "packages.debian.x.runtime must be a list of strings"),
        ("a = ", "string values must be quoted, expected literal string at line 1 column 5"),
        ("a = " + "[" * 100_000, "cannot recurse further; max recursion depth met at line 1"),
        (".".join("a" * 100_000) + " = 1", "recursion limit"),
        ('ignore = ["G99"]', "no decision has the code G99; did you mean G01?"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path / "dockerslim-rewrite.toml", text)
    with pytest.raises(ConfigError, match=r".*") as error:
        read_config(path, lambda: ("G01", "all"))
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)


def test_errors_in_pyproject_name_the_table(tmp_path: Path) -> None:
    path = write(tmp_path / "pyproject.toml", "[tool.dockerslim-rewrite]\nruntme = 1")
    with pytest.raises(ConfigError, match=r"tool\.dockerslim-rewrite\.runtme is not a key"):
        read_config(path)


def test_pyproject_without_our_table_is_none(tmp_path: Path) -> None:
    assert read_config(write(tmp_path / "pyproject.toml", "[tool.other]\nx = 1")) is None


def test_the_nearest_file_wins_and_is_not_merged(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path / "pyproject.toml", '[tool.dockerslim-rewrite]\nruntime = "slim"\nunsafe = true')
    write(tmp_path / "a" / "dockerslim-rewrite.toml", 'runtime = "alpine"')
    write(tmp_path / "a" / "pyproject.toml", '[tool.dockerslim-rewrite]\nruntime = "same"')
    write(tmp_path / "b" / "pyproject.toml", "[tool.other]")
    configs = Configs()
    assert configs.choices(f"{tmp_path}/a/x/Dockerfile") == Choices(runtime="alpine")
    assert configs.choices(f"{tmp_path}/b/Dockerfile") == Choices(runtime="slim", unsafe=True)
    assert Configs(enabled=False).choices(f"{tmp_path}/b/Dockerfile") == Choices()


def test_the_search_ends_at_the_repository(tmp_path: Path) -> None:
    write(tmp_path / "dockerslim-rewrite.toml", "unsafe = true")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    assert Configs().choices(f"{tmp_path}/repo/a/Dockerfile") == Choices()
    assert Configs().choices(f"{tmp_path}/other/Dockerfile") == Choices(unsafe=True)


def test_overrides_by_path(tmp_path: Path) -> None:
    write(
        tmp_path / "dockerslim-rewrite.toml",
        """
        runtime = "slim"
        ignore = ["D01"]
        [[overrides]]
        paths = ["services/**", "/x/"]
        runtime = "alpine"
        nonroot = true
        [[overrides]]
        paths = ["services/old/"]
        nonroot = false
        """,
    )
    configs = Configs()
    assert configs.choices(f"{tmp_path}/Dockerfile") == Choices(runtime="slim", ignore=("D01",))
    assert configs.choices(f"{tmp_path}/x/y/Dockerfile").runtime == "alpine"
    old = configs.choices(f"{tmp_path}/services/old/Dockerfile")
    assert (old.runtime, old.nonroot, old.ignore) == ("alpine", False, ("D01",))


def test_folders_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    write(tmp_path / "dockerslim-rewrite.toml", 'templates = "t"\ncontext = "."')
    choices = Configs().choices(f"{tmp_path}/a/b/Dockerfile")
    assert (choices.templates, choices.context) == (tmp_path / "t", tmp_path)


def test_choices_over_choices() -> None:
    below = Choices(runtime="slim", unsafe=True, safe=("N05",))
    assert Choices(unsafe=False).over(below) == Choices(runtime="slim", unsafe=False, safe=("N05",))
    options = Choices(runtime="slim", skip=("O01", "O02"), review=("G01",)).options()
    assert (options.runtime, options.skip, options.review, options.unsafe) == ("slim", "O01,O02", ("G01",), False)


def test_a_configuration_of_megabytes_is_not_parsed(tmp_path: Path) -> None:
    path = write(tmp_path / "pyproject.toml", "# x\n" * 300_000)
    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        read_config(path)
