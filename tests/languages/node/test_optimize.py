"""--optimize on Node builders: what is changed (O01, O02, O04), and where nothing may be."""

from __future__ import annotations

import json

import pytest

from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from tests.support import MemoryContext

MANIFEST: dict[str, object] = {"name": "x", "dependencies": {"alpha": "1.0.0"}, "devDependencies": {"tool": "2.0.0"}}
LOCK: dict[str, object] = {
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "x", "dependencies": {"alpha": "1.0.0"}, "devDependencies": {"tool": "2.0.0"}},
        "node_modules/alpha": {"version": "1.0.0"},
        "node_modules/tool": {"version": "2.0.0", "dev": True},
    },
}
FILES: dict[str, object] = {
    "package.json": MANIFEST,
    "package-lock.json": LOCK,
    "main.js": "require('alpha')",
    ".dockerignore": "node_modules\n",
}
NPM = "--mount=type=cache,target=/root/.npm"


def rewritten(dockerfile: str, files: dict[str, object] | None = None, skip: str = "") -> Rewritten:
    texts = {path: text if isinstance(text, str) else json.dumps(text) for path, text in (files or FILES).items()}
    outcome = rewrite(dockerfile, MemoryContext(texts), Options(optimize=True, skip=skip))
    assert isinstance(outcome, Rewritten), outcome
    return outcome


def builder(dockerfile: str, files: dict[str, object] | None = None, skip: str = "") -> list[str]:
    return rewritten(dockerfile, files, skip).text.rsplit("\nFROM ", 1)[0].rstrip().splitlines()


def image(install: str = "npm install", between: str = "", copy: str = "COPY . .", base: str = "node:20") -> str:
    lines = [f"FROM {base}", "WORKDIR /app", "# all of it", copy, between, f"RUN {install}", 'CMD ["node", "main.js"]']
    return "\n".join(line for line in lines if line) + "\n"


def note(dockerfile: str, files: dict[str, object]) -> str:
    return next((item.message for item in rewritten(dockerfile, files).plan.notes if item.code == "O01"), "")


def test_everything_at_once() -> None:
    assert builder(image("npm i --no-audit")) == [
        "FROM node:20 AS builder",
        "WORKDIR /app",
        "COPY package.json package-lock.json ./",
        f"RUN {NPM} npm ci --no-audit",
        "# all of it",
        "COPY . .",
        f"RUN {NPM} npm prune --omit=dev --ignore-scripts",
    ]


@pytest.mark.parametrize(("skip", "gone"), [("O01", "COPY package.json"), ("O02", "--mount"), ("O04", "npm ci")])
def test_each_has_its_own_switch(skip: str, gone: str) -> None:
    assert gone in "\n".join(builder(image()))
    assert gone not in "\n".join(builder(image(), skip=skip))
    assert gone not in "\n".join(builder(f"# dockerslim: ignore={skip}\n{image()}"))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_copy_moves_behind_the_last_line_of_a_file(newline: str) -> None:
    text = (
        f'FROM node:20{newline}CMD ["node", "/app/main.js"]{newline}COPY . /app{newline}WORKDIR /app{newline}RUN npm ci'
    )
    lines = rewritten(text).text.split(newline)
    copies = [line for line in lines if line.startswith("COPY") and "--from" not in line]
    assert copies == ["COPY package.json package-lock.json /app/", "COPY . /app"]
    assert lines.index("COPY . /app") == lines.index(f"RUN {NPM} npm ci") + 1


def test_a_project_below_the_context_root_keeps_its_owner() -> None:
    files = {f"web/{name}" if name != ".dockerignore" else name: text for name, text in FILES.items()}
    files[".dockerignore"] = "**/node_modules\n"
    dockerfile = image("cd /app/web && npm ci", copy="COPY --chown=node:node . /app")
    lines = builder(dockerfile.replace("main.js", "web/main.js"), files)
    assert "COPY --chown=node:node web/package.json web/package-lock.json /app/web/" in lines


