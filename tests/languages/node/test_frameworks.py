from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.node.embedded import scripts_in
from dockerslim_rewrite.languages.node.sources import read_source
from tests.languages.node.support import artifacts, infer, prunes, read

ROOT = "/usr/src/zeta/"


def _image(cmd: str, build: str = "npm run build") -> str:
    return f"FROM node:20\nWORKDIR {ROOT}\nCOPY . .\nRUN npm ci && {build}\nCMD {cmd}\n"


def _files(build: str, dev: str = "tool", **more: str) -> dict[str, object]:
    manifest = {
        "scripts": {"build": build},
        "dependencies": {"alpha": "1"},
        "devDependencies": {dev: "1", "extra": "1"},
    }
    packages: dict[str, object] = {
        f"node_modules/{name}": {"version": "1.0.0", "dev": name != "alpha"} for name in ("alpha", dev, "extra")
    }
    lock = {"lockfileVersion": 3, "packages": packages}
    return {"package.json": manifest, "package-lock.json": lock, **more}


def _names(image: str, files: dict[str, object]) -> set[str]:
    return {path.removeprefix(ROOT) for path in artifacts(infer(image, files))}


NEXT = {
    "pages/a.tsx": "import { b } from '../shared/b'",
    "shared/b.ts": "export const b = 1",
    "jobs/night.js": "require('alpha')",
    "next.config.js": "module.exports = require('./settings/web')",
    "settings/web.js": "",
    "settings.json": "{}",
    "public/x": "",
}


def test_next_start_leaves_what_was_compiled() -> None:
    names = _names(_image('["npx", "next", "start"]'), _files("next build", **NEXT))
    assert names == {
        "node_modules", "package.json", ".next", "public", "next.config.js", "settings", "settings.json", "jobs"
    }  # fmt: skip


@pytest.mark.parametrize("module", ["'../public/icons'", "'../public/icons.js'"])
def test_next_serves_what_its_sources_import_from_public(module: str) -> None:
    files = {**NEXT, "pages/a.tsx": f"import {{ icons }} from {module}", "public/icons.js": "export const icons = 1"}
    names = _names(_image('["npx", "next", "start"]'), _files("next build", **files))
    assert "public" in names and "pages" not in names


def test_a_source_directory_that_code_names_is_kept() -> None:
    files = {**NEXT, "pages/a.tsx": "import fs from 'fs'\nfs.readFileSync('pages/a.md')", "pages/a.md": ""}
    assert "pages" in _names(_image('["npx", "next", "start"]'), _files("next build", **files))


def test_a_server_of_an_output_that_no_build_makes_needs_everything() -> None:
    assert "pages" in _names(_image('["npx", "next", "start"]', "true"), _files("next build", **NEXT))


def test_what_configuration_loads_at_the_start_forbids_the_prune() -> None:
    config = {"next.config.js": "require('extra')", "pages/a.js": ""}
    assert prunes(infer(_image('["npx", "next", "start"]'), _files("next build", **config))) == []
    config = {"postcss.config.js": "require('extra')", "pages/a.js": ""}
    assert prunes(infer(_image('["npx", "next", "start"]'), _files("next build", **config))) != []


def test_a_typed_configuration_needs_the_compiler_at_the_start() -> None:
    config = {"next.config.ts": "export default {}", "pages/a.js": ""}
    assert prunes(infer(_image('["npx", "next", "start"]'), _files("next build", "typescript", **config))) == []


def test_vite_preview_reads_its_configuration() -> None:
    files = _files("vite build", "vite", **{"vite.config.js": "import './banner.js'", "banner.js": "", "src/a.js": ""})
    names = _names(_image('["npx", "vite", "preview"]'), files)
    assert {"vite.config.js", "banner.js", "dist"} <= names and "src" not in names


NUXT = {"pages/a.vue": "<script setup>\nimport x from 'extra'\n</script>", "nuxt.config.ts": "", "content/a.md": ""}


def test_a_complete_output_needs_no_packages() -> None:
    names = _names(_image('["node", ".output/server/index.mjs"]'), _files("nuxt build", **NUXT))
    assert names == {".output", "package.json", "content"}


@pytest.mark.parametrize("cmd", ['["npx", "nuxt", "start"]', '["node", "server.js"]'])
def test_beside_a_complete_output_packages_are_needed(cmd: str) -> None:
    assert {"node_modules", ".nuxt"} <= _names(_image(cmd), _files("nuxt build", **NUXT, **{"server.js": ""}))


