"""Rows of hazards.md: the positive, the near miss and the refusal."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.model import (
    AppendInstruction,
    Artifact,
    NeedLibc,
    NeedProgram,
    NeedShell,
    ReplaceStart,
    RunInRuntime,
)
from tests.languages.node.support import artifacts, codes, infer, lock, needs, prunes

PLAIN = {"name": "zeta", "dependencies": {"alpha": "1"}}
LOCK = lock(("alpha", {"version": "1"}))
APP = {"package.json": PLAIN, "package-lock.json": LOCK, "index.js": "require('alpha')"}


def _image(cmd: str = '["node", "index.js"]', base: str = "node:20", run: str = "npm ci", more: str = "") -> str:
    return f"FROM {base}\nWORKDIR /usr/src/zeta\nCOPY . .\nRUN {run}\n{more}\nCMD {cmd}\n"


def _styles(image: str, files: dict[str, object]) -> list[str]:
    return [option.style for option in infer(image, files).options]


# N01, N02: compiled code


@pytest.mark.parametrize(
    ("packages", "libc"),
    [
        ([("alpha", {"version": "1"})], None),
        ([("alpha", {"version": "1", "hasInstallScript": True})], "glibc"),
        ([("alpha", {"version": "1", "hasInstallScript": True, "os": ["darwin"]})], None),
        ([("alpha", {"version": "1", "libc": ["musl"], "os": ["linux"]})], "glibc"),
    ],
)
def test_n01_n02_libc_follows_the_lock_file(packages: list[tuple[str, dict[str, object]]], libc: str | None) -> None:
    found = needs(infer(_image(), {**APP, "package-lock.json": lock(*packages)}), NeedLibc)
    assert [need.libc for need in found if isinstance(need, NeedLibc)] == ([libc] if libc else [])


def test_n01_a_musl_builder_stays_on_musl() -> None:
    files = {**APP, "package-lock.json": lock(("alpha", {"hasInstallScript": True}))}
    found = infer(_image(base="node:20-alpine"), files)
    assert needs(found, NeedLibc) == [NeedLibc("musl", "", cxx=True)]
    assert [option.image for option in found.options] == ["node:20-alpine"]


# N05: package managers


def test_n05_npm_start_is_kept_and_the_exec_form_offered() -> None:
    files = {**APP, "package.json": {**PLAIN, "scripts": {"start": "node index.js"}}}
    found = infer(_image('["npm", "start"]'), files)
    assert NeedProgram("npm") in needs(found, NeedProgram) and needs(found, NeedShell)
    offered = [item for item in found.suggestions if isinstance(item.effect, ReplaceStart)]
    assert [(item.effect, item.applicability.name) for item in offered] == [
        (ReplaceStart(None, ("node", "index.js")), "UNSAFE")
    ]


@pytest.mark.parametrize(
    "script", ["A=1 node index.js", "node index.js && node index.js", "node $npm_package_main", "sh x.sh"]
)
def test_n05_what_is_more_than_node_is_not_offered(script: str) -> None:
    files = {**APP, "package.json": {**PLAIN, "scripts": {"start": script}}}
    assert not needs(infer(_image('["npm", "start"]'), files), ReplaceStart)


# N06, N07: outputs and files


def test_n06_sources_stay_behind_when_their_output_runs() -> None:
    files = {
        **APP,
        "package.json": {**PLAIN, "devDependencies": {"typescript": "5"}, "scripts": {"build": "tsc"}},
        "tsconfig.json": '{"compilerOptions": {"outDir": "made", "rootDir": "source"}}',
        "source/index.ts": "import a from 'alpha'; a()",
        "test/index.test.ts": "",
        "README.md": "",
        "data/words.txt": "",
    }
    found = infer(_image('["node", "made/index.js"]', run="npm ci && npm run build"), files)
    names = {path.removeprefix("/usr/src/zeta/") for path in artifacts(found)}
    assert names == {"node_modules", "package.json", "made", "data", "index.js"}
    assert "/usr/src/zeta/source" in [item.what for item in found.dropped] and prunes(found) == [
        "RUN npm prune --omit=dev --ignore-scripts"
    ]


@pytest.mark.parametrize("mention", ["'../source/words.json'", "'source'", "`source/${x}`"])
def test_n06_sources_that_running_code_names_are_kept(mention: str) -> None:
    files = {
        **APP,
        "tsconfig.json": '{"compilerOptions": {"outDir": "made", "rootDir": "source"}}',
        "source/index.ts": f"export const p = (x: string) => {mention}",
    }
    assert "/usr/src/zeta/source" in artifacts(
        infer(_image('["node", "made/index.js"]', run="npm ci && npx tsc"), files)
    )


@pytest.mark.parametrize(
    "run",
    ["npm ci && node scripts/make.js", "npm ci && npx gulp", "npm ci && npx tsc", "npm ci && mystery --out x"],
)
def test_n06_an_unknown_output_means_the_whole_directory(run: str) -> None:
    found = infer(_image(run=run), {**APP, "tsconfig.json": "{}"})
    assert artifacts(found) == {"/usr/src/zeta"}
    assert any(note.code == "N07" for note in found.notes)


@pytest.mark.parametrize("name", ["views", "locale", "q7x", "migrations", "test", "docs"])
def test_n07_what_running_code_reads_is_kept(name: str) -> None:
    code = f"require('alpha'); use(path.join(__dirname, '{name}'))"
    assert f"/usr/src/zeta/{name}" in artifacts(infer(_image(), {**APP, "index.js": code, f"{name}/a.txt": ""}))


@pytest.mark.parametrize(("name", "kept"), [("tests", False), (".github", False), ("docs", True), ("q7x", True)])
def test_n07_only_what_is_provably_for_the_build_is_left(name: str, kept: bool) -> None:
    assert (f"/usr/src/zeta/{name}" in artifacts(infer(_image(), {**APP, f"{name}/a.txt": ""}))) is kept


@pytest.mark.parametrize("code", ["require('./nuxt.config')", "import config from './nuxt.config.js'"])
def test_n07_configuration_that_running_code_loads_is_kept(code: str) -> None:
    files = {"package.json": PLAIN, "index.js": code, "nuxt.config.js": "", "vite.config.js": ""}
    names = {path.rpartition("/")[2] for path in artifacts(infer(_image(), files))}
    assert "nuxt.config.js" in names and "vite.config.js" not in names


@pytest.mark.parametrize("code", ["app.use(express.static(__dirname))", "app.use(express.static('.'))"])
def test_n07_a_server_of_its_own_directory_gets_all_of_it(code: str) -> None:
    names = ("index.js", "node_modules", "package-lock.json", "package.json", "tests")
    files = {**APP, "index.js": code, "tests/a": ""}
    assert artifacts(infer(_image(), files)) == {f"/usr/src/zeta/{name}" for name in names}
    del files["package-lock.json"]
    assert artifacts(infer(_image(), files)) == {"/usr/src/zeta"}


def test_n07_a_file_that_a_run_writes_is_kept_and_one_that_it_removes_is_not() -> None:
    more = "RUN echo 1 > made.txt && mkdir -p uploads && rm -rf extra"
    found = artifacts(infer(_image(more=more), {**APP, "extra/a": ""}))
    assert {"/usr/src/zeta/made.txt", "/usr/src/zeta/uploads"} <= found
    assert "/usr/src/zeta/extra" not in found


def test_n07_the_lock_file_stays_for_yarn_alone() -> None:
    files = {"package.json": {**PLAIN, "scripts": {"start": "node index.js"}}, "yarn.lock": "", "index.js": ""}
    assert "/usr/src/zeta/yarn.lock" in artifacts(infer(_image('["yarn", "start"]', run="yarn"), files))
    assert "/usr/src/zeta/yarn.lock" not in artifacts(infer(_image(run="yarn"), files))


# N08, N09: next.js and static servers


def test_n08_a_standalone_build_is_all_that_runs() -> None:
    files = {"package.json": {**PLAIN, "scripts": {"build": "next build"}}, "app/page.js": ""}
    image = _image('["node", ".next/standalone/server.js"]', run="npm ci && npm run build")
    assert artifacts(infer(image, files)) == {"/usr/src/zeta/.next/standalone"}


def test_n08_next_start_needs_everything() -> None:
    files = {"package.json": {**PLAIN, "scripts": {"build": "next build"}}, "next.config.js": "", "public/a": ""}
    image = _image('["npx", "next", "start"]', run="npm ci && npm run build")
    names = {path.rpartition("/")[2] for path in artifacts(infer(image, files))}
    assert {".next", "public", "node_modules", "package.json", "next.config.js"} <= names


def test_n09_a_global_server_needs_the_output_alone() -> None:
    files = {"package.json": {**PLAIN, "scripts": {"build": "vite build"}}, "src/a.js": ""}
    found = infer(_image('["serve", "-s", "dist"]', run="npm ci && npm run build && npm i -g serve@14"), files)
    assert artifacts(found) == {"/usr/src/zeta/dist", "/usr/local/lib/node_modules/serve"}


def test_n09_a_server_of_the_project_needs_its_packages() -> None:
    files = {"package.json": {"dependencies": {"serve": "14"}, "scripts": {"build": "vite build"}}, "src/a.js": ""}
    found = artifacts(infer(_image('["npx", "serve", "dist"]', run="npm ci && npm run build"), files))
    assert "/usr/src/zeta/node_modules" in found


# N10, N11: workspaces, links, global installs


@pytest.mark.parametrize(
    "extra",
    [
        {"package.json": {**PLAIN, "workspaces": ["packs/*"]}},
        {"package.json": {**PLAIN, "workspaces": {"packages": ["packs/*"]}}},
        {"pnpm-workspace.yaml": "packages:\n  - packs/*\n"},
        {"lerna.json": '{"packages": ["packs/*"]}'},
    ],
)
def test_n10_a_workspace_is_kept_whole(extra: dict[str, object]) -> None:
    files = {**APP, "packs/one/package.json": {"name": "one"}, **extra}
    names = {"index.js", "node_modules", "package-lock.json", "package.json", "packs", *extra}
    assert artifacts(infer(_image(), files)) == {f"/usr/src/zeta/{name}" for name in names}


def test_n11_a_link_target_outside_the_application_comes_along() -> None:
    copies = "COPY shared /opt/shared\nCOPY app /opt/app\nWORKDIR /opt/app"
    image = f'FROM node:20\n{copies}\nRUN npm i\nCMD ["node", "index.js"]\n'
    manifest = {"dependencies": {"shared": "file:../shared"}}
    files = {
        "app/package.json": manifest,
        "app/index.js": "require('shared')",
        "shared/package.json": {"name": "shared"},
    }
    assert {"/opt/shared", "/opt/app/node_modules", "/opt/app/index.js"} <= artifacts(infer(image, files))


@pytest.mark.parametrize(
    ("package", "cmd", "carried"),
    [
        ("pm2", '["pm2-runtime", "index.js"]', True),
        ("http-server", '["http-server", "pub"]', True),
        ("typescript", '["node", "index.js"]', False),
        ("q7x-unknown", '["node", "index.js"]', True),
        ("npm@10", '["npm", "start"]', False),
        ("pnpm", '["pnpm", "start"]', True),
    ],
)
def test_n11_global_installs(package: str, cmd: str, carried: bool) -> None:
    files = {**APP, "package.json": {**PLAIN, "scripts": {"start": "node index.js"}}, "pub/a": ""}
    found = infer(_image(cmd, run=f"npm ci && npm install -g {package}"), files)
    name = package.split("@")[0]
    assert (f"/usr/local/lib/node_modules/{name}" in artifacts(found)) is carried
    assert bool(needs(found, RunInRuntime)) is carried


# N12, N14, N15, N16, N17, D17


def test_n12_a_postinstall_of_unknown_effect_keeps_the_directory() -> None:
    files = {**APP, "package.json": {**PLAIN, "scripts": {"postinstall": "node tools/gen.js"}}}
    assert artifacts(infer(_image(), files)) == {"/usr/src/zeta"}
    assert artifacts(infer(_image(run="npm ci --ignore-scripts"), files)) != {"/usr/src/zeta"}


def test_n12_a_prepare_of_husky_changes_nothing() -> None:
    files = {**APP, "package.json": {**PLAIN, "scripts": {"prepare": "husky install || true"}}}
    assert "/usr/src/zeta/index.js" in artifacts(infer(_image(), files))


def test_n14_plug_and_play_with_a_cache_elsewhere_is_refused() -> None:
    files = {**APP, "package.json": {**PLAIN, "packageManager": "yarn@4.1.0"}, ".yarnrc.yml": "x: 1\n"}
    assert codes(infer(_image(run="yarn install"), files)) == {"N14"}
    linked = {**files, ".yarnrc.yml": "nodeLinker: node-modules\n"}
    assert codes(infer(_image(run="yarn install"), linked)) == set()


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        ({"dependencies": {"puppeteer": "22"}}, {"N15"}),
        ({"devDependencies": {"puppeteer": "22"}}, set()),
        ({"dependencies": {"playwright": "1"}}, {"N15"}),
        ({"dependencies": {"puppet": "22"}}, set()),
    ],
)
def test_n15_browsers(manifest: dict[str, object], code: set[str]) -> None:
    assert codes(infer(_image(), {"package.json": manifest, "index.js": ""})) == code


def test_n16_prisma_asks_for_openssl() -> None:
    files = {"package.json": {"dependencies": {"@prisma/client": "5"}}, "index.js": "require('@prisma/client')"}
    found = infer(_image(run="npm ci && npx prisma generate"), {**files, "prisma/schema.prisma": "model A {}\n"})
    assert NeedProgram("openssl") in needs(found, NeedProgram)
    assert "/usr/src/zeta/prisma" in artifacts(found) and needs(found, NeedLibc)


@pytest.mark.parametrize(
    ("cmd", "code"),
    [
        ('["npx", "nodemon", "index.js"]', {"N17"}),
        ('["node"]', {"D17"}),
        ('["bash"]', {"D17"}),
        ("sleep infinity", {"D17"}),
        ('bash -c "$(cat start)"', {"D02"}),
        ('["node", "index.js"]', set()),
    ],
)
def test_n17_d17_development_images_are_refused(cmd: str, code: set[str]) -> None:
    assert codes(infer(_image(cmd), APP)) == code


# N18 and the choice of bases


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ('CMD ["node", "index.js", "-v"]', ReplaceStart(None, ("index.js", "-v"))),
        ('CMD ["/usr/local/bin/node", "index.js"]', ReplaceStart(None, ("index.js",))),
        ('CMD ["index.js"]', ReplaceStart(None, None)),
        ('ENTRYPOINT ["node", "index.js"]', ReplaceStart(("/nodejs/bin/node", "index.js"), None)),
        ('ENTRYPOINT ["node"]\nCMD ["index.js"]', ReplaceStart(("/nodejs/bin/node",), None)),
    ],
)
def test_n18_distroless_starts_node_itself(start: str, expected: ReplaceStart) -> None:
    image = f"FROM node:20-bookworm\nWORKDIR /a\nCOPY . .\nRUN npm ci\n{start}\n"
    option = infer(image, APP).options[0]
    assert (option.style, option.start) == ("distroless", expected)


@pytest.mark.parametrize(
    "base", ["node:20.18", "node:20.18.1-bookworm", "node:lts", "node:20-alpine", "node:21", "node:20-buster"]
)
def test_n18_no_distroless_where_the_tag_says_something_else(base: str) -> None:
    assert "distroless" not in _styles(_image(base=base), dict(APP))


@pytest.mark.parametrize(
    "cmd", ["node index.js", '["npm", "start"]', '["dumb-init", "node", "index.js"]', '["sh", "-c", "node index.js"]']
)
def test_n18_no_distroless_for_more_than_node(cmd: str) -> None:
    files = {**APP, "package.json": {**PLAIN, "scripts": {"start": "node index.js"}}}
    assert "distroless" not in _styles(_image(cmd), files)


@pytest.mark.parametrize(
    ("base", "images"),
    [
        ("node:20.11", ["node:20.11-alpine", "node:20.11-slim", "node:20.11"]),
        ("node:20.11-bookworm", ["node:20.11-alpine", "node:20.11-bookworm-slim", "node:20.11-bookworm"]),
        ("node", ["node:alpine", "node:slim", "node"]),
        ("node:latest", ["node:alpine", "node:slim", "node:latest"]),
        ("node:lts", ["node:lts-alpine", "node:lts-slim", "node:lts"]),
        ("node:19-slim", ["node:19-alpine", "node:19-slim"]),
        (
            "public.ecr.aws/docker/library/node:19",
            [f"public.ecr.aws/docker/library/node:19{end}" for end in ("-alpine", "-slim", "")],
        ),
        ("node:18-alpine3.19", ["node:18-alpine3.19"]),
        ("node:19@sha256:" + "a" * 64, ["node:19@sha256:" + "a" * 64]),
    ],
)
def test_bases_keep_the_precision_of_the_tag(base: str, images: list[str]) -> None:
    assert [option.image for option in infer(_image(base=base), APP).options] == images


def test_a_directory_that_is_served_stays_whole() -> None:
    files = {"index.html": "", "README.md": "", "test/a.html": ""}
    text = "FROM node:20\nRUN npm install -g http-server\nWORKDIR /site\nCOPY . .\n"
    assert artifacts(infer(f'{text}CMD ["http-server", "."]\n', files)) >= {"/site"}
    assert "/site" not in artifacts(infer(f'{text}CMD ["http-server", "test"]\n', files))


@pytest.mark.parametrize(
    ("start", "stays"),
    [
        ('["node", "dist/index.js"]', False),
        ("node dist/index.js", False),
        ("npx knex migrate:latest && node dist/index.js", True),
    ],
)
def test_sources_at_the_top_that_were_compiled_are_left_behind(start: str, stays: bool) -> None:
    files = {
        "package.json": '{"scripts": {"build": "tsc"}, "dependencies": {"knex": "1"}, "devDependencies": {"tsc": "5"}}',
        "tsconfig.json": '{"compilerOptions": {"outDir": "dist"}}',
        "index.ts": "import './knexfile'\n",
        "knexfile.ts": "export default {}\n",
    }
    text = f"FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm install\nRUN npm run build\nCMD {start}\n"
    found = infer(text, files)
    paths = {item.effect.path for item in found.suggestions if isinstance(item.effect, Artifact)}
    assert "/app/dist" in paths and ("/app/knexfile.ts" in paths) == stays


# N19, N20


def test_n19_programs_that_the_code_starts() -> None:
    code = "require('child_process').spawn('ffmpeg', ['-i'])"
    assert NeedProgram("ffmpeg") in needs(infer(_image(), {**APP, "index.js": code}), NeedProgram)
    code = "require('gm')"
    assert NeedProgram("gm") in needs(infer(_image(), {**APP, "index.js": code}), NeedProgram)


def test_n20_a_token_never_reaches_the_runtime() -> None:
    files = {**APP, ".npmrc": "//r/:_authToken=${T}\n"}
    assert "/usr/src/zeta/.npmrc" not in artifacts(infer(_image(), files))
    whole = infer(_image(run="npm ci && node gen.js"), files)
    removed = [item.effect for item in whole.suggestions if item.code == "N20"]
    assert removed == [AppendInstruction(2, "RUN rm -f /usr/src/zeta/.npmrc")]
    assert codes(infer(_image(run="npm ci\nUSER node\nRUN node gen.js"), files)) == {"N20"}


def test_n20_a_token_in_arg_is_reported() -> None:
    assert any(note.code == "N20" for note in infer(_image(more="ARG NPM_TOKEN"), APP).notes)


def test_a_front_end_beside_its_server_brings_its_output_alone() -> None:
    files = {
        **APP,
        "index.js": "app.use(express.static(path.join(__dirname, 'ui', 'dist')))",
        "ui/package.json": {"scripts": {"build": "vite build"}, "dependencies": {"react": "18"}},
        "ui/src/a.js": "",
    }
    image = _image(more="RUN cd ui && npm ci && npm run build")
    found = artifacts(infer(image, files))
    assert "/usr/src/zeta/ui/dist" in found and "/usr/src/zeta/ui" not in found
    reads_more = {**files, "index.js": f"{files['index.js']}; fs.readFileSync('ui/src/a.js')"}
    assert "/usr/src/zeta/ui" in artifacts(infer(image, reads_more))


def test_what_the_server_reads_but_no_one_knows_who_writes_keeps_the_directory() -> None:
    files = {**APP, "index.js": "app.use(express.static(path.join(__dirname, 'q7x')))"}
    assert artifacts(infer(_image(run="npm ci && npx vite build"), files)) == {"/usr/src/zeta"}


def test_another_language_owns_the_image() -> None:
    found = infer('FROM golang:1.24\nWORKDIR /a\nCOPY . .\nRUN npm ci && npx vite build\nCMD ["./a"]\n', APP)
    assert found.suggestions == () and found.options == () and found.covered_commands.keys() == {(2, 0), (2, 1)}


def test_the_root_directory_is_never_copied_as_a_whole() -> None:
    image = 'FROM node:20\nCOPY . .\nRUN npm ci && node gen.js\nCMD ["node", "index.js"]\n'
    found = infer(image, APP)
    assert not any(isinstance(item.effect, Artifact) and item.effect.path == "/" for item in found.suggestions)
    assert codes(found)


def test_an_absolute_start_from_the_root_directory() -> None:
    image = 'FROM node:20\nCOPY . /src\nRUN cd /src && npm ci\nCMD ["node", "/src/index.js"]\n'
    found = infer(image, APP)
    assert codes(found) == set() and found.roots == ("/src",)
    assert artifacts(found) == {"/src/node_modules", "/src/index.js", "/src/package.json"}


def test_node_finds_a_file_without_its_extension() -> None:
    assert "/usr/src/zeta/index.js" in artifacts(infer(_image('["node", "index"]'), APP))
    assert artifacts(infer(_image('["node", "other"]'), APP)) == {"/usr/src/zeta"}


def test_d17_a_program_that_a_volume_brings_is_refused() -> None:
    assert codes(infer('FROM node:20\nWORKDIR /a\nCMD ["node", "index.js"]\n', APP)) == {"D17"}
    assert codes(infer('FROM node:20\nWORKDIR /a\nCOPY . .\nCMD ["node", "index.js"]\n', APP)) == set()


# N11: where global packages are


_YARN = "/usr/local/share/.config/yarn/global"


@pytest.mark.parametrize(
    ("setting", "install", "place"),
    [
        ("", "npm install -g serve@14", "/usr/local/lib/node_modules/serve"),
        ("", "yarn global add serve", _YARN),
        ("ENV PNPM_HOME=/pnpm", "pnpm add -g serve", "/pnpm"),
        ("ENV NPM_CONFIG_PREFIX=/opt/npm", "npm i -g serve", "/opt/npm"),
        ("ENV NPM_CONFIG_PREFIX=/opt/npm\nUSER node", "npm i -g serve", "/opt/npm"),
        ("RUN npm config set prefix /opt/npm", "npm i -g serve", "/opt/npm"),
        ("RUN npm set prefix=/opt/npm", "npm i -g serve", "/opt/npm"),
        ("", "npm i -g --prefix /opt/npm serve", "/opt/npm"),
    ],
)
def test_n11_global_packages_are_copied_from_where_they_are(setting: str, install: str, place: str) -> None:
    findings = infer(f"FROM node:20\n{setting}\nRUN {install}\nWORKDIR /srv\nCOPY . .\nCMD serve .\n", {"a.html": ""})
    assert codes(findings) == set()
    assert place in artifacts(findings)
    commands = [item.command for item in needs(findings, RunInRuntime) if isinstance(item, RunInRuntime)]
    if place == _YARN:
        assert len(commands) == 1
        assert f"{_YARN}/node_modules/.bin/*" in commands[0]
    else:
        assert commands == (["npm rebuild -g --ignore-scripts serve"] if place.startswith("/usr") else [])


@pytest.mark.parametrize(
    ("setting", "install"),
    [
        ("", "pnpm add -g serve"),
        ("", "bun add -g serve"),
        ("USER node", "yarn global add serve"),
        ("ENV PREFIX=/opt", "yarn global add serve"),
        ("RUN npm config set prefix $(where)/npm", "npm i -g serve"),
        ("", "npm install -g ."),
        ("", "npm install -g"),
        ("", "npm install -g acme/serve"),
        ("", "npm install -g https://example.test/serve.tgz"),
    ],
)
def test_n11_what_may_run_and_is_not_found_is_refused(setting: str, install: str) -> None:
    text = f"FROM node:20\n{setting}\nRUN {install}\nWORKDIR /srv\nCOPY . .\nCMD serve .\n"
    assert codes(infer(text, {"a.html": ""})) == {"N11"}


@pytest.mark.parametrize("install", ["npm update -g", "npm install -g npm@10", "npm i -g @nestjs/cli@10 typescript"])
def test_n11_build_tools_stay_in_the_builder(install: str) -> None:
    findings = infer(_image(run=f"{install} && npm ci"), APP)
    assert codes(findings) == set()
    assert not [path for path in artifacts(findings) if path.startswith("/usr/local")]


def test_n11_a_program_that_nothing_else_brings_may_be_of_a_build_tool() -> None:
    findings = infer(_image(run="npm install -g gulp-cli", cmd='["gulp"]'), {"package.json": {"name": "zeta"}})
    assert "/usr/local/lib/node_modules/gulp-cli" in artifacts(findings)


def test_d11_triggers_of_the_base_are_refused() -> None:
    assert "D11" in codes(infer("FROM node:8-onbuild\nEXPOSE 80\n", APP))
    assert "D11" not in codes(infer(_image(base="node:8"), APP))


@pytest.mark.parametrize(
    "start", ["npm install && node index.js", "yarn && node index.js", "npm i -g pm2 && pm2-runtime ."]
)
def test_d17_packages_that_are_installed_at_start_are_refused(start: str) -> None:
    assert "D17" in codes(infer(_image(cmd=start), APP))
    assert "D17" not in codes(infer(_image(cmd="npm start"), APP))
