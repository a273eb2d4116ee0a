"""What the author's installs leave in the image: decided from the command, its options, variables and what follows."""

from __future__ import annotations

import json

import pytest

from dockerslim_rewrite.outcome import Rewritten, Unchanged
from dockerslim_rewrite.pipeline import rewrite
from tests.languages.node import support as node
from tests.languages.python import support as python
from tests.support import MemoryContext

PIP = "pip's download cache"
NPM = "npm's download cache"
LISTS = "apt's package lists"
PYTHON = {
    "requirements.txt": "flask\n",
    "app.py": "",
    "pyproject.toml": '[project]\nname="x"\ndependencies=["flask"]\n',
}
NODE = {"package.json": {"dependencies": {"express": "4"}}, "index.js": "require('express')"}


def left(run: str, before: str = "", files: dict[str, str] | None = None) -> list[str]:
    text = f"FROM python:3.11-slim\n{before}\nWORKDIR /app\nCOPY . .\nRUN {run}\nCMD python app.py\n"
    return [item.what for item in python.infer(text, PYTHON | (files or {})).dropped if item.weighs]


def left_by_node(run: str, before: str = "", files: dict[str, object] | None = None) -> list[str]:
    text = f"FROM node:20-alpine\n{before}\nWORKDIR /app\nCOPY . .\nRUN {run}\nCMD node index.js\n"
    return [item.what for item in node.infer(text, NODE | (files or {})).dropped if item.weighs]


@pytest.mark.parametrize(
    "run",
    [
        "pip install -r requirements.txt",
        "pip3 install flask",
        "python -m pip install flask && pip install --no-cache-dir six",
        "pip install flask && rm -rf /tmp/* /root/.cargo",
        "--mount=type=cache,target=/var/cache/apt pip install flask",
        "--mount=type=secret,id=a,target=/root/.cache/pip pip install flask",
        "pip cache purge && pip install flask",
        "PIP_NO_CACHE_DIR= pip install flask",
        "PIP_CACHE_DIR=/c pip install flask && rm -rf /root/.cache",
        "pip install --upgrade pip && pip install flask",
        "pip install --upgrade pip -r requirements.txt",
        "pip install --upgrade pip six",
    ],
)
def test_pip_leaves_its_cache(run: str) -> None:
    assert left(run) == [PIP]


@pytest.mark.parametrize(
    "run",
    [
        "pip install --no-cache-dir flask",
        "pip --no-cache-dir install flask",
        "PIP_NO_CACHE_DIR=0 pip install flask",
        "export PIP_NO_CACHE_DIR=off && pip install flask",
        "pip install flask && pip cache purge",
        "pip install flask && python -m pip cache purge",
        "pip install flask && rm -rf /root/.cache",
        "pip install flask && rm -rf ~/.cache/pip",
        "pip install flask && rm -rf /root/.cache/*",
        "pip install flask && rm -rf $HOME/.cache",
        "pip install flask && find / -name '*.whl' -delete",
        "pip install flask && ./unknown-program",
        "pip install $FLAGS flask",
        "if test -e x; then pip install flask; fi",
        "--mount=type=cache,target=/root/.cache pip install flask",
        "--mount=type=cache,target=/root/.cache/pip,sharing=locked pip install flask",
        "--mount=type=tmpfs,target=/root pip install flask",
        "pip install --no-index --find-links wheels flask",
        "pip --version",
        "pip install ./here.whl",
        "pip install --upgrade pip",
        "pip install -U pip setuptools==70 wheel && pip install --no-cache-dir flask",
    ],
)
def test_pip_leaves_nothing_or_may_leave_nothing(run: str) -> None:
    assert left(run) == []


@pytest.mark.parametrize(
    "before",
    [
        "ENV PIP_NO_CACHE_DIR=1",
        "ENV PIP_NO_CACHE_DIR=0",
        "ARG PIP_NO_CACHE_DIR=off",
        "ARG PIP_NO_CACHE_DIR",
        "RUN pip config set global.no-cache-dir true",
        "USER someone",
        "COPY pip.conf /etc/pip.conf",
    ],
)
def test_settings_before_the_install(before: str) -> None:
    assert left("pip install flask", before, {"pip.conf": "[global]\nno-cache-dir = true\n"}) == []


def test_a_later_layer_makes_no_image_smaller() -> None:
    assert left("pip install flask\nRUN pip cache purge && rm -rf /root/.cache") == [PIP]


def test_a_cache_below_a_copied_directory_does_not_stay_behind() -> None:
    text = "FROM python:3.11-slim\nENV PIP_CACHE_DIR=/app/.cache\nWORKDIR /app\nCOPY . .\nRUN pip install flask\n"
    outcome = rewrite(f"{text}CMD python app.py\n", MemoryContext(PYTHON))
    assert isinstance(outcome, Unchanged) and outcome.code == "D18"


def test_what_is_asked_for_decides() -> None:
    assert left("pip install -r empty.txt", files={"empty.txt": "# nothing\n"}) == []
    assert NPM not in left_by_node("npm install", files={"package.json": {"name": "x"}})
    assert NPM not in left_by_node("npm install --omit=dev", files={"package.json": {"devDependencies": {"x": "1"}}})