@pytest.mark.parametrize(
    ("dockerfile", "files", "reason"),
    [
        (image("npm install && npm run build"), {}, "a build in the same RUN"),
        (image(between="RUN ./prepare.sh"), {"prepare.sh": "#!/bin/sh\n"}, "other steps"),
        (image(between="COPY other.js ."), {"other.js": ""}, "other steps"),
        (image(), {".dockerignore": ""}, "node_modules on the machine"),
        (image(), {".dockerignore": "node_modules\n!**/*.js\n"}, "node_modules on the machine"),
        (image(), {"package.json": {**MANIFEST, "scripts": {"postinstall": "node build.js"}}}, "`postinstall`"),
        (image(), {"package.json": {**MANIFEST, "dependencies": {"alpha": "file:../alpha"}}}, "in the project"),
        (image(), {"package.json": {**MANIFEST, "dependencies": {"alpha": "./alpha"}}}, "in the project"),
        (image(), {"package.json": {**MANIFEST, "workspaces": ["packages/*"]}}, "workspaces"),
        (image(), {"binding.gyp": "{}"}, "other files"),
    ],
)
def test_the_sources_stay_in_front(dockerfile: str, files: dict[str, object], reason: str) -> None:
    given = {**FILES, **files}
    assert reason in note(dockerfile, given)
    assert not any(line.startswith("COPY package.json") for line in builder(dockerfile, given))


@pytest.mark.parametrize("copy", ["COPY package*.json ./\nCOPY . .", "COPY . $HOME", "COPY --exclude=x . ."])
def test_other_copies_stay_where_they_are(copy: str) -> None:
    dockerfile = image("npm ci", copy=copy).replace("WORKDIR /app", "ENV HOME=/app\nWORKDIR /app")
    written = [line for line in builder(dockerfile) if line.startswith("COPY")]
    assert written == copy.splitlines()


def test_scripts_do_not_matter_when_they_are_off() -> None:
    files = {**FILES, "package.json": {**MANIFEST, "scripts": {"postinstall": "node build.js"}}}
    assert "COPY package.json package-lock.json ./" in builder(image("npm ci --ignore-scripts"), files)


@pytest.mark.parametrize(
    ("dockerfile", "files"),
    [
        (image(), {"package-lock.json": {**LOCK, "lockfileVersion": 1}}),
        (image(), {"package.json": {**MANIFEST, "dependencies": {"alpha": "^1.0.0"}}}),
        (image(), {"package.json": {**MANIFEST, "overrides": {"alpha": "1.0.1"}}}),
        (image(), {"package-lock.json": "{"}),
        (image(), {".npmrc": "package-lock=false\n"}),
        (image(), {"node_modules/alpha/index.js": "", ".dockerignore": ""}),
        (image("npm install alpha"), {}),
        (image("npm install --no-package-lock"), {}),
        (image("npm install -g tool && npm install --foo"), {}),
        (image("npm install --ignore-scripts && npm install", between=""), {".npmrc": "package-lock=false\n"}),
        (image(base="node:14"), {}),
        (image('["npm", "install"]'), {}),
        (image("yarn install"), {}),
    ],
)
def test_no_npm_ci(dockerfile: str, files: dict[str, object]) -> None:
    assert "npm ci" not in "\n".join(builder(dockerfile, {**FILES, **files}))


@pytest.mark.parametrize(
    ("install", "files", "target"),
    [
        ("npm ci", {}, "/root/.npm"),
        (
            "yarn --frozen-lockfile",
            {"yarn.lock": "# yarn lockfile v1\n"},
            "/usr/local/share/.cache/yarn,sharing=locked",
        ),
        ("pnpm install", {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, "/root/.local/share/pnpm/store"),
    ],
)
def test_the_cache_of_each_manager(install: str, files: dict[str, object], target: str) -> None:
    given = {name: text for name, text in {**FILES, **files}.items() if not files or name != "package-lock.json"}
    assert f"RUN --mount=type=cache,target={target} {install}" in builder(image(install), given)


@pytest.mark.parametrize(
    ("dockerfile", "files"),
    [
        (image("npm ci && npm cache clean --force"), {}),
        (image("npm ci && rm -rf /root/.npm"), {}),
        (image("npm ci && rm -rf ~/.npm"), {}),
        (image("npm ci", between="USER node"), {}),
        (image("npm ci", between="ENV NPM_CONFIG_CACHE=/tmp/npm"), {}),
        (image("npm ci"), {".npmrc": "cache=/tmp/npm\n"}),
        (image("npm ci --offline"), {}),
        (image("--network=none npm ci"), {}),
        ("# syntax=docker/dockerfile:1.0\n" + image("npm ci"), {}),
    ],
)
def test_no_mount(dockerfile: str, files: dict[str, object]) -> None:
    assert "type=cache" not in "\n".join(builder(dockerfile, {**FILES, **files}))


def test_berry_keeps_its_own_cache() -> None:
    files = {
        **FILES,
        "package.json": {**MANIFEST, "packageManager": "yarn@4.5.0"},
        "yarn.lock": "__metadata:\n  version: 8\n",
        ".yarnrc.yml": "nodeLinker: node-modules\n",
    }
    assert "type=cache" not in "\n".join(builder(image("yarn install"), files))
