"""What an install fills and a later command removes is not there: a COPY of it would end the build."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.model import RunInRuntime
from dockerslim_rewrite.languages.node.language import NodeLanguage
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.languages.node.support import artifacts, infer, lock, needs, project, prunes, read
from tests.support import MemoryContext

FILES = {
    "package.json": {"dependencies": {"alpha": "1"}, "devDependencies": {"beta": "1"}, "scripts": {"build": "tsc"}},
    "index.js": "require('alpha')",
}
SITE = "/usr/local/lib/node_modules"


def image(lines: str, end: str = "npm ci") -> str:
    return f'FROM node:20\nWORKDIR /app\n{lines}\nCOPY . .\nRUN {end}\nCMD ["node", "index.js"]\n'


@pytest.mark.parametrize(
    ("lines", "place", "is_carried"),
    [
        ("RUN npm i -g q7x", f"{SITE}/q7x", True),
        ("RUN npm i -g q7x && npm rm -g q7x", f"{SITE}/q7x", False),
        ("RUN npm i -g q7x@2\nRUN npm uninstall --global q7x", f"{SITE}/q7x", False),
        ("RUN npm i -g q7x r8y && npm un -g r8y", f"{SITE}/q7x", True),
        ("RUN npm i -g q7x r8y && npm un -g r8y", f"{SITE}/r8y", False),
        ("RUN npm rm -g q7x; npm i -g q7x", f"{SITE}/q7x", True),
        (f"RUN npm i -g q7x && rm -rf {SITE}/q7x", f"{SITE}/q7x", False),
        (f"RUN npm i -g q7x && rm -rf {SITE}", f"{SITE}/q7x", False),
        (f"RUN npm i -g q7x && rm -rf {SITE}/r8y", f"{SITE}/q7x", True),
        ("RUN npm config set prefix /opt/g && npm i -g q7x", "/opt/g", True),
        ("RUN npm config set prefix /opt/g && npm i -g q7x && rm -rf /opt/g", "/opt/g", False),
        ("RUN npm config set prefix /opt/g && npm i -g q7x && npm rm -g q7x", "/opt/g", False),
        ("RUN npm i -g q7x && npm rm -g q7x --prefix /opt/g", f"{SITE}/q7x", True),
        ("RUN yarn global add q7x && npm rm -g q7x", "/usr/local/share/.config/yarn/global", True),
        ("RUN yarn global add q7x && yarn global remove q7x", "/usr/local/share/.config/yarn/global", False),
        ("ENV PNPM_HOME=/pnpm\nRUN pnpm add -g q7x && pnpm rm -g q7x", "/pnpm", False),
        ("ENV PNPM_HOME=/pnpm\nRUN pnpm add -g q7x && pnpm rm q7x", "/pnpm", True),
    ],
)
def test_global_packages(lines: str, place: str, is_carried: bool) -> None:
    for end in ("npm ci", "npm ci && npm run build"):
        found = infer(image(lines, end), FILES)
        assert (place in artifacts(found)) is is_carried
        commands = [item.command for item in needs(found, RunInRuntime) if isinstance(item, RunInRuntime)]
        if place.startswith(SITE):
            assert (f"npm rebuild -g --ignore-scripts {place.rpartition('/')[2]}" in commands) is is_carried


def test_a_removed_global_package_is_no_mystery() -> None:
    """The directory is taken apart: nothing that is not understood was left in it."""
    found = infer(image("RUN npm i -g typescript && npm rm -g typescript"), FILES)
    assert "/app/index.js" in artifacts(found) and not found.notes[1:]
    assert "/app" in artifacts(infer(image("RUN npm rm alpha"), FILES))


def test_where_packages_are_found_by_no_one_their_removal_is_still_seen() -> None:
    assert infer(image("USER node\nRUN npm i -g q7x"), FILES).obstacles
    assert not infer(image("USER node\nRUN npm i -g q7x && npm rm -g q7x"), FILES).obstacles
    assert not infer(image("RUN npm i -g . && npm rm -g ."), FILES).obstacles


@pytest.mark.parametrize(
    ("lines", "is_root"),
    [
        ("RUN cd /srv/x && npm ci", True),
        ("RUN cd /srv/x && npm ci && rm -rf /srv/x", False),
        ("RUN cd /srv/x && npm ci && rm -rf /srv/*", False),
        ("RUN cd /srv/x && npm ci && rm -rf node_modules", True),
        ("RUN cd /srv/x && npm ci && rm -rf /srv/x && npm ci", True),
        ("RUN cd /srv/x && npx vite build && rm -rf /srv/x", False),
        ("RUN cd /srv/x && npx vite build && rm -rf /srv/x && npx vite build", True),
        ("RUN cd /srv/x && npm ci\nRUN if ./ask; then rm -rf /srv/x; fi", True),
    ],
)
def test_directories(lines: str, is_root: bool) -> None:
    study = read(image(f"COPY . /srv/x\n{lines}"), FILES)
    assert study.roots == (("/app", "/srv/x") if is_root else ("/app",))


def test_packages_are_not_pruned_where_they_are_no_more() -> None:
    files = {**FILES, "package-lock.json": lock(("alpha", {}), ("beta", {"dev": True}))}
    text = "FROM node:20\nCOPY . /b\nRUN cd /b && npm ci{0}\nCOPY index.js package.json /a/\nCMD node /a/index.js\n"
    assert prunes(infer(text.format(""), files)) == ["RUN cd /b && npm prune --omit=dev --ignore-scripts"]
    assert not prunes(infer(text.format(" && rm -rf /b"), files))


@pytest.mark.parametrize(
    ("run", "places"),
    [
        ("npm ci", ("/app",)),
        ("npm install --prefix /srv/x alpha", ("/srv/x",)),
        ("npm i -g q7x", (SITE,)),
        ("npm rm -g q7x", (SITE,)),
        ("npm cache clean --force", ()),
        ("npm prune --omit=dev", ()),
        ("pnpm --filter a deploy /out", ("/out",)),
        ("tsc --version", ()),
        ("npm run build", None),
        ("npm rm alpha", None),
        ("npm run nothing", None),
        ("npx vite build", None),
        ("ENV=1 pnpm add -g q7x", None),
    ],
)
def test_where_a_command_may_write(run: str, places: tuple[str, ...] | None) -> None:
    findings = NodeLanguage().infer(project(f"FROM node:20\nWORKDIR /app\nCOPY . .\nRUN {run}\n", FILES))
    assert findings.covered_commands == {(2, 0): places}


def test_scripts_of_an_install_may_write_anywhere() -> None:
    scripts = {**FILES, "package.json": {"scripts": {"postinstall": "tsc"}}}
    text = "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci; npm ci; npm ci --ignore-scripts; npm i alpha\n"
    findings = infer(text, scripts)
    assert findings.covered_commands == {(2, 0): None, (2, 1): None, (2, 2): ("/app",), (2, 3): ("/app",)}


def test_the_file_builds_where_a_build_may_fill_the_directory_again() -> None:
    """A directory is made in any case before it is copied, below the last command that may have filled it."""
    files = {"package.json": '{"scripts": {"start": "serve -s /srv/out"}}'}
    lines = "RUN npm i -g serve && mkdir /srv/out && rm -rf /srv/out\nRUN npx vite build --outDir /srv/out\nRUN true"
    text = f'FROM node:20\nWORKDIR /app\nCOPY . .\n{lines}\nCMD ["serve", "-s", "/srv/out"]\n'
    found = rewrite(text, MemoryContext(files))
    assert isinstance(found, Rewritten)
    assert "--outDir /srv/out\nRUN mkdir -p /srv/out\nRUN true\n" in found.text
    assert "COPY --from=builder /srv/out /srv/out\n" in found.text


@pytest.mark.parametrize(
    ("lines", "is_carried"),
    [
        ("COPY prod config\nRUN rm -rf config", False),
        ("RUN rm -rf config\nCOPY prod config", True),
        ("RUN rm -rf config\nCOPY prod/a.json config/", True),
        ("COPY prod config\nRUN rm -rf config\nRUN mkdir config", True),
        ("RUN true\nCOPY prod config\nRUN true", True),
    ],
)
def test_names_in_the_application_directory_come_and_go_in_order(lines: str, is_carried: bool) -> None:
    files = {"package.json": {}, "index.js": "", "prod/a.json": "", "config/b.json": ""}
    text = f'FROM node:20\nWORKDIR /app\nCOPY . .\n{lines}\nRUN npm ci\nCMD ["node", "index.js"]\n'
    assert ("/app/config" in artifacts(infer(text, files))) is is_carried
