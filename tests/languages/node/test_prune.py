from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.node.prune import Prune, Unpruned
from tests.languages.node.support import artifacts, infer, lock, prunes, read

MANIFEST = {"name": "x", "dependencies": {"alpha": "1"}, "devDependencies": {"tool": "1", "@types/beta": "1"}}
LOCK = lock(("alpha", {"version": "1"}), ("gamma", {"version": "1"}), ("tool", {"version": "1", "dev": True}))


def _image(install: str = "npm ci", base: str = "node:20", before: str = "", workdir: str = "/app") -> str:
    return f'FROM {base}\nWORKDIR {workdir}\n{before}\nCOPY . .\nRUN {install}\nCMD ["node", "main.js"]\n'


def _prune(image: str, code: str = "require('alpha')", **files: object) -> Prune | Unpruned | None:
    named = {name.replace("__", "."): value for name, value in files.items()}
    return read(image, {"package.json": MANIFEST, "package-lock.json": LOCK, "main.js": code, **named}).prune


@pytest.mark.parametrize(
    ("install", "base", "command"),
    [
        ("npm ci", "node:20", "npm prune --omit=dev --ignore-scripts"),
        ("npm install", "node:14", "npm prune --production --ignore-scripts"),
        ("npm install --legacy-peer-deps", "node:18", "npm prune --omit=dev --ignore-scripts --legacy-peer-deps"),
        ("yarn install --frozen-lockfile", "node:20", "yarn install --production --ignore-scripts --prefer-offline"),
        ("pnpm install", "node:20", "pnpm prune --prod --ignore-scripts"),
    ],
)
def test_the_authors_own_package_manager(install: str, base: str, command: str) -> None:
    prune = _prune(_image(install, base))
    assert isinstance(prune, Prune) and prune.text == f"RUN {command}"


def test_it_runs_where_the_install_ran() -> None:
    image = 'FROM node:20\nCOPY . /opt/my-app\nRUN cd /opt/my-app && npm ci\nCMD ["node", "/opt/my-app/main.js"]\n'
    prune = _prune(image)
    assert isinstance(prune, Prune)
    assert prune.text == "RUN cd /opt/my-app && npm prune --omit=dev --ignore-scripts"


def test_it_runs_after_the_last_build() -> None:
    prune = _prune(_image("npm ci\nENV A=1\nRUN npx eslint .\nENV B=2"))
    assert isinstance(prune, Prune) and prune.after == 4


@pytest.mark.parametrize(
    "install",
    [
        "npm ci --omit=dev",
        "npm install --production",
        "npm i --only=prod",
        "NODE_ENV=production npm ci",
        "yarn --production",
        "pnpm i --prod",
        "npm ci && npm prune --production",
    ],
)
def test_nothing_to_prune(install: str) -> None:
    assert _prune(_image(install)) is None


def test_node_env_before_the_install_leaves_development_out() -> None:
    assert _prune(_image(before="ENV NODE_ENV=production")) is None
    assert isinstance(_prune(_image("npm ci --include=dev", before="ENV NODE_ENV=production")), Prune)


def test_node_env_after_the_install_does_not() -> None:
    image = 'FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nENV NODE_ENV=production\nCMD ["node", "main.js"]\n'
    assert isinstance(_prune(image), Prune)


@pytest.mark.parametrize(
    "code",
    [
        "require('tool')",
        "import t from 'tool/sub'",
        "const t = await import('tool')",
        "app.set('view engine', 'tool')",
        "require(process.env.DRIVER)",
        "require('ghost')",
    ],
)
def test_running_code_forbids_it(code: str) -> None:
    prune = _prune(_image().replace("main.js", "main.mjs"), main__mjs=code)
    if "ghost" in code:  # in no list and in no lock file: not installed, so nothing is lost
        assert isinstance(prune, Prune)
    else:
        assert isinstance(prune, Unpruned)


def test_a_package_that_production_brings_anyway_does_not() -> None:
    assert isinstance(_prune(_image(), "require('gamma')"), Prune)


def test_without_a_lock_file_an_unlisted_package_may_come_from_a_tool() -> None:
    files = {"package.json": MANIFEST, "main.js": "require('gamma')"}
    assert isinstance(read(_image("npm install"), files).prune, Unpruned)


def test_only_what_the_entry_reaches_counts() -> None:
    assert isinstance(
        _prune(_image(), "require('./lib')", lib__js="require('alpha')", unused__js="require('tool')"), Prune
    )
    assert isinstance(_prune(_image(), "require('./lib')", lib__js="require('tool')"), Unpruned)


