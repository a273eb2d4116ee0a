from __future__ import annotations

import pytest

from tests.languages.node.support import read

IMAGE = """FROM node:20
WORKDIR /srv/x
COPY . .
RUN npm install && npm run make
CMD ["node", "main.js"]
"""


def _outputs(script: str, files: dict[str, object]) -> tuple[set[str], int]:
    manifest = {"name": "x", "scripts": {"make": script}, "devDependencies": {"tool": "1"}}
    found = read(IMAGE, {"package.json": manifest, "main.js": "", **files}).outputs
    return {item.path for item in found.found}, len(found.unknown)


PRISMA = 'generator client {\n  provider = "prisma-client"\n'
ROLLUP = "import json from '@rollup/plugin-json'; export default {output: {file: 'out/a.js'}, plugins: [json()]}"
REMIX = "module.exports = {serverBuildPath: 'server/index.js', assetsBuildDirectory: 'public/assets'}"
TS = '{"compilerOptions": {"outDir": "./lib-out", "rootDir": "src",}, /* note */}'


@pytest.mark.parametrize(
    ("script", "files", "paths"),
    [
        ("tsc", {"tsconfig.json": TS}, {"lib-out"}),
        ("tsc -p tsconfig.build.json", {"tsconfig.build.json": '{"extends": "./t.json"}', "t.json": TS}, {"lib-out"}),
        ("tsc --outDir other", {"tsconfig.json": TS}, {"other"}),
        ("tsc --noEmit", {"tsconfig.json": TS}, set()),
        (
            "tsc -b",
            {"tsconfig.json": '{"references": [{"path": "./a"}], "files": []}', "a/tsconfig.json": TS},
            {"a/lib-out"},
        ),
        ("nest build", {"tsconfig.json": TS, "nest-cli.json": "{}"}, {"lib-out"}),
        ("vite build", {}, {"dist"}),
        ("svelte-kit sync && svelte-check && vite build", {}, {"dist"}),
        ("nuxt prepare", {}, set()),
        ("astro check", {}, set()),
        ("next lint", {}, set()),
        ("rspack build", {"rspack.config.mjs": "export default {output: {path: './out'}}"}, {"out"}),
        ("tsdown --out-dir lib", {}, {"lib"}),
        ("vite build --outDir pub", {}, {"pub"}),
        ("vite build", {"vite.config.ts": "export default {build: {outDir: 'web'}}"}, {"web"}),
        (
            "vite build ui",
            {"ui/vite.config.js": "export default {build: {outDir: '../web'}}", "ui/index.html": ""},
            {"web"},
        ),
        ("vite build", {"vite.config.js": "export default {root: 'ui', build: {outDir: '../web'}}"}, {"web"}),
        ("vite build", {"vite.config.js": "export default {root: 'ui'}"}, {"ui/dist"}),
        ("webpack", {}, {"dist"}),
        ("webpack", {"webpack.config.js": "module.exports={output:{path:path.resolve(__dirname,'bun')}}"}, {"bun"}),
        ("esbuild src/a.ts --bundle --outfile=out/a.js", {}, {"out/a.js"}),
        ("esbuild src/*.ts --outdir=out", {}, {"out"}),
        ("tsup", {}, {"dist"}),
        ("babel src -d lib", {"src/a.js": ""}, {"lib"}),
        ("next build", {}, {".next"}),
        ("next build", {"next.config.js": "module.exports = {distDir: 'build'}"}, {"build"}),
        ("react-scripts build", {}, {"build"}),
        ("ng build", {"angular.json": {"projects": {"x": {"o": {"outputPath": "dist/x"}}}}}, {"dist/x"}),
        ("ng build", {"angular.json": {"projects": {"x": {"o": {"outputPath": {"base": "dist/x"}}}}}}, {"dist/x"}),
        ("astro build && cp -r extra dist/extra", {}, {"dist", "dist/extra"}),
        ("eslint . && prettier --check .", {}, set()),
        ("prisma generate", {"prisma/schema.prisma": PRISMA}, set()),
        ("prisma generate", {"prisma/schema.prisma": PRISMA + '  output = "../src/db" // note\n}'}, {"src/db"}),
        ("prisma generate --schema a/b.prisma", {"a/b.prisma": PRISMA + 'output="c"'}, {"a/c"}),
        ("rimraf dist && tsc", {"tsconfig.json": TS}, {"lib-out"}),
        ("nest build", {"nest-cli.json": '{"monorepo": true}'}, {"dist"}),
        ("nest build", {"t.json": TS, "nest-cli.json": '{"compilerOptions": {"tsConfigPath": "t.json"}}'}, {"lib-out"}),
        ("shx cp -r src out", {}, {"out"}),
        ("shx rm -rf out && shx mkdir -p x", {}, set()),
        ("vite build --mode production", {}, {"dist"}),
        ("run-s one two", {"tsconfig.json": TS}, set()),
        ("rollup src/a.js --file out/a.js --format cjs", {}, {"out"}),
        ("rollup -c", {"rollup.config.mjs": ROLLUP}, {"out"}),
        ("rollup -c -d lib", {"rollup.config.mjs": ROLLUP}, {"lib"}),
        ("rollup --config conf/r.mjs", {"conf/r.mjs": ROLLUP}, {"out"}),
        ("rollup -c", {"rollup.config.js": "export default {output: [{dir: 'a/b'}, {file: `c/d.js`}]}"}, {"a/b", "c"}),
        ("rollup -c", {"rollup.config.js": "const o = {dir: 'lib'}; export default [{output: o}]"}, {"lib"}),
        ("rollup -c", {"rollup.config.cjs": "module.exports = {output: {dir: path.join(__dirname, 'l')}}"}, {"l"}),
        ("remix build", {}, {"build", "public/build"}),
        ("remix build", {"remix.config.js": REMIX}, {"server/index.js", "public/assets"}),
    ],
)
def test_outputs(script: str, files: dict[str, object], paths: set[str]) -> None:
    found, unknown = _outputs(script, files)
    assert found == {f"/srv/x/{path}" for path in paths}
    assert unknown == 0


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("node scripts/build.js", {}),
        ("nest build", {"nest-cli.json": "{}"}),
        ("cp src", {}),
        ("gulp", {}),
        ("prisma generate", {}),
        ("prisma generate", {"prisma/schema.prisma": 'output = env("OUT")'}),
        ("tsc", {}),
        ("tsc", {"tsconfig.json": "{}"}),
        ("vite build", {"vite.config.js": "export default {build: {outDir: pick()}}"}),
        ("webpack", {"webpack.config.js": "module.exports = {output: {path: find()}}"}),
        ("babel src", {}),
        ("ng build", {}),
        ("rollup src/a.js", {}),
        ("rollup src/a.js --file a.js", {}),
        ("rollup -c", {}),
        ("rollup -c", {"rollup.config.js": "export default {output: {file: process.env.OUT}}"}),
        ("rollup -c", {"rollup.config.js": "export default {output: [{dir: 'a'}, place('b')]}"}),
        ("rollup -c", {"rollup.config.js": "export default {output: {file: `${name}/a.js`}}"}),
        ("rollup -c", {"rollup.config.js": "const dir = 'a'; export default {output: {dir}}"}),
        ("rollup -c", {"rollup.config.js": "export default {input: 'a.js', plugins: [copy({dir: 'b'})]}"}),
        ("rollup -c", {"rollup.config.js": ROLLUP.replace("@rollup/plugin-json", "q7x-copy")}),
        ("rollup -c", {"rollup.config.js": ROLLUP.replace("@rollup/plugin-json", "./tools/json.js")}),
        ("rollup -c", {"rollup.config.js": ROLLUP.replace("@rollup/plugin-json", "fs")}),
        ("rollup -c --plugin q7x", {"rollup.config.js": ROLLUP}),
        ("remix build", {"remix.config.js": "module.exports = {serverBuildPath: pick()}"}),
    ],
)
def test_unknown_outputs(script: str, files: dict[str, object]) -> None:
    assert _outputs(script, files)[1] == 1


def test_hooks_and_chains_are_followed() -> None:
    scripts = {"prebuild": "eslint .", "build": "npm-run-all build:*", "build:a": "tsc", "build:b": "vite build"}
    files = {"package.json": {"name": "x", "scripts": scripts}, "tsconfig.json": TS, "main.js": ""}
    found = read(IMAGE.replace("run make", "run build"), files).outputs
    assert {item.path for item in found.found} == {"/srv/x/lib-out", "/srv/x/dist"}
    assert not found.unknown


def test_an_out_dir_counts_where_its_file_is_in_the_image() -> None:
    image = (
        "FROM node:20\nWORKDIR /a\nCOPY conf/tsconfig.json b/\nCOPY src b/src\n"
        'RUN cd b && npx tsc\nCMD ["node", "b/o/x.js"]\n'
    )
    found = read(image, {"conf/tsconfig.json": '{"compilerOptions": {"outDir": "o"}}', "src/x.ts": ""}).outputs
    assert [item.path for item in found.found] == ["/a/b/o"]
