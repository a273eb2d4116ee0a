import pytest

from dockerslim_rewrite.languages.python.build import SYSTEM, read_build
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.languages.python.support import project
from tests.support import MemoryContext

POETRY = "/root/.cache/pypoetry/virtualenvs"


@pytest.mark.parametrize(
    ("lines", "site"),
    [
        ("RUN pip install x", SYSTEM),
        ("RUN /usr/local/bin/pip install x", SYSTEM),
        ("RUN pip install --user x", "/root/.local"),
        ("ENV PIP_USER=1\nRUN pip install x", "/root/.local"),
        ("USER app\nRUN pip install x", "/home/app/.local"),
        ("RUN pip install -t lib x", "/app/lib"),
        ("RUN pip install --root=/ x", SYSTEM),
        ("RUN pip install --root=/out --prefix=/usr x", "/out"),
        ("RUN pip install --target=/ x", "/"),
        ("ENV PIP_TARGET=/opt/x\nRUN pip install x", "/opt/x"),
        ("ENV PIP_TARGET=/opt/x\nRUN uv pip install --system x", SYSTEM),
        ("ENV PYTHONUSERBASE=/opt/u\nRUN pip install --user x", "/opt/u"),
        ("ENV PYTHONUSERBASE=/opt/u\nRUN pip install x", SYSTEM),
        ("ENV HOME=/srv\nRUN pip install --user x", "/srv/.local"),
        ("RUN FLAGS=1\nRUN pip install x", SYSTEM),
        ("RUN python -m venv /venv && /venv/bin/pip install x", "/venv"),
        ("RUN python -m venv env && . env/bin/activate && pip install x", "/app/env"),
        ("RUN python -m venv env\nRUN env/bin/python -m pip install x", "/app/env"),
        ("RUN python -m venv /v\nENV PATH=/v/bin:$PATH\nRUN pip install x", "/v"),
        ("ENV VIRTUAL_ENV=/v\nRUN python -m venv /v\nRUN pip install x", SYSTEM),  # pip does not look at it
        ("ENV VIRTUAL_ENV=/v PATH=/v/bin:$PATH\nRUN pip install x", "/v"),
        ("ENV VIRTUAL_ENV=/v PATH=/usr/local/bin:/v/bin:$PATH\nRUN pip install x", SYSTEM),
        ("ENV VIRTUAL_ENV=v\nRUN uv pip install x", "/app/v"),
        ("RUN python setup.py install", SYSTEM),
        ("RUN python setup.py install --root /", SYSTEM),
        ("RUN python setup.py install --prefix /opt/x", "/opt/x"),
        ("RUN python setup.py install --home=/opt/x", "/opt/x"),
        ("RUN poetry install", POETRY),
        ("RUN poetry config virtualenvs.create false && poetry install", SYSTEM),
        ("ENV POETRY_VIRTUALENVS_CREATE=false\nRUN poetry install", SYSTEM),
        ("ENV POETRY_VIRTUALENVS_CREATE=0\nRUN poetry install", SYSTEM),
        ("ENV VIRTUAL_ENV=/v\nRUN poetry install", "/v"),
        ("RUN poetry config virtualenvs.in-project true\nRUN poetry install", "/app/.venv"),
        ("RUN pipenv install", "/root/.local/share/virtualenvs"),
        ("RUN pipenv install --system --deploy", SYSTEM),
        ("ENV PIPENV_VENV_IN_PROJECT=1\nRUN pipenv sync", "/app/.venv"),
        ("RUN uv sync", "/app/.venv"),
        ("ENV UV_PROJECT_ENVIRONMENT=/usr/local\nRUN uv sync", SYSTEM),
        ("RUN uv pip install --system x", SYSTEM),
        ("RUN uv venv && uv pip install x", "/app/.venv"),
        ("RUN pdm install", "/app/.venv"),
    ],
)
def test_where_an_install_lands(lines: str, site: str) -> None:
    build = read_build(project(f"FROM python:3.12\nWORKDIR /app\n{lines}\n"))
    assert build.installs[-1].site == site


def test_poetry_settings_of_the_project() -> None:
    files = {"pyproject.toml": "", "poetry.toml": "[virtualenvs]\ncreate = false\n"}
    build = read_build(project("FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN poetry install\n", files))
    assert build.installs[0].site == SYSTEM


