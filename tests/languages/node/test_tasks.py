"""turbo, lerna and nx: what their tasks come down to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.languages.node.support import codes, infer, read

LIBRARY = {"executor": "@nx/js:tsc", "options": {"outputPath": "out/a"}}
TSCONFIG = '{"compilerOptions": {"outDir": "lib"}}'
MEMBERS: dict[str, object] = {
    "package.json": {"name": "top", "workspaces": ["packs/*"], "dependencies": {"alpha": "1"}},
    "packs/one/package.json": {"name": "one", "scripts": {"build": "tsc"}},
    "packs/one/tsconfig.json": TSCONFIG,
    "packs/two/package.json": {"name": "two", "scripts": {"build": "tsc"}, "dependencies": {"one": "*"}},
    "packs/two/tsconfig.json": TSCONFIG,
    "packs/bad/package.json": {"name": "bad", "scripts": {"build": "node make.js", "lint": "eslint ."}},
    "main.js": "",
}
GOOD = {path: text for path, text in MEMBERS.items() if "/bad/" not in path}


def _build(command: str, files: Mapping[str, object]) -> tuple[set[str], int]:
    image = f'FROM node:20\nWORKDIR /w\nCOPY . .\nRUN npm ci && {command}\nCMD ["node", "main.js"]\n'
    found = read(image, files)
    return {item.path for item in found.outputs.found}, len(found.outputs.unknown) + len(found.build.unknown)


BOTH = {"/w/packs/one/lib", "/w/packs/two/lib"}


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        ("npx turbo run build", BOTH),
        ("npx turbo build", BOTH),
        ("npx turbo run build --filter=two", BOTH),
        ("npx turbo run build --filter=two...", BOTH),
        ("npx turbo run build --filter=./packs/one", {"/w/packs/one/lib"}),
        ("npx lerna run build --stream", BOTH),
        ("npx lerna run build --scope one", {"/w/packs/one/lib"}),
        ("npx nx run-many -t build", BOTH),
        ("npx nx run-many --target=build", BOTH),
        ("npx nx build one", {"/w/packs/one/lib"}),
        ("npx nx run one:build", {"/w/packs/one/lib"}),
        ("pnpm -r run build", BOTH),
        ("npm run build --workspaces", BOTH),
    ],
)
def test_scripts_of_packages(command: str, paths: set[str]) -> None:
    assert _build(command, GOOD) == (paths, 0)


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("npx turbo run build", MEMBERS),
        ("npx turbo run build --filter=[HEAD^1]", GOOD),
        ("npx turbo run build --filter=!one", GOOD),
        ("npx turbo run build --filter=q7x", GOOD),
        ("npx turbo run q7x", GOOD),
        ("npx turbo prune one", GOOD),
        ("npx lerna run build --since main", GOOD),
        ("npx lerna bootstrap", GOOD),
        ("npx lerna run build", {**GOOD, "packs/three/project.json": {"targets": {"build": {}}}}),
        ("npx nx affected -t build", GOOD),
        ("npx nx run-many -t build", {**GOOD, "nx.json": {"plugins": ["@nx/vite/plugin"]}}),
    ],
)
def test_what_is_not_followed(command: str, files: dict[str, object]) -> None:
    assert _build(command, files)[1] > 0


def test_a_task_that_turbo_runs_before_is_followed() -> None:
    files = {**MEMBERS, "turbo.json": {"tasks": {"lint": {"dependsOn": ["^build"]}}}}
    assert _build("npx turbo run lint", MEMBERS) == (set(), 0)
    assert _build("npx turbo run lint", files)[1] == 1


def _nx(output: str = "dist/apps/api", executor: str = "@nx/esbuild:esbuild", **more: object) -> dict[str, object]:
    target = {"executor": executor, "options": {"outputPath": output, "main": "x.ts"}, **more}
    return {
        "package.json": {"name": "top", "dependencies": {"alpha": "1"}},
        "nx.json": {"plugins": [{"plugin": "@nx/eslint/plugin"}]},
        "apps/api/project.json": {"name": "api", "targets": {"build": target}},
        "main.js": "",
    }


@pytest.mark.parametrize("executor", ["@nx/esbuild:esbuild", "@nx/webpack:webpack", "@nx/js:tsc", "@nrwl/js:swc"])
@pytest.mark.parametrize("command", ["npx nx build api", "npx nx run api:build:production", "npx nx run-many -t build"])
def test_executors_of_nx(command: str, executor: str) -> None:
    assert _build(command, _nx(executor=executor)) == ({"/w/dist/apps/api"}, 0)


@pytest.mark.parametrize(
    ("output", "path"),
    [("{workspaceRoot}/out/{projectName}", "/w/out/api"), ("{projectRoot}/out", "/w/apps/api/out")],
)
def test_tokens_of_nx(output: str, path: str) -> None:
    assert _build("npx nx build api", _nx(output)) == ({path}, 0)


@pytest.mark.parametrize(
    "files",
    [
        _nx(executor="nx:run-commands"),
        _nx(executor="@q7x/esbuild:esbuild"),
        _nx(executor="@nx/q7x:build"),
        _nx(configurations={"production": {"outputPath": "other"}}),
        {**_nx(), "nx.json": {"plugins": ["./tools/plugin"]}},
        {**_nx(), "libs/a/project.json": {"targets": {"build": LIBRARY}}},
        {path: text for path, text in _nx().items() if "project" not in path},
    ],
)
def test_unknown_executors_of_nx(files: dict[str, object]) -> None:
    assert _build("npx nx build api", files)[1] == 1


@pytest.mark.parametrize("command", ["nx serve api", "nest start --watch", "nest start -w"])
def test_servers_for_development(command: str) -> None:
    image = f"FROM node:20\nWORKDIR /w\nCOPY . .\nRUN npm ci\nCMD npx {command}\n"
    assert codes(infer(image, _nx())) == {"N17"}


@pytest.mark.parametrize("command", ["node --version", "npx tsc -v", "nx --help"])
def test_a_program_that_only_says_something_writes_nothing(command: str) -> None:
    image = f'FROM node:20\nRUN {command}\nWORKDIR /w\nCOPY . .\nRUN npm ci\nCMD ["node", "main.js"]\n'
    found = read(image, _nx())
    assert found.roots == ("/w",) and not found.outputs.unknown
