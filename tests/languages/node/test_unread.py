"""A front end beside its server: only what is read of it is copied."""

from __future__ import annotations

import pytest

from tests.languages.node.support import artifacts, infer

WEB = {
    "web/package.json": {
        "dependencies": {"alpha": "1"},
        "scripts": {"build": "vite build"},
        "devDependencies": {"vite": "5"},
    },
    "web/vite.config.js": "export default {}",
    "web/index.html": "",
}
API = {"api/package.json": {"dependencies": {"alpha": "1"}}, "api/a.txt": ""}
FRONT = "FROM node:20\nWORKDIR /srv/web\nCOPY web .\nRUN npm ci && npm run build\n"
HEAD = f"{FRONT}WORKDIR /srv/api\nCOPY api .\nRUN npm ci\n"


def of_the_front_end(server: str, lines: str = "", cmd: str = '["node", "main.js"]', **more: object) -> set[str]:
    files = {**WEB, **API, "api/main.js": server, **{name.replace("__", "/"): text for name, text in more.items()}}
    return {path for path in artifacts(infer(f"{HEAD}{lines}\nCMD {cmd}\n", files)) if path.startswith("/srv/web")}


@pytest.mark.parametrize(
    ("server", "lines", "cmd"),
    [
        ("require('alpha')", "", '["node", "main.js"]'),
        ("require('alpha')", "RUN cp -r ../web/dist public", '["node", "main.js"]'),
        ("app.use(express.static('public'))", "", '["node", "main.js"]'),
        ("app.use(express.static(path.join(__dirname, '..', 'other')))", "", '["node", "main.js"]'),
        ("", "RUN npm i -g serve && mkdir /var/www && cp -r ../web/dist /var/www/x", '["serve", "/var/www/x"]'),
        ("", "RUN npm i -g serve && mkdir /var/www && cp -r ../web/dist /var/www/x", "serve /var/www/x -p 80"),
    ],
)
def test_nothing_of_it_is_read(server: str, lines: str, cmd: str) -> None:
    assert of_the_front_end(server, lines, cmd) == set()


@pytest.mark.parametrize(
    "server",
    [
        "app.use(express.static(path.join(__dirname, '../web/dist')))",
        "app.use(express.static('/srv/web/dist')); fs.readFileSync('/srv/web/dist/index.html')",
        "const root = path.resolve(__dirname, '..', 'web', 'dist'); app.use(express.static(root))",
    ],
)
def test_its_output_alone_is_read(server: str) -> None:
    assert of_the_front_end(server) == {"/srv/web/dist"}


@pytest.mark.parametrize(
    ("server", "lines"),
    [
        ("fs.readFileSync('../web/index.html')", ""),
        ("app.use(express.static('../web'))", ""),
        ("app.use(express.static('..'))", ""),
        ("fs.readFileSync(path.join(__dirname, '../web/dist/x')); fs.readFileSync('../web/package.json')", ""),
        ("const place = 'web'; fs.readFileSync(place)", ""),
        ("require(process.env.PLUGIN)", ""),
        ("require('../web/shared.js')", ""),
        ("require('alpha')", "ENV PAGES=/srv/web/dist"),
        ("require('alpha')", "HEALTHCHECK CMD cat ../web/index.html"),
        ("require('alpha')", "RUN ln -s ../web/dist public"),
        ("require('alpha')", "WORKDIR /srv/web"),
    ],
)
def test_more_of_it_may_be_read(server: str, lines: str) -> None:
    cmd = '["node", "/srv/api/main.js"]' if lines.startswith("WORKDIR") else '["node", "main.js"]'
    found = of_the_front_end(server, lines, cmd, web__shared__js="")
    assert found - {"/srv/web/dist"}


def test_a_dependency_leads_there() -> None:
    manifest = {"dependencies": {"web": "file:../web"}}
    files = {**WEB, **API, "api/main.js": "require('w')", "api/package.json": manifest}
    found = artifacts(infer(f'{HEAD}CMD ["node", "main.js"]\n', files))
    assert {path for path in found if path.startswith("/srv/web")} - {"/srv/web/dist"}


def test_without_the_context_all_of_it_is_kept() -> None:
    found = artifacts(infer(f'{HEAD}CMD ["node", "main.js"]\n', {}))
    assert any(path.startswith("/srv/web") for path in found)


def test_a_link_leads_there_beside_a_dependency_of_its_own() -> None:
    """What the front end takes from its own directory says nothing about who else leads there."""
    manifest = {
        "dependencies": {"lib": "file:./lib"},
        "scripts": {"build": "vite build"},
        "devDependencies": {"vite": "5"},
    }
    files = {**WEB, "web/package.json": manifest, "web/lib/package.json": {"name": "lib"}, **API, "api/main.js": ""}
    alone = artifacts(infer(f'{HEAD}CMD ["node", "main.js"]\n', files))
    assert not any(path.startswith("/srv/web") for path in alone)
    linked = artifacts(infer(f'{HEAD}RUN ln -s ../web/dist public\nCMD ["node", "main.js"]\n', files))
    assert any(path.startswith("/srv/web") for path in linked)
