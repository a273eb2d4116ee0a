"""What lies outside the directories that the application works in: a build's output, what is served, what starts."""

from __future__ import annotations

import pytest

from tests.languages.node.support import artifacts, codes, infer, read

FILES = {
    "package.json": {"devDependencies": {"vite": "5"}},
    "vite.config.js": "export default {}",
    "index.html": "",
    "index.js": "",
}
HEAD = "FROM node:20\nRUN npm i -g serve\nWORKDIR /build\nCOPY . .\n"


@pytest.mark.parametrize(
    ("run", "cmd", "path"),
    [
        ("npx vite build --outDir /srv/out", "serve /srv/out", "/srv/out"),
        ("npx vite build --outDir ../out", "serve /out", "/out"),
        ("npx esbuild index.js --bundle --outfile=/srv/app.js", "node /srv/app.js", "/srv/app.js"),
        ("node make.js", "serve /srv/out", "/srv/out"),
        ("node make.js", "node /srv/app/main.js", "/srv/app"),
        ("node make.js", "node /srv/main.mjs", "/srv"),
    ],
)
def test_it_comes_along(run: str, cmd: str, path: str) -> None:
    assert path in artifacts(infer(f"{HEAD}RUN {run}\nCMD {cmd}\n", FILES))


@pytest.mark.parametrize(
    ("lines", "cmd", "path"),
    [
        ("COPY . /srv/out", "serve /srv/out", "/srv/out"),
        ("COPY index.js /srv/app/", "node /srv/app/index.js", "/srv/app"),
        ("RUN npx vite build --outDir /usr/share", "serve /usr/share", "/usr/share"),
        ("RUN node make.js", "node /usr/local/bin/main.js", "/usr/local/bin"),
        ("RUN npx vite build --outDir /srv/out", "serve /srv/out/a", "/srv/out/a"),
        ("RUN npm i -g pm2", "node /usr/local/lib/node_modules/pm2/bin/pm2.js", "/usr/local/lib/node_modules/pm2/bin"),
    ],
)
def test_it_comes_by_itself_or_is_the_bases(lines: str, cmd: str, path: str) -> None:
    assert path not in artifacts(infer(f"{HEAD}{lines}\nCMD {cmd}\n", FILES))


def test_a_file_without_an_origin_beside_the_base_is_refused() -> None:
    assert codes(infer(f"{HEAD}RUN node make.js\nCMD node /main.js\n", FILES)) == {"N07"}


def test_the_output_alone_where_its_sources_are_removed() -> None:
    run = "cd /b && npx esbuild index.js --bundle --outfile=/m.js && rm -rf /b"
    text = f"FROM node:20\nCOPY . /b\nRUN {run}\nCMD node /m.js\n"
    assert read(text, FILES).roots == ()
    assert artifacts(infer(text, FILES)) == {"/m.js"}


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("cat README.md", {"README.md"}),
        ("[ -f Makefile ] && echo", {"Makefile"}),
        ("for one in test/*.json; do cat $one; done", {"test"}),
        ("cat /app/test/a.json < tsconfig.json", {"test", "tsconfig.json"}),
        ("cat other/README.md", set()),
        ("# see README.md", set()),
        ("cat .npmrc", set()),
    ],
)
def test_what_a_start_script_names_is_not_for_the_build_alone(script: str, names: set[str]) -> None:
    files = {
        "package.json": {},
        "index.js": "",
        "README.md": "",
        "Makefile": "",
        "test/a.json": "{}",
        "tsconfig.json": "{}",
    }
    files |= {".npmrc": "x", "run.sh": f"#!/bin/sh\n{script}\nexec node index.js\n"}
    text = "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci && chmod +x run.sh\n"
    paths = artifacts(infer(f'{text}CMD ["./run.sh"]\n', files))
    left = {"README.md", "Makefile", "test", "tsconfig.json", ".npmrc"}
    assert {path.removeprefix("/app/") for path in paths} & left == names
    shell = artifacts(infer(f"{text}CMD {script}; node index.js\n", files)) if "#" not in script else paths
    assert shell == paths
    assert "/app/README.md" in artifacts(infer(f'{text}ENV NOTES=/app/README.md\nCMD ["node", "index.js"]\n', files))
