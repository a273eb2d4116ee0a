"""A directory that stays whole: its packages have a layer of their own where every name beside them is known."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.model import Artifact
from tests.languages.node.support import artifacts, infer, lock

ROOT = "/usr/src/zeta"
TOP = {"name": "zeta", "workspaces": ["packs/*", "apps/*"], "scripts": {"build": "tsc -b"}}
WORKSPACE = {
    "package.json": TOP,
    "package-lock.json": lock(("alpha", {"version": "1"})),
    "packs/one/package.json": {"name": "one", "dependencies": {"alpha": "1"}},
    "packs/one/index.js": "",
    "apps/web/package.json": {"name": "web", "dependencies": {"one": "*"}},
    "apps/web/index.js": "require('one')",
}
TOGETHER = {ROOT}


def _image(cmd: str = '["node", "apps/web/index.js"]', run: str = "npm ci", copy: str = "COPY . .") -> str:
    return f"FROM node:20\nWORKDIR {ROOT}\n{copy}\nRUN {run}\nCMD {cmd}\n"


def _ordered(image: str, files: dict[str, object]) -> list[str]:
    found = [item.effect for item in infer(image, files).suggestions if isinstance(item.effect, Artifact)]
    return [item.path.removeprefix(ROOT + "/") for item in sorted(found, key=lambda item: item.rank)]


def _note(image: str, files: dict[str, object]) -> str:
    return next(note.message for note in infer(image, files).notes if note.code == "N07")


def test_packages_come_first_and_what_starts_last() -> None:
    names = ["node_modules", "package-lock.json", "package.json", "packs", "apps"]
    assert _ordered(_image(), WORKSPACE) == names
    assert "all in one layer" not in _note(_image(), WORKSPACE)


def test_everything_in_the_directory_comes_along() -> None:
    files = {**WORKSPACE, "q7x/data.bin": "", ".env": "A=1", "turbo.json": "{}"}
    run = "npm ci && mkdir -p uploads && echo 1 > stamp.txt"
    assert {"q7x", ".env", "turbo.json", "uploads", "stamp.txt"} <= set(_ordered(_image(run=run), files))


def test_what_no_program_reads_stays_behind() -> None:
    files = {**WORKSPACE, "Dockerfile": "", ".npmrc": "//r/:_authToken=${T}", ".github/a.yml": ""}
    assert not {"Dockerfile", ".npmrc", ".github"} & set(_ordered(_image(), files))


def test_a_member_is_never_spare() -> None:
    files = {
        **WORKSPACE,
        "package.json": {**TOP, "workspaces": ["packs/*", "apps/*", "e2e"]},
        "e2e/package.json": {"name": "e"},
    }
    assert "e2e" in _ordered(_image(), files)


def test_a_build_output_at_the_top_comes_along() -> None:
    files = {**WORKSPACE, "tsconfig.json": '{"compilerOptions": {"outDir": "out"}}'}
    assert "out" in _ordered(_image(run="npm ci && npx tsc"), files)


@pytest.mark.parametrize(
    ("run", "why"),
    [
        ("npm ci && node tools/gen.js", "what a build step writes is not known"),
        ("npm ci && tar xf q7x.tar", "a RUN"),
        ("npm ci && rm -rf apps/*.log *.md", "a RUN removes files by a pattern"),
        ("npm ci; if [ -e x ]; then rm -rf q7x; fi", "a RUN may remove q7x"),
    ],
)
def test_one_layer_where_a_name_may_be_missing(run: str, why: str) -> None:
    image = _image(run=run)
    assert artifacts(infer(image, WORKSPACE)) == TOGETHER
    assert f"all in one layer: {why}" in _note(image, WORKSPACE)


def test_one_layer_where_no_package_is_sure_to_be_installed() -> None:
    files = {**WORKSPACE, "packs/one/package.json": {"name": "one"}, "apps/web/package.json": {"name": "web"}}
    assert artifacts(infer(_image(), files)) == TOGETHER


def test_one_layer_where_packages_may_go_to_the_workspace_above() -> None:
    image = _image(run="cd apps/web && npm install", cmd='["node", "apps/web/index.js"]')
    files = {**WORKSPACE, "apps/web/index.js": "require('express').static('../..')"}
    assert not any(path.endswith("node_modules") for path in artifacts(infer(image, files)))


def test_one_layer_where_the_directories_are_many() -> None:
    files = {**WORKSPACE, **{f"d{number:02}/a": "" for number in range(20)}}
    assert artifacts(infer(_image(), files)) == TOGETHER


def test_one_layer_where_yarn_needs_its_own_state() -> None:
    files = {**WORKSPACE, ".yarnrc.yml": "nodeLinker: node-modules\n", "yarn.lock": "__metadata:\n  version: 8\n"}
    files["package.json"] = {**TOP, "scripts": {"start": "node apps/web/index.js"}}
    del files["package-lock.json"]
    assert artifacts(infer(_image('["yarn", "start"]', run="yarn install"), files)) == TOGETHER
    assert artifacts(infer(_image(run="yarn install"), files)) != TOGETHER


def test_nested_installs_are_layers_too() -> None:
    files = {
        "server/package.json": {"dependencies": {"alpha": "1"}},
        "server/package-lock.json": lock(("alpha", {"version": "1"})),
        "server/index.js": "serve.use(express.static('..')); require('alpha')",
        "web/a.html": "",
    }
    image = f"FROM node:20\nWORKDIR {ROOT}\nCOPY . .\nRUN cd server && npm ci\nWORKDIR {ROOT}/server\n"
    names = _ordered(image + 'CMD ["node", "index.js"]\n', files)
    assert names[0] == "server/node_modules" and "server" not in names and "web" in names