def test_what_is_asked_for() -> None:
    text = "FROM python:3.12\nWORKDIR /app\nCOPY r.txt .\nRUN pip install -r r.txt lxml -r missing.txt\n"
    install = read_build(project(text, {"r.txt": "flask\n"})).installs[0]
    assert {item.name for item in install.asked} == {"flask", "lxml"}
    assert not install.complete


def test_an_archive_from_elsewhere_may_bring_anything() -> None:
    text = "FROM python:3.12\nRUN pip install https://host.example/x.tar.gz lxml\n"
    install = read_build(project(text)).installs[0]
    assert [item.name for item in install.asked] == ["lxml"]
    assert not install.complete


def test_programs_of_packages_are_covered() -> None:
    text = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install moon\nRUN moon .\nRUN ./make.py && other\n"
    build = read_build(project(text, {"make.py": "#!/usr/bin/env python\n"}))
    assert [run.words[-1] for run in build.runs] == [".", "./make.py"]
    assert len(build.covered) == 3


RUNS = 'FROM python:3.12\nWORKDIR /app\nCOPY app.py .\n{0}\nCMD ["python", "app.py"]\n'
MADE = "python -m venv /opt/v"
FILLED = f"{MADE} && /opt/v/bin/pip install x"


@pytest.mark.parametrize(
    ("lines", "is_carried"),
    [
        (f"RUN {MADE}", True),
        (f"RUN {FILLED}", True),
        (f"RUN {FILLED} && rm -rf /opt/v", False),
        (f"RUN {FILLED}\nRUN rm -rf /opt/*", False),
        (f"RUN {FILLED} && rm -rf /opt/v\nRUN pip install y", False),
        (f"RUN {FILLED} && rm -rf /opt/v\nRUN {MADE}", True),
        (f"RUN {FILLED} && rm -rf /opt/v/lib/python3.12/site-packages/pip", True),
        (f"RUN {FILLED}\nRUN rm -rf /opt/w", True),
    ],
)
def test_environments_are_carried_unless_they_are_removed(lines: str, is_carried: bool) -> None:
    found = rewrite(RUNS.format(lines), MemoryContext({"app.py": ""}))
    assert isinstance(found, Rewritten), found
    assert ("COPY --from=builder /opt/v /opt/v" in found.text) is is_carried


def test_an_environment_in_the_application_comes_with_it() -> None:
    found = rewrite(RUNS.format("RUN python -m venv /app/v"), MemoryContext({"app.py": ""}))
    assert isinstance(found, Rewritten)
    assert found.text.count("COPY --from=builder") == 1


@pytest.mark.parametrize(
    ("command", "places"),
    [
        ("pip install x", ("/usr/local", "/app")),
        ("pip install --target /t x", ("/t", "/app")),
        ("cd sub && poetry install", ("/root/.cache/pypoetry/virtualenvs", "/app/sub")),
        ("python -m venv v", ("/app/v",)),
        ("pip cache purge", ()),
        ("pip config set global.index-url x", ()),
        ("uv sync", None),
        ("uv venv", None),
        ("uv pip install --system x", ("/usr/local", "/app")),
        ("python make.py", None),
        ("./make.py", None),
        ("pip frobnicate", None),
    ],
)
def test_where_a_command_may_write(command: str, places: tuple[str, ...] | None) -> None:
    text = f"FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN {command}\n"
    build = read_build(project(text, {"make.py": "#!/usr/bin/env python\n", "sub/pyproject.toml": ""}))
    assert list(build.covered.values()) == [places]


def test_what_the_sources_were_removed_from_is_not_carried() -> None:
    """Later installs cannot bring the directory back; a program of somebody can."""
    head = "FROM python:3.12\nWORKDIR /src\nCOPY . .\nRUN pip install .\nWORKDIR /app\n"
    text = head + 'RUN rm -rf /src && {0}\nCMD ["relay"]\n'
    files = {"pyproject.toml": "", "get.py": ""}
    for command, carried in (("pip install x", False), ("python -m venv v", False), ("python get.py", True)):
        found = rewrite(text.format(command), MemoryContext(files))
        assert isinstance(found, Rewritten), found
        assert ("COPY --from=builder /src /src\n" in found.text) is carried
        assert ("RUN mkdir -p /src\n" in found.text) is carried