def test_an_output_that_leaves_packages_outside_is_not_complete() -> None:
    files = {**NUXT, "nuxt.config.ts": "export default {nitro: {externals: {trace: false}}}"}
    assert "node_modules" in _names(_image('["node", ".output/server/index.mjs"]'), _files("nuxt build", **files))


def test_a_served_directory_that_no_build_is_known_to_make_keeps_all() -> None:
    files = _files("vite build", "@sveltejs/kit", **SVELTE)
    assert _names(_image('["npx", "serve", "pages"]'), files) == {"/usr/src/zeta"}


SVELTE = {"svelte.config.js": "", "src/routes/+page.svelte": "<script>import 'extra'</script>", "static/a": ""}


def test_sveltekit_brings_its_development_dependencies() -> None:
    image, files = _image('["node", "build"]'), _files("vite build", "@sveltejs/kit", **SVELTE)
    assert _names(image, files) == {"node_modules", "build", "package.json", "static"}
    assert prunes(infer(image, files)) == ["RUN npm prune --omit=dev --ignore-scripts"]


def test_without_sveltekit_vite_writes_elsewhere() -> None:
    assert _names(_image('["node", "build"]'), _files("vite build", **SVELTE)) == {"/usr/src/zeta"}


def test_packages_outside_an_output_forbid_the_prune() -> None:
    files = _files("astro build", **{"src/pages/a.astro": "---\nimport x from 'extra'\n---\n<p>{x}</p>"})
    assert prunes(infer(_image('["node", "dist/server/entry.mjs"]'), files)) == []


def test_routes_that_describe_the_build_are_not_read() -> None:
    routes = {"app/routes.ts": "import { index } from '@react-router/dev/routes'", "app/a.tsx": "import 'alpha'"}
    image = _image('["npx", "react-router-serve", "build/server/index.js"]')
    assert prunes(infer(image, _files("react-router build", "@react-router/dev", **routes))) != []
    routes["app/a.tsx"] = "import '@react-router/dev'"
    assert prunes(infer(image, _files("react-router build", "@react-router/dev", **routes))) == []


@pytest.mark.parametrize(
    ("path", "text", "imports"),
    [
        ("a.vue", "<template>\n<p>'x'</p></template>\n<script>\nimport a from 'one'\n</script>", [("one", 4)]),
        ("a.svelte", "<script module>import 'one'</script>\n<script>import 'two'</script>", [("one", 1), ("two", 2)]),
        ("a.astro", "---\nimport 'one'\n---\n<script>import 'two'</script>", [("one", 2), ("two", 4)]),
        ("a.astro", "<p>---</p>", []),
        ("a.vue", "<script>import 'one'", []),
    ],
)
def test_embedded_scripts(path: str, text: str, imports: list[tuple[str, int]]) -> None:
    assert [(item.specifier, item.line) for item in read_source(path, text).imports] == imports
    assert scripts_in("a.js", text) == text


DEPLOY = """FROM node:20
WORKDIR /repo
COPY . .
RUN pnpm install && pnpm -r build
RUN pnpm --filter api --prod deploy /srv/api
WORKDIR /srv/api
CMD ["node", "{entry}"]
"""


def test_a_deployed_workspace_is_all_that_runs() -> None:
    files = {"package.json": {"name": "x"}, "apps/api/main.js": ""}
    assert artifacts(infer(DEPLOY.format(entry="main.js"), files)) == {"/srv/api"}


@pytest.mark.parametrize(("entry", "code"), [("/repo/apps/api/main.js", ""), ("main.js", "open('/repo/data')")])
def test_a_deployed_workspace_that_reads_elsewhere_is_not(entry: str, code: str) -> None:
    files = {"package.json": {"name": "x"}, "apps/api/main.js": code}
    assert "/repo" in artifacts(infer(DEPLOY.format(entry=entry), files))


@pytest.mark.parametrize(
    ("cmd", "entry"),
    [
        ('["bun", "src/a.ts"]', "src/a.ts"),
        ('["bun", "run", "src/a.ts"]', "src/a.ts"),
        ('["bun", "run", "start"]', "src/b.ts"),
    ],
)
def test_bun_runs_files_and_scripts(cmd: str, entry: str) -> None:
    files = {"package.json": {"scripts": {"start": "bun src/b.ts"}}, "src/a.ts": "", "src/b.ts": ""}
    launch = read(_image(cmd, "true"), files).launch
    assert [path for path, _ in launch.entries] == [ROOT + entry] and not launch.unknown


def test_bun_that_watches_is_for_development() -> None:
    assert read(_image('["bun", "--watch", "a.ts"]', "true"), {"a.ts": ""}).launch.development
