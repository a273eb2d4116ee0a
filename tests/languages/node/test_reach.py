"""From the entry files to what running code loads."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from dockerslim_rewrite.languages.node.manifest import read_manifest
from dockerslim_rewrite.languages.node.reach import Reach, reach
from dockerslim_rewrite.languages.node.workspaces import find_workspace, workspace_packages
from tests.support import MemoryContext


def context(files: Mapping[str, object]) -> MemoryContext:
    return MemoryContext({path: text if isinstance(text, str) else json.dumps(text) for path, text in files.items()})


def reached(main: str, **files: object) -> Reach:
    named = {name.replace("__", "/").replace("_", "."): value for name, value in files.items()}
    return reach(context({"main.js": main, **named}), "", ["main.js"], {})


@pytest.mark.parametrize(
    ("specifier", "files", "expected"),
    [
        ("./lib", {"lib.js": ""}, "lib.js"),
        ("./lib", {"lib/index.ts": ""}, "lib/index.ts"),
        ("./lib.js", {"lib.ts": ""}, "lib.ts"),
        ("./lib.mjs", {"lib.mts": ""}, "lib.mts"),
        ("./lib", {"lib/package.json": {"main": "out/x"}, "lib/out/x.js": ""}, "lib/out/x.js"),
        ("./lib", {"lib/package.json": {"main": "."}}, None),
        ("./data", {"data.json": {}}, "data.json"),
        ("../lib", {"lib.js": ""}, None),
        ("#db", {"package.json": {"imports": {"#db": "./src/db.js"}}, "src/db.js": ""}, "src/db.js"),
        ("#db", {"package.json": {"imports": {"#db": "./dist/db.js"}}, "src/db.ts": ""}, "src/db.ts"),
        ("#l/a", {"package.json": {"imports": {"#l/*": {"node": "./l/*.js"}}}, "l/a.js": ""}, "l/a.js"),
        ("#l/a", {"package.json": {"imports": {"#l/*": {"default": "./l/*.js"}}}, "l/a.js": ""}, "l/a.js"),
        ("#none", {"package.json": {"imports": {"#l/*": "./l/*.js", "#n": 1}}}, None),
        ("#none", {"package.json": {"imports": ["#none"]}}, None),
    ],
)
def test_local_files(specifier: str, files: Mapping[str, object], expected: str | None) -> None:
    found = reach(context({"main.js": f"require('{specifier}')", **files}), "", ["main.js"], {})
    assert found.files - {"main.js"} == ({expected} if expected else set())
    assert not found.packages


def test_paths_of_a_typescript_configuration() -> None:
    files = {
        "tsconfig.json": {"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["none/*", "src/*"]}}},
        "main.ts": "import {a} from '@/a'; import {b} from 'src/b'; import {c} from 'c'; a(b, c)",
        "src/a.ts": "",
        "src/b.ts": "",
    }
    found = reach(context(files), "", ["main.ts"], {})
    assert found.files == {"main.ts", "src/a.ts", "src/b.ts"}
    assert set(found.packages) == {"c"}


def test_without_an_entry_all_sources_are_read_but_tests_and_configuration() -> None:
    files = {
        "src/a.js": "require('a')",
        "src/a.test.js": "require('jest')",
        "src/a.spec.ts": "require('jest')",
        "src/__tests__/b.js": "require('jest')",
        "src/types.d.ts": "import 'types'",
        "webpack.config.js": "require('webpack')",
    }
    found = reach(context(files), "", [], {})
    assert found.everything and set(found.packages) == {"a"}


def test_files_that_are_loaded_by_pattern_bring_all_sources() -> None:
    found = reached("require('./routes/' + name)", routes__a_js="require('a')")
    assert found.everything and set(found.packages) == {"a"}


def test_what_cannot_be_read_is_doubted() -> None:
    assert reached("require('./big')", big_js="x" * 17_000_000).doubts
    assert reached("require(name)").doubts
    assert reached("const {").doubts


WORKSPACE = {
    "package.json": {"workspaces": ["packages/**", "apps/api", "!packages/old"]},
    "packages/ui/package.json": {"name": "@x/ui"},
    "packages/deep/er/package.json": {"name": "@x/er"},
    "packages/ui/node_modules/no/package.json": {"name": "no"},
    "packages/.cache/no/package.json": {"name": "no"},
    "apps/api/package.json": {"name": "api"},
    "apps/web/package.json": {"name": "web"},
}


def test_packages_of_a_workspace() -> None:
    files = context(WORKSPACE)
    root = read_manifest(files, "")
    assert root is not None
    assert {item.name for item in workspace_packages(files, root)} == {"@x/ui", "@x/er", "api"}
    assert (found := find_workspace(files, root, "./apps/api")) is not None and found.name == "api"
    assert find_workspace(files, root, "nobody") is None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("pnpm-workspace.yaml", "packages:\n  - 'apps/*'\n", {"api", "web"}),
        ("lerna.json", '{"packages": ["apps/w*"]}', {"web"}),
        ("lerna.json", "{}", {"@x/ui"}),
    ],
)
def test_other_workspace_files(name: str, text: str, expected: set[str]) -> None:
    files = context({**WORKSPACE, "package.json": {"name": "root"}, name: text})
    root = read_manifest(files, "")
    assert root is not None
    assert {item.name for item in workspace_packages(files, root)} == expected
