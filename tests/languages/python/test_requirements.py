import pytest

from dockerslim_rewrite.languages.python.requirements import read_file, read_project, read_requirement
from tests.support import MemoryContext


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Flask==3.0", ("flask",)),
        ("psycopg[binary,pool]>=3 ; python_version > '3.8'", ("psycopg", "psycopg-binary", "psycopg-pool")),
        ("ruamel.yaml_x", ("ruamel-yaml-x",)),
        ("git+https://host.example/a/b.git#egg=My_Package&subdirectory=x", ("my-package",)),
        ("git+https://host.example/a/b.git", ()),
        ("lxml @ https://host.example/lxml.whl", ("lxml",)),
        ("./vendor/thing", ()),
        ("wheels/thing-1.0.whl", ()),
        ("", ()),
    ],
)
def test_names(text: str, names: tuple[str, ...]) -> None:
    assert read_requirement(text) == names


def test_includes_constraints_and_hashes() -> None:
    context = MemoryContext(
        {
            "reqs/prod.txt": "-r base.txt\n-c limits.txt\n-i https://i.example\nx==22 \\\n  --hash=sha256:00\n",
            "reqs/base.txt": "-r prod.txt\n-e ../lib\nDjango  # web\n",
            "reqs/limits.txt": "celery==5\n",
        }
    )
    found = {(item.name, item.file, item.line) for item in read_file(context, "reqs/prod.txt")}
    assert {name for name, _, _ in found} == {"x", "django"}
    assert ("django", "reqs/base.txt", 3) in found


def test_lock_files_win() -> None:
    files = {
        "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.12"\nflask = "*"\n',
        "poetry.lock": '[[package]]\nname = "Werkzeug"\nversion = "3"\n',
    }
    assert [item.name for item in read_project(MemoryContext(files), "")] == ["werkzeug"]
    del files["poetry.lock"]
    assert [item.name for item in read_project(MemoryContext(files), "")] == ["flask"]


def test_other_manifests() -> None:
    files = {
        "a/pyproject.toml": '[project]\ndependencies = ["lxml>=5"]\n[project.optional-dependencies]\nx = ["numpy"]\n',
        "b/Pipfile": '[packages]\npsycopg2 = {version = "*", extras = ["x"]}\n',
        "b/Pipfile.lock": '{"default": {"uwsgi": {}}}',
        "c/setup.cfg": "[options]\ninstall_requires =\n  click\n  rich>=1\n",
    }
    context = MemoryContext(files)
    assert {item.name for item in read_project(context, "a")} == {"lxml", "numpy"}
    assert {item.name for item in read_project(context, "b")} == {"uwsgi"}
    assert {item.name for item in read_project(context, "c")} == {"click", "rich"}


@pytest.mark.parametrize("text", ["[", "[project]\ndependencies = 3\n", "package = 1", '[tool]\npoetry = "x"\n', "\0"])
def test_broken_manifests(text: str) -> None:
    names = ("pyproject.toml", "poetry.lock", "Pipfile", "Pipfile.lock", "setup.cfg")
    assert list(read_project(MemoryContext(dict.fromkeys(names, text)), "")) == []