def test_types_are_not_needed_at_run_time() -> None:
    image = _image().replace('"main.js"', '"out/main.js"').replace("RUN npm ci", "RUN npm ci && npx tsc")
    config = '{"compilerOptions": {"outDir": "out", "rootDir": "."}}'
    code = "import {T} from 'tool'; import {B} from 'beta'; let a: T; let b: B = null"
    files = {"package.json": MANIFEST, "package-lock.json": LOCK, "tsconfig.json": config}
    assert isinstance(read(image, {**files, "main.ts": code}).prune, Prune)
    assert isinstance(read(image, {**files, "main.ts": "import {t} from 'tool'; t()"}).prune, Unpruned)
    emitted = config.replace('"outDir"', '"emitDecoratorMetadata": true, "outDir"')
    assert isinstance(read(image, {**files, "main.ts": code, "tsconfig.json": emitted}).prune, Unpruned)


@pytest.mark.parametrize(
    ("cmd", "pruned"),
    [
        ('["npx", "ts-node", "main.ts"]', False),
        ('["node", "-r", "tool/register", "main.js"]', False),
        ('["node", "-r", "alpha/register", "main.js"]', True),
        ('["node_modules/.bin/tool", "main.js"]', False),
        ('["node", "--max-old-space-size=500", "main.js"]', True),
    ],
)
def test_the_start_command_needs_it(cmd: str, pruned: bool) -> None:
    manifest = {**MANIFEST, "devDependencies": {"tool": "1", "ts-node": "10", "typescript": "5"}}
    image = _image().replace('["node", "main.js"]', cmd)
    files = {"package.json": manifest, "package-lock.json": LOCK, "main.js": "", "main.ts": ""}
    assert isinstance(read(image, files).prune, Prune) is pruned


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (_image("npm ci && npm install --no-save other"), "package.json does not name"),
        (_image("npm ci\nUSER node\nRUN npx eslint ."), "another user"),
        (_image("npm ci && yarn"), "several package managers"),
        (_image("--mount=type=secret,id=npmrc yarn"), "no prune is known"),
        (_image("yarn && npx patch-package"), "first state"),
    ],
)
def test_when_it_might_do_harm(image: str, reason: str) -> None:
    prune = _prune(image)
    assert isinstance(prune, Unpruned) and reason in prune.reason


def test_later_yarns_have_no_prune_that_is_known() -> None:
    later = {**MANIFEST, "packageManager": "yarn@4.1.1"}
    assert isinstance(read(_image("yarn"), {"package.json": later, "main.js": ""}).prune, Unpruned)


def test_a_prune_whose_result_is_not_copied_is_not_made() -> None:
    image = _image("npm ci && npx vite build && npm i -g serve").replace('"node", "main.js"', '"serve", "dist"')
    assert prunes(infer(image, {"package.json": MANIFEST})) == []


LATE = (
    'FROM {base}\nWORKDIR /app\nCOPY package.json .\nRUN {install}\nCOPY . .\nRUN npx tool\nCMD ["node", "main.js"]\n'
)


def test_a_lock_file_that_comes_after_the_install_is_not_followed() -> None:
    image = LATE.format(base="node:20", install="npm install")
    prune = _prune(image)
    assert isinstance(prune, Prune)
    assert prune.text == "RUN npm prune --omit=dev --ignore-scripts --no-package-lock"
    pure = read(image, {"package.json": MANIFEST, "package-lock.json": LOCK, "main.js": ""}).native
    assert (pure.value, pure.evidence[0].file) == ("unknown", "package-lock.json")


@pytest.mark.parametrize(
    ("base", "install"), [("node:14", "npm install"), ("node:20", "yarn"), ("node:20", "pnpm install")]
)
def test_a_prune_that_would_follow_a_late_lock_file_is_not_made(base: str, install: str) -> None:
    locks = {
        "yarn__lock": '# yarn lockfile v1\n\nalpha@1:\n  version "1"\n',
        "pnpm-lock__yaml": "lockfileVersion: '9.0'\n",
    }
    assert isinstance(_prune(LATE.format(base=base, install=install), **locks), Unpruned)


@pytest.mark.parametrize("command", ["npm install other", "npm update"])
def test_a_lock_file_does_not_know_what_is_added_behind_its_back(command: str) -> None:
    image = _image(f"npm ci && {command}")
    files = {"package.json": MANIFEST, "package-lock.json": LOCK, "main.js": ""}
    assert read(image, files).native.value == "unknown"
    assert read(_image("npm ci && npm install alpha"), files).native.value == "none"


