"""Nothing that stands in a project makes the language fail."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.context.jsonc import parse_jsonc, parse_object
from tests.languages.node.support import infer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "name",
        "scripts",
        "dependencies",
        "devDependencies",
        "workspaces",
        "bin",
        "main",
        "imports",
        "packages",
        "extends",
    ]
)
IMAGE = "FROM node:20\nWORKDIR /a\nCOPY . .\nRUN npm ci && npm run build && npx tsc\nCMD {cmd}\n"


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(FIELDS, JSON), st.dictionaries(FIELDS, JSON), st.text(max_size=60))
def test_any_manifest_lock_file_and_source(manifest: dict[str, object], other: dict[str, object], code: str) -> None:
    files = {"package.json": manifest, "package-lock.json": other, "tsconfig.json": other, "index.js": code}
    infer(IMAGE.format(cmd='["node", "index.js"]'), files)
    infer(IMAGE.format(cmd='["npm", "start"]'), files)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="npm run yarn start x -&|;$(){}\"'=./", max_size=40))
def test_any_script(script: str) -> None:
    manifest = {"scripts": {"start": script, "build": script, "postinstall": script}}
    infer(IMAGE.format(cmd='["npm", "start"]'), {"package.json": manifest})


@pytest.mark.parametrize(
    "script", ["npm install", "npm run postinstall", "yarn", "cd ../a && npm i", "npm ci && npm start"]
)
def test_scripts_that_run_into_themselves(script: str) -> None:
    manifest = {"scripts": {"start": script, "build": script, "postinstall": script, "prestart": "npm start"}}
    infer(IMAGE.format(cmd='["npm", "start"]'), {"package.json": manifest})


@given(JSON)
def test_jsonc_reads_json(value: object) -> None:
    import json

    assert parse_jsonc(json.dumps(value)) == value


def test_jsonc() -> None:
    text = '\ufeff{ // one\n "a": "x // y, }", /* two */ "b": [1, 2, ], }'
    assert parse_jsonc(text) == {"a": "x // y, }", "b": [1, 2]}
    assert parse_jsonc("{") is None
    assert parse_jsonc("[" * 100_000) is None
    assert parse_object("[1]") == {} and parse_object(None) == {}