def test_pythons_whole_prefix_is_larger_than_a_cache() -> None:
    text = "FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nRUN pip install flask\nCMD /usr/local/bin/python app.py\n"
    assert [item.weighs for item in python.infer(text, PYTHON).dropped] == [False]
    assert isinstance(rewrite(text, MemoryContext(PYTHON)), Unchanged)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("apt-get update && apt-get install -y curl", [LISTS]),
        ("apt update", [LISTS]),
        ("apt-get update && apt-get install -y curl && apt-get clean", [LISTS]),
        ("apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*", []),
        ("apt-get update && apt-get install -y curl && rm -rf /var/lib/apt", []),
        ("apt-get update && apt-get install -y curl && apt-get distclean", []),
        ("apt-get update && apt-get install -y curl; rm -rf /var/lib/{apt,dpkg,cache}", []),
        ("--mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y curl", []),
        ("apt-get install -y curl", []),
    ],
)
def test_apt(run: str, expected: list[str]) -> None:
    assert left(run) == expected


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("npm install", [NPM]),
        ("npm ci --omit=dev && npm run build", [NPM]),
        ("npm install -g serve", [NPM]),
        ("npm install && npm cache verify", [NPM]),
        ("npm install && npm cache clean --force", []),
        ("npm install && npm --force cache clean", []),
        ("npm install && rm -rf /root/.npm", []),
        ("npm install && rm -rf /root/.npm/_cacache", []),
        ("--mount=type=cache,target=/root/.npm npm install", []),
        ("npm_config_cache=/tmp/c npm install && rm -rf /tmp/c", []),
        ("npm install --cache /tmp/c && rm -rf /tmp/*", []),
        ("npm install --cache=/c", [NPM]),
        ("npm rebuild", []),
        ("npm run build", []),
        ("yarn install", ["yarn's download cache"]),
        ("yarn", ["yarn's download cache"]),
        ("yarn install && yarn cache clean", []),
        ("YARN_CACHE_FOLDER=/c yarn && rm -rf /c", []),
        ("--mount=type=cache,target=/usr/local/share/.cache/yarn/v6 yarn", []),
    ],
)
def test_node_managers(run: str, expected: list[str]) -> None:
    assert left_by_node(run) == expected


@pytest.mark.parametrize("upgrade", ["apk update && apk upgrade", "apk --no-cache upgrade", "apk -U upgrade"])
def test_upgraded_packages_are_worth_more_than_a_cache(upgrade: str) -> None:
    assert NPM not in left_by_node("npm install", f"RUN {upgrade}")
    assert left("pip install flask", "RUN apt-get update && apt-get -y upgrade") == []


def test_the_author_s_own_image_gets_no_package_that_the_original_lacks() -> None:
    package = {"dependencies": {"@prisma/client": "5"}, "devDependencies": {}}
    files = {"package.json": json.dumps(package), "index.js": "require('@prisma/client')"}
    text = "FROM node:20-alpine\nWORKDIR /app\nCOPY . .\nRUN npm install\nCMD node index.js\n"
    outcome = rewrite(text, MemoryContext(files))
    assert isinstance(outcome, Rewritten) and "apk add" not in outcome.text
    outcome = rewrite(text.replace("WORKDIR", "RUN apk add --no-cache openssl\nWORKDIR"), MemoryContext(files))
    assert isinstance(outcome, Rewritten) and outcome.text.count("apk add --no-cache openssl") == 2


def test_yarn_2_keeps_its_cache_elsewhere() -> None:
    berry: dict[str, object] = {"package.json": {"packageManager": "yarn@4.1.0", "dependencies": {"express": "4"}}}
    assert left_by_node("corepack enable && yarn install", files=berry) == []
    assert left_by_node("yarn install", files={".yarnrc.yml": "nodeLinker: node-modules\n"}) == []


def test_settings_of_npm() -> None:
    assert left_by_node("npm install", files={".npmrc": "cache=/tmp/npm\n"}) == []
    assert left_by_node("npm install", "RUN npm config set cache /tmp/npm") == []
    assert left_by_node("npm install", "ENV NPM_CONFIG_CACHE=$UNKNOWN/x") in ([], [NPM])


def test_the_report_says_what_is_left() -> None:
    text = (
        "FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nRUN pip install flask\nRUN apt-get update\nCMD python app.py\n"
    )
    outcome = rewrite(text, MemoryContext(PYTHON))
    assert isinstance(outcome, Rewritten) and outcome.plan.dropped == (PIP, LISTS)


def test_a_cache_is_no_reason_for_a_third_stage() -> None:
    install = "WORKDIR /app\nCOPY . .\nRUN npm install --omit=dev\nCMD node index.js\n"
    context = MemoryContext({"package.json": json.dumps(NODE["package.json"]), "index.js": "require('express')"})
    assert isinstance(rewrite(f"FROM node:20-alpine\n{install}", context), Rewritten)
    earlier = "FROM node:20-alpine AS pages\nRUN mkdir /out\n"
    assert isinstance(rewrite(f"{earlier}FROM node:20-alpine\n{install}", context), Unchanged)