def test_a_bind_mount_brings_the_lock_file() -> None:
    mount = "--mount=type=bind,source=package-lock.json,target=package-lock.json"
    image = LATE.format(base="node:20", install="npm ci").replace("RUN npm ci", f"RUN {mount} npm ci")
    assert read(image, {"package.json": MANIFEST, "package-lock.json": LOCK, "main.js": ""}).native.value == "none"


def test_packages_that_are_moved_away_are_neither_pruned_nor_copied() -> None:
    image = _image("npm ci && mv /app/node_modules /node_modules")
    assert _prune(image) is None
    found = infer(image, {"package.json": MANIFEST, "package-lock.json": LOCK, "main.js": "require('alpha')"})
    assert "/app/node_modules" not in artifacts(found)
    again = _image("rm -rf node_modules && npm ci")
    assert isinstance(_prune(again), Prune)


def test_what_a_workspace_needs_is_no_development_dependency() -> None:
    names = ("alpha", "bcrypt-like", "tool")
    files = {
        "package.json": {"name": "r", "workspaces": ["lib"], "devDependencies": {"tool": "1"}},
        "lib/package.json": {"name": "lib", "dependencies": {"alpha": "1", "bcrypt-like": "1"}},
        "lib/index.js": "require('alpha')",
        "main.js": "require('lib')",
        "yarn.lock": "# yarn lockfile v1\n" + "".join(f'\n{name}@1:\n  version "1"\n' for name in names),
    }
    found = read(_image("yarn install --frozen-lockfile"), files)
    assert isinstance(found.prune, Prune)
    assert found.native.value == "unknown"  # yarn's lock file knows of no install scripts
    assert found.lock is not None and found.lock.production("bcrypt-like") and not found.lock.production("tool")


def test_pnpm_does_not_prune_workspaces() -> None:
    files = {
        "package.json": {"name": "r", "devDependencies": {"tool": "1"}},
        "pnpm-workspace.yaml": "packages: [lib]",
        "lib/package.json": {"name": "lib"},
        "main.js": "",
    }
    prune = read(_image("pnpm install"), files).prune
    assert isinstance(prune, Unpruned) and "workspaces" in prune.reason


OVERLAID = "FROM node:20\nWORKDIR /app\nCOPY package.json ./\nRUN {install}\nCOPY . .\nCMD {cmd}\n"


def _overlaid(install: str = "npm install", code: str = "", **files: object) -> Prune | Unpruned | None:
    image = OVERLAID.format(install=install, cmd='["node", "main.js"]')
    return read(image, {"package.json": MANIFEST, "main.js": code, **files}).prune


def test_it_runs_after_a_copy_of_the_contexts_own_packages() -> None:
    prune = _overlaid(**{"node_modules/left/index.js": ""})
    assert isinstance(prune, Prune) and prune.after == 3
    prune = _overlaid()
    assert isinstance(prune, Prune) and prune.after == 2


def test_what_only_the_contexts_own_packages_hold_forbids_it() -> None:
    assert isinstance(_overlaid(code="require('left')", **{"node_modules/left/index.js": ""}), Unpruned)


def test_another_manager_prunes_before_the_contexts_own_packages_come() -> None:
    prune = _overlaid("yarn install", **{"node_modules/left/index.js": ""})
    assert isinstance(prune, Prune) and prune.after == 2


BUN = {"bun.lock": '{"lockfileVersion": 1, "packages": {"left": ["left@1.0.0", "", {}, "sha512-x"]}}'}


@pytest.mark.parametrize(
    ("version", "files", "pruned"),
    [
        ("bun@1.4.5", BUN, True),
        ("bun@1.10.0", BUN, True),
        ("bun@1.3.9", BUN, False),
        ("bun", BUN, False),
        ("bun@latest", BUN, False),
        ("bun@1.4.5", {"bun.lockb": ""}, False),
        ("bun@1.4.5", {}, False),
    ],
)
def test_bun_prunes_since_it_can(version: str, files: dict[str, str], pruned: bool) -> None:
    image = _image(f"npm install -g {version} && bun install --frozen-lockfile")
    prune = read(image, {"package.json": MANIFEST, "main.js": "", **files}).prune
    assert isinstance(prune, Prune) is pruned
    assert not isinstance(prune, Prune) or prune.text == "RUN bun prune --production"


def test_bun_does_not_prune_workspaces() -> None:
    top = {**MANIFEST, "workspaces": ["lib"]} if isinstance(MANIFEST, dict) else {}
    files = {"package.json": top, "lib/package.json": {"name": "lib"}, "main.js": "", **BUN}
    assert isinstance(read(_image("npm install -g bun@1.4.5 && bun install"), files).prune, Unpruned)
