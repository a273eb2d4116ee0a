"""Package managers that start the program: brought by corepack, by a global package or by the project itself."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.model import NeedProgram, RunInRuntime
from tests.languages.node.support import artifacts, codes, infer, needs

FILES = {
    "package.json": {
        "packageManager": "pnpm@9.15.4",
        "scripts": {"start": "node main.js"},
        "dependencies": {"alpha": "1"},
    },
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    ".yarnrc.yml": "nodeLinker: node-modules\n",
    "yarn.lock": "__metadata:\n  version: 8\n",
    "main.js": "require('alpha')",
}
STORE = "/root/.cache/node/corepack"


def _image(
    setup: str = "corepack enable", install: str = "pnpm install", cmd: str = "pnpm start", more: str = ""
) -> str:
    return f"FROM node:20\n{more}\nRUN {setup}\nWORKDIR /app\nCOPY . .\nRUN {install}\nCMD {cmd}\n"


@pytest.mark.parametrize(
    ("image", "place", "run"),
    [
        (_image(), STORE, "corepack enable"),
        (_image("corepack enable pnpm && corepack prepare pnpm@9.15.4 --activate"), STORE, "corepack enable pnpm"),
        (_image(install="yarn install", cmd="yarn start"), STORE, "corepack enable"),
        (_image(more="ENV COREPACK_HOME=/opt/corepack"), "/opt/corepack", "corepack enable"),
        (_image(more="ENV XDG_CACHE_HOME=/var/x"), "/var/x/node/corepack", "corepack enable"),
    ],
)
def test_what_corepack_downloaded_comes_along(image: str, place: str, run: str) -> None:
    found = infer(image, FILES)
    assert place in artifacts(found) and not codes(found)
    assert RunInRuntime(run) in needs(found, RunInRuntime)
    assert {need.name for need in needs(found, NeedProgram) if isinstance(need, NeedProgram)} == {"corepack"}


@pytest.mark.parametrize(
    "image",
    [
        _image(cmd="node main.js"),
        _image(setup="true", install="npm install -g pnpm && pnpm install"),
        _image(install="npm install -g pnpm && pnpm install"),
        _image(cmd="npm start"),
    ],
)
def test_nothing_of_it_is_needed_where_something_else_starts(image: str) -> None:
    found = infer(image, FILES)
    assert STORE not in artifacts(found) and not codes(found)
    assert RunInRuntime("corepack enable") not in needs(found, RunInRuntime)


@pytest.mark.parametrize(
    "image",
    [
        _image(more="USER node"),
        _image(install="rm -rf /root/.cache && pnpm install && rm -rf /root/.cache"),
        _image(install="pnpm install && corepack cache clean"),
        _image().replace("RUN pnpm", "RUN --mount=type=cache,target=/root/.cache pnpm"),
        _image(setup="export COREPACK_HOME=/a && corepack enable && corepack prepare pnpm@9 --activate"),
    ],
)
def test_refused_where_its_downloads_cannot_be_found(image: str) -> None:
    assert codes(infer(image, FILES)) == {"N14"}


def test_a_corepack_of_its_own_comes_along() -> None:
    found = infer(_image("npm install -g corepack@0.31.0 && corepack enable"), FILES)
    assert {STORE, "/usr/local/lib/node_modules/corepack"} <= artifacts(found)
    runs = [item.command for item in needs(found, RunInRuntime) if isinstance(item, RunInRuntime)]
    assert runs == ["npm rebuild -g --ignore-scripts --force corepack", "corepack enable"]


def test_a_yarn_of_the_project_comes_along() -> None:
    files = {**FILES, ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.6.0.cjs\n", ".yarn/releases/yarn-4.6.0.cjs": ""}
    found = infer(_image("true", install="yarn install", cmd="yarn start"), files)
    assert {"/app/.yarn", "/app/.yarnrc.yml", "/app/yarn.lock", "/app/package.json"} <= artifacts(found)


def test_a_yarn_of_a_global_package_comes_along() -> None:
    image = _image("npm install -g --force @yarnpkg/cli-dist@4.6.0", install="yarn install", cmd="yarn start")
    found = infer(image, FILES)
    assert "/usr/local/lib/node_modules/@yarnpkg/cli-dist" in artifacts(found)
    assert RunInRuntime("npm rebuild -g --ignore-scripts --force @yarnpkg/cli-dist") in needs(found, RunInRuntime)
