from __future__ import annotations

import pytest

from tests.languages.node.support import read

SCRIPTS = {
    "start": "node server.js",
    "chain": "node migrate.js && node server.js",
    "prehooked": "node warm.js",
    "hooked": "node server.js",
    "env": "cross-env A=1 node server.js",
    "series": "run-s chain:*",
    "chain:a": "node a.js",
    "chain:b": "node b.js",
    "loop": "npm run loop",
    "deep": "npm run start",
    "dotenv": "dotenv -e .env.production -- node server.js",
    "envcmd": "env-cmd -f .env node server.js",
    "envcmd-old": "env-cmd .env node server.js",
    "all": "concurrently --raw npm:chain:* 'npm run start'",
    "none": "concurrently 'unheard of'",
    "parallel": "run-p $WHICH",
    "dev": "nodemon server.js",
    "build": "tsc",
}
FILES = {"package.json": {"name": "x", "scripts": SCRIPTS}, "server.js": ""}


def _launch(cmd: str, **files: object):  # type: ignore[no-untyped-def]
    image = f"FROM node:20\nWORKDIR /w\nCOPY . .\nCMD {cmd}\n"
    return read(image, {**FILES, **{name.replace("__", "."): value for name, value in files.items()}}).launch


@pytest.mark.parametrize(
    ("cmd", "entries"),
    [
        ('["node", "server.js"]', ["server.js"]),
        ('["server.js"]', ["server.js"]),
        ('["--enable-source-maps", "server.js"]', ["server.js"]),
        ('["node", "--max-old-space-size", "512", "server.js", "--port", "1"]', ["server.js"]),
        ('["node", "-r", "./trace.js", "server.js"]', ["trace.js", "server.js"]),
        ('["npm", "start"]', ["server.js"]),
        ("npm start", ["server.js"]),
        ("exec npm run deep", ["server.js"]),
        ('["npm", "run", "chain"]', ["migrate.js", "server.js"]),
        ('["npm", "run", "hooked"]', ["warm.js", "server.js"]),
        ('["npm", "run", "env"]', ["server.js"]),
        ('["npm", "run", "series"]', ["a.js", "b.js"]),
        ('["npm", "run", "dotenv"]', ["server.js"]),
        ('["npm", "run", "envcmd"]', ["server.js"]),
        ('["npm", "run", "envcmd-old"]', ["server.js"]),
        ('["npm", "run", "all"]', ["a.js", "b.js", "server.js"]),
        ('["./server.js"]', ["server.js"]),
        ('["node", "--require=./trace.js", "server.js"]', ["trace.js", "server.js"]),
        ('["node", "-r", "fs", "server.js"]', ["server.js"]),
        ('["pm2-runtime", "processes.json"]', ["server.js", "a.js"]),
        ('["yarn", "start"]', ["server.js"]),
        ('["pnpm", "run", "start"]', ["server.js"]),
        ('["pm2-runtime", "server.js"]', ["server.js"]),
        ('["pm2-runtime", "start", "npm", "--", "start"]', ["server.js"]),
        ('["pm2-runtime", "ecosystem.config.js"]', ["server.js"]),
        ('["npx", "ts-node", "-P", "t.json", "src/main.ts"]', ["src/main.ts"]),
    ],
)
def test_entries(cmd: str, entries: list[str]) -> None:
    ecosystem = "module.exports = {apps: [{script: './server.js'}]}"
    processes = {"apps": [{"script": "server.js"}, {"script": "a.js"}]}
    launch = _launch(cmd, ecosystem__config__js=ecosystem, processes__json=processes)
    assert [path for path, _ in launch.entries] == [f"/w/{entry}" for entry in entries]
    assert not launch.unknown and not launch.development


@pytest.mark.parametrize(
    "cmd",
    [
        '["npm", "run", "loop"]',
        '["npm", "run", "nothing"]',
        '["npm", "run", "none"]',
        '["npm", "run", "parallel"]',
        '["node", "-e", "1"]',
        '["node"]',
        '["npx", "ts-node"]',
        '["pm2-runtime", "start"]',
        '["npm", "install"]',
        '["pm2-runtime", "other.config.js"]',
    ],
)
def test_what_cannot_be_followed(cmd: str) -> None:
    assert _launch(cmd).unknown


@pytest.mark.parametrize(
    "cmd",
    [
        '["nodemon", "server.js"]',
        '["npm", "run", "dev"]',
        '["npx", "nodemon", "server.js"]',
        '["node", "--watch", "server.js"]',
        '["npx", "tsx", "watch", "server.ts"]',
        '["npx", "next", "dev"]',
        '["npx", "next"]',
        '["npx", "vite"]',
        '["npx", "vite", "--host"]',
        '["npx", "ng", "serve", "--host", "0.0.0.0"]',
        '["npx", "webpack", "serve"]',
        '["npx", "react-scripts", "start"]',
        '["npx", "jest"]',
        '["pm2-runtime", "--watch", "server.js"]',
    ],
)
def test_development(cmd: str) -> None:
    assert _launch(cmd).development


@pytest.mark.parametrize(
    "cmd",
    [
        '["npx", "next", "start"]',
        '["npx", "vite", "preview"]',
        '["npx", "nest", "start"]',
        '["npx", "strapi", "start"]',
    ],
)
def test_frameworks_in_production(cmd: str) -> None:
    launch = _launch(cmd)
    assert not launch.development and launch.frameworks


@pytest.mark.parametrize(
    ("cmd", "directory"),
    [
        ('["serve", "-s", "build"]', "/w/build"),
        ('["serve", "-s", "build", "-l", "80"]', "/w/build"),
        ('["serve", "-l", "80", "-s", "build"]', "/w/build"),
        ('["http-server", "./pub", "-p", "80"]', "/w/pub"),
        ('["npx", "sirv", "start", "dist"]', "/w/dist"),
        ('["npx", "sirv", "dist"]', "/w/dist"),
        ('["npx", "serve"]', "/w"),
    ],
)
def test_static_servers(cmd: str, directory: str) -> None:
    assert [path for path, _ in _launch(cmd).served] == [directory]


@pytest.mark.parametrize(
    ("cmd", "plain"),
    [
        ('["npm", "start"]', True),
        ('["npm", "run", "deep"]', True),
        ('["npm", "run", "chain"]', False),
        ('["npm", "run", "hooked"]', False),
        ('["npm", "run", "env"]', False),
    ],
)
def test_plain(cmd: str, plain: bool) -> None:
    main = _launch(cmd).main
    assert main is not None and main.plain is plain


@pytest.mark.parametrize(
    ("cmd", "package"),
    [
        ('["node", "node_modules/.bin/next", "start"]', "next"),
        ('["node", "node_modules/@x/app/bin/run.js"]', "@x/app"),
        ('["node", "-r", "dotenv/config", "server.js"]', "dotenv"),
        ('["yarn", "next", "start"]', "next"),
    ],
)
def test_packages_that_the_start_names(cmd: str, package: str) -> None:
    assert package in _launch(cmd).packages
