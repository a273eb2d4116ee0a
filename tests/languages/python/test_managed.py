"""The Pythons that uv downloads."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.context.local import NoContext
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext

USUAL = "/root/.local/share/uv/python"
PROJECT = '[project]\nname = "x"\nversion = "1"\nrequires-python = "{0}"\n'


def carried(lines: str, pins: str = "", requires: str = "", base: str = "python:3.12") -> list[str]:
    """Return where uv's Pythons are carried from, each made first by the user of the command."""
    files = {"app.py": "", "uv.lock": "version = 1\n"}
    files |= {".python-version": pins} if pins else {}
    files |= {"pyproject.toml": PROJECT.format(requires)} if requires else {}
    text = f'FROM {base}\nRUN pip install uv\nWORKDIR /app\nCOPY . .\n{lines}\nCMD [".venv/bin/python", "app.py"]\n'
    outcome = rewrite(text, MemoryContext(files))
    assert isinstance(outcome, Rewritten), outcome
    builder, runtime = outcome.text.split("\nFROM ")
    made = [line.removeprefix("RUN mkdir -p ") for line in builder.splitlines() if line.startswith("RUN mkdir -p ")]
    assert all(f"COPY --from=builder {path} {path}" in runtime for path in made)
    return made


@pytest.mark.parametrize(
    ("pins", "requires"),
    [
        ("", ""),
        ("3.12\n", ""),
        ("# ours\n\n3.12\n3.13\n", ""),
        ("3", ">=3.10"),
        ("cpython@3.12", ">=3.10,<4"),
        ("python3.12", "~=3.12"),
        ("python", "==3.12.*"),
        ("/usr/local/bin/python3", "!=3.11.*"),
    ],
)
def test_the_images_own_python_is_what_is_asked_for(pins: str, requires: str) -> None:
    assert carried("RUN uv sync", pins, requires) == []


@pytest.mark.parametrize(
    ("pins", "requires"),
    [
        ("3.13", ""),
        ("3.1", ""),
        ("3.12.4", ""),  # the image's patch release is not known
        ("3.13t", ""),
        ("pypy@3.10", ""),
        ("cpython-3.13-linux", ">=3.10"),
        ("", ">=3.13"),
        ("", ">3.12"),
        ("", "<3.12"),
        ("", ">=3.12.9"),
        ("", "==3.12"),
        ("", "~=3.12.1"),
        ("", "what"),
        ("3.12", ">=3.13"),
    ],
)
def test_another_python_may_be_downloaded(pins: str, requires: str) -> None:
    assert carried("RUN uv sync", pins, requires) == [USUAL]


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        ("RUN uv lock && uv pip install --system --python 3.13 x", []),
        ("RUN uv python list && uv sync", []),
        ("RUN uv python install 3.12 && uv sync", [USUAL]),
        ("RUN uv python install -i /py 3.12\nRUN uv sync", ["/py"]),
        ("RUN uv python install --install-dir /py 3.12\nRUN uv sync", ["/py"]),
        ("RUN uv python install --install-dir=/py 3.12\nRUN uv sync", ["/py"]),
        ("RUN uv sync --python 3.13", [USUAL]),
        ("RUN uv sync --python=3.13", [USUAL]),
        ("RUN uv sync -p 3.13 && uv sync -p 3.13", [USUAL]),
        ("RUN python -m uv sync -p 3.13", [USUAL]),
        ("RUN uv sync -p 3.12", []),
        ("RUN uv venv -p 3.13 && uv pip install x", [USUAL]),
        ("RUN uv sync && uv run --python 3.13 app.py", [USUAL]),
        ("RUN uv sync && uv run app.py -p 8000", []),
        ("RUN uv sync -p 3.13 --no-managed-python", []),
        ("RUN uv sync -p 3.13 --no-python-downloads", []),
        ("ENV UV_PYTHON_DOWNLOADS=never\nRUN uv sync -p 3.13", []),
        ("ENV UV_NO_MANAGED_PYTHON=1\nRUN uv sync -p 3.13", []),
        ("RUN uv sync --managed-python", [USUAL]),
        ("ENV UV_MANAGED_PYTHON=true\nRUN uv sync", [USUAL]),
        ("ENV UV_PYTHON_PREFERENCE=only-managed\nRUN uv sync", [USUAL]),
        ("ENV UV_PYTHON=3.13\nRUN uv sync", [USUAL]),
        ("ENV UV_PYTHON=3.13\nRUN uv sync -p 3.12", []),
        ("ENV UV_PYTHON_INSTALL_DIR=/python\nRUN uv sync -p 3.13", ["/python"]),
        ("ENV XDG_DATA_HOME=/data\nRUN uv sync -p 3.13", ["/data/uv/python"]),
        ("USER app\nRUN uv sync -p 3.13", ["/home/app/.local/share/uv/python"]),
    ],
)
def test_what_commands_say(lines: str, places: list[str]) -> None:
    assert carried(lines) == places


def test_projects_that_are_copied_later_are_not_asked() -> None:
    text = "FROM python:3.12\nRUN pip install uv\nWORKDIR /app\nRUN uv venv\nCOPY . .\nRUN pip install x\n"
    files = {"app.py": "", ".python-version": "3.13", "pyproject.toml": PROJECT.format(">=3.13")}
    outcome = rewrite(f'{text}CMD ["python", "app.py"]\n', MemoryContext(files))
    assert isinstance(outcome, Rewritten)
    assert USUAL not in outcome.text


def test_a_pin_of_a_folder_above() -> None:
    files = {"api/app.py": "", ".python-version": "3.13", "api/pyproject.toml": PROJECT.format(">=3.10")}
    text = "FROM python:3.12\nRUN pip install uv\nWORKDIR /app\nCOPY . .\nWORKDIR /app/api\nRUN uv sync\n"
    outcome = rewrite(f'{text}CMD [".venv/bin/python", "app.py"]\n', MemoryContext(files))
    assert isinstance(outcome, Rewritten)
    assert f"COPY --from=builder {USUAL} {USUAL}" in outcome.text


def test_without_a_context_it_is_kept_on_doubt() -> None:
    text = 'FROM python:3.12\nRUN pip install uv\nWORKDIR /app\nCOPY . .\nRUN uv sync{0}\nCMD ["python", "a.py"]\n'
    for option, is_carried in (("", True), (" -p 3.12", False)):
        outcome = rewrite(text.format(option), NoContext())
        assert isinstance(outcome, Rewritten)
        assert (USUAL in outcome.text) is is_carried


def test_an_image_whose_release_is_not_known() -> None:
    assert carried("RUN uv sync", "3.12", base="python:latest") == [USUAL]
