from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.node.configs import config_values
from dockerslim_rewrite.languages.node.sources import read_source


@pytest.mark.parametrize(
    ("path", "text", "specifiers"),
    [
        ("a.js", "const a = require('x'); require.resolve(`y`)", ["x", "y"]),
        ("a.mjs", "import a, {b as c} from 'x'; import 'y'; export * from './z'", ["x", "y", "./z"]),
        ("a.js", "const m = await import('x')", ["x"]),
        ("a.js", "const path = require('path'); require(path.join(__dirname, 'lib', 'x'))", ["path", "./lib/x"]),
        ("a.ts", "import x = require('x'); x()", ["x"]),
        ("a.tsx", "import x from 'x'; export const A = () => <b>{x}</b>", ["x"]),
        ("a.js", "// require('no')\nconst s = \"require('no')\"", []),
    ],
)
def test_imports(path: str, text: str, specifiers: list[str]) -> None:
    facts = read_source(path, text)
    assert not facts.broken and not facts.dynamic
    assert sorted(item.specifier for item in facts.imports) == sorted(specifiers)


@pytest.mark.parametrize(
    ("text", "types_only"),
    [
        ("import type {A} from 'x'; let a: A", True),
        ("import {A} from 'x'; let a: A", True),
        ("import {type A} from 'x'; let a: A", False),
        ("import {A} from 'x'; new A()", False),
        ("import x from 'x'; x.y()", False),
        ("import 'x'", False),
    ],
)
def test_types_only(text: str, types_only: bool) -> None:
    assert [item.types_only for item in read_source("a.ts", text).imports] == [types_only]


@pytest.mark.parametrize("text", ["require(name)", "import(x + '/y')", "require(process.env.DRIVER)"])
def test_a_module_whose_name_is_not_static(text: str) -> None:
    assert read_source("a.js", f"function f(name, x) {{ {text} }}").dynamic == (1,)


@pytest.mark.parametrize(
    ("text", "origin", "path"),
    [
        ("app.use(express.static(path.join(__dirname, '../public')))", "module", "../public"),
        ("app.use(express.static('public'))", "text", "public"),
        ("fs.readFileSync(__dirname + '/data.json')", "module", "data.json"),
        ("fs.readFileSync(`${__dirname}/data.json`)", "module", "data.json"),
        ("fs.readFileSync(path.resolve('a', 'b'))", "cwd", "a/b"),
        ("fs.readFile(process.cwd() + '/x/y')", "cwd", "x/y"),
        ("fs.readFileSync(new URL('./x.json', import.meta.url))", "module", "x.json"),
        ("const d = path.dirname(fileURLToPath(import.meta.url)); fs.readFileSync(path.join(d, 'x'))", "module", "x"),
        ("fs.readFileSync('/etc/thing.conf')", "absolute", "/etc/thing.conf"),
        ("fs.readFileSync(process.env.CONFIG || 'conf.json')", "text", "conf.json"),
    ],
)
def test_files(text: str, origin: str, path: str) -> None:
    found = {(use.path.origin, use.path.path) for use in read_source("a.mjs", text).uses if use.reader}
    assert (origin, path) in found


def test_a_path_that_is_known_in_part() -> None:
    uses = read_source("a.js", "fs.readFileSync(path.join(__dirname, 'langs', lang + '.json'))").uses
    assert any(use.path.path == "langs" and not use.path.complete for use in uses)


@pytest.mark.parametrize(
    ("text", "name", "shell"),
    [
        ("const cp = require('child_process'); cp.spawn('git', [])", "git", False),
        ("const {exec} = require('child_process'); exec('convert a b')", "convert", True),
        ("import {execFile} from 'node:child_process'; execFile('ffmpeg')", "ffmpeg", False),
        ("const {exec} = require('child_process'); const run = promisify(exec); run('git log')", "git", True),
        ("const {spawn} = require('child_process'); spawn(process.execPath, ['x.js'])", "node", False),
        ("const {spawn} = require('child_process'); spawn(tool)", None, False),
        ("const {spawn} = require('child_process'); spawn('ls', {shell: true})", "ls", True),
    ],
)
def test_programs(text: str, name: str | None, shell: bool) -> None:
    assert [(item.name, item.shell) for item in read_source("a.mjs", text).programs] == [(name, shell)]


def test_the_exec_of_a_regular_expression_starts_nothing() -> None:
    text = "const {spawn} = require('child_process'); const m = /a(b)/.exec(input); pattern.exec('git')"
    assert read_source("a.js", text).programs == ()


def test_mentions_hold_path_segments_but_no_import() -> None:
    segments = read_source("a.ts", "import 'src/users'; load('./views/index'); x(`data/${y}`)").segments
    assert {"views", "index", "data"} <= segments
    assert "src" not in segments


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("export default {build: {outDir: '../public'}}", "../public"),
        ("const out = 'o'; module.exports = {'outDir': out}", "o"),
        ("export default defineConfig({build: {outDir: path.resolve(__dirname, 'x')}})", "x"),
    ],
)
def test_config_values(text: str, path: str) -> None:
    value = config_values("vite.config.ts", text, frozenset({"outDir"}))["outDir"]
    assert value is not None and value.path == path


def test_config_value_that_is_not_static() -> None:
    assert config_values("c.js", "module.exports = {outDir: pick()}", frozenset({"outDir"})) == {"outDir": None}


@pytest.mark.parametrize("text", ["const = ;", "import {", "\x00\x00", "<<<<<<< HEAD", "a" * 10_000])
def test_broken_text_is_said_to_be_broken_or_understood(text: str) -> None:
    facts = read_source("a.js", text)
    assert facts.broken or facts.imports == ()


@pytest.mark.parametrize(
    ("text", "imports", "uses", "dynamic"),
    [
        ("require(`./lib/${name}.js`)", [], [("module", "./lib/")], False),
        ("const p = './a'; require(p)", ["./a"], [], False),
        ("const p = 'express'; require(p)", ["express"], [], False),
        ("let p = './a'; var q = p; let p2 = q; require(p2)", ["./a"], [], False),
        ("var p = './a'; var p = './b'; require(p)", [], [], True),
        ("require(path.join(__dirname, 'lib', name))", [], [("module", "lib")], False),
        ("require(process.cwd() + '/conf.js')", [], [("cwd", "conf.js")], False),
        ("require()", [], [], False),
        ("import()", [], [], False),
        ("const {a} = require('x'); const [b] = require('y')", ["x", "y"], [], False),
    ],
)
def test_what_a_require_loads(text: str, imports: list[str], uses: list[tuple[str, str]], dynamic: bool) -> None:
    facts = read_source("a.js", text)
    assert [item.specifier for item in facts.imports] == imports
    assert bool(facts.dynamic) == dynamic
    found = [(use.path.origin, use.path.path) for use in facts.uses if use.reader == "require"]
    assert found == uses


def test_what_is_no_source() -> None:
    assert read_source("a.txt", "require('x')").broken
    assert config_values("a.txt", "x = 1", frozenset({"x"})) == {}
