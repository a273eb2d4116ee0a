import pytest

from dockerslim_rewrite.languages.python.commands import is_python, read_command


@pytest.mark.parametrize(
    ("line", "kind", "tool"),
    [
        ("pip install flask", "install", "pip"),
        ("pip3.12 install -r requirements.txt", "install", "pip"),
        ("python3 -m pip install .", "install", "pip"),
        ("python -u -m pip install x", "install", "pip"),
        ("pip --no-cache-dir install x", "install", "pip"),
        ("pip --version", "inert", "pip"),
        ("pip list", "inert", "pip"),
        ("pip frobnicate", "unknown", "pip"),
        ("python setup.py install", "install", "setup.py"),
        ("python setup.py develop", "install", "setup.py"),
        ("python setup.py build_ext --inplace", "run", "python"),
        ("python -m venv /venv", "environment", "venv"),
        ("virtualenv -p python3 env", "environment", "virtualenv"),
        ("uv venv", "environment", "uv"),
        (". env/bin/activate", "activate", "venv"),
        ("poetry install --no-root", "install", "poetry"),
        ("python -m poetry install", "install", "poetry"),
        ("poetry config virtualenvs.create false", "inert", "poetry"),
        ("poetry run gunicorn app", "run", "poetry"),
        ("pipenv install --system", "install", "pipenv"),
        ("uv sync --frozen", "install", "uv"),
        ("uv pip install -r requirements.txt", "install", "uv pip"),
        ("uv tool install ruff", "unknown", "uv"),
        ("pdm install", "install", "pdm"),
        ("python manage.py migrate", "run", "python"),
        ("python -m compileall .", "inert", "compileall"),
        ("python get-pip.py", "install", "pip"),
        ("easy_install flask", "install", "easy_install"),
        ("pip-sync a.txt", "install", "pip"),
        ("python -c print(1)", "run", "python"),
        ("python -VV", "inert", "python"),
        ("python -W ignore -X dev manage.py", "run", "python"),
        ("python -m venv", "unknown", "venv"),
        ("poetry frobnicate", "unknown", "poetry"),
        ("poetry", "inert", "poetry"),
    ],
)
def test_kinds(line: str, kind: str, tool: str) -> None:
    command = read_command(line.split())
    assert command is not None
    assert (command.kind, command.tool) == (kind, tool)


@pytest.mark.parametrize("line", ["gunicorn app", "pythonic", "pipx run x", "make install", "echo pip install"])
def test_other_commands(line: str) -> None:
    assert read_command(line.split()) is None


def test_options_of_pip_are_no_packages() -> None:
    line = "pip install -i https://i.example -r a.txt --requirement=b.txt -rc.txt -c l.txt --user --no-binary :all: x"
    command = read_command(line.split())
    assert command is not None
    assert command.operands == ("x",)
    assert command.files == ("a.txt", "b.txt", "c.txt")
    assert "--user" in command.options


def test_targets_and_editables() -> None:
    command = read_command(["pip", "install", "-t", "/opt/lib", "-e", "."])
    assert command is not None
    assert command.operands == (".",)
    assert {"--target=/opt/lib", "-e"} <= command.options


def test_words_that_are_not_static() -> None:
    assert read_command([None, "install"]) is None
    command = read_command(["python", None])
    assert command is not None and command.kind == "unknown"


@pytest.mark.parametrize("name", ["python", "python3", "/usr/local/bin/python3.12", "python2.7"])
def test_python_names(name: str) -> None:
    assert is_python(name)
    assert not is_python(name + "-config")


@pytest.mark.parametrize("argv", [("python", None), ("python", "-m", None), ("pip", "install", None)])
def test_words_that_are_not_known(argv: tuple[str | None, ...]) -> None:
    command = read_command(argv)
    assert command is not None
    assert command.kind == "unknown" or command.operands == ("",)


def test_what_a_manager_adds_and_runs() -> None:
    added = read_command(["poetry", "add", "--group", "web", "flask", "-E", "x", "gunicorn"])
    assert added is not None and added.operands == ("flask", "gunicorn")
    run = read_command(["uv", "run", "--frozen", "gunicorn", "app"])
    assert run is not None and (run.kind, run.operands) == ("run", ("gunicorn", "app"))
