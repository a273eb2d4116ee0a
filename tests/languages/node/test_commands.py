from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.node.commands import package_name, read_package_command


@pytest.mark.parametrize(
    ("line", "kind", "arguments"),
    [
        ("npm install", "install", ()),
        ("npm ci --omit=dev", "install", ()),
        ("npm i express@4 cors", "install", ("express@4", "cors")),
        ("npm install -g pm2@5", "global", ("pm2@5",)),
        ("npm i --location=global serve", "global", ("serve",)),
        ("npm run build", "script", ("build",)),
        ("npm run build -- --prod", "script", ("build", "--prod")),
        ("npm start", "script", ("start",)),
        ("npm t", "script", ("test",)),
        ("npm exec tsc", "tool", ("tsc",)),
        ("npm prune --omit=dev", "prune", ()),
        ("npm cache clean --force", "inert", ()),
        ("npm config set registry x", "inert", ("set", "registry", "x")),
        ("npm link ../other", "unknown", ()),
        ("yarn", "install", ()),
        ("yarn --frozen-lockfile", "install", ()),
        ("yarn global add serve", "global", ("serve",)),
        ("yarn build", "script", ("build",)),
        ("yarn run build", "script", ("build",)),
        ("yarn workspaces focus --production", "install", ()),
        ("yarn cache clean", "inert", ()),
        ("yarn set version 4", "inert", ()),
        ("pnpm i --frozen-lockfile", "install", ()),
        ("pnpm add -g tsx", "global", ("tsx",)),
        ("pnpm build", "script", ("build",)),
        ("pnpm exec tsc -p .", "tool", ("tsc",)),
        ("bun install", "install", ()),
        ("bun src/index.ts", "tool", ("bun", "src/index.ts")),
        ("npx tsc", "tool", ("tsc",)),
        ("npx --yes -p typescript tsc -b", "tool", ("tsc", "-b")),
        ("corepack enable", "inert", ()),
        ("npx", "inert", ()),
        ("npx -c tsc", "unknown", ()),
        ("yarn --version", "inert", ()),
        ("yarn global bin", "inert", ()),
        ("yarn global remove serve", "remove", ("serve",)),
        ("npm rm -g serve", "remove", ("serve",)),
        ("npm uninstall --location=global serve pm2", "remove", ("serve", "pm2")),
        ("npm rm serve", "unknown", ()),
        ("pnpm remove -g tsx", "remove", ("tsx",)),
        ("pnpm rm tsx", "unknown", ()),
        ("bun rm --global tsx", "remove", ("tsx",)),
        ("bun remove tsx", "unknown", ()),
        ("yarn node x.js", "tool", ("node", "x.js")),
        ("yarn publish", "unknown", ()),
        ("pnpm prune --prod", "prune", ()),
        ("pnpm deploy out", "deploy", ("out",)),
        ("pnpm", "inert", ()),
        ("bun build x.ts", "unknown", ()),
        ("bun --version", "inert", ()),
        ("bun", "unknown", ()),
        ("bun run build", "script", ("build",)),
        ("npm", "inert", ()),
        ("npm x -- tsc -b", "tool", ("tsc", "-b")),
    ],
)
def test_kind(line: str, kind: str, arguments: tuple[str, ...]) -> None:
    command = read_package_command(line.split(), "/app")
    assert command is not None
    assert (command.kind, command.arguments) == (kind, arguments)


@pytest.mark.parametrize("line", ["node server.js", "tsc", "npmx install", "make npm"])
def test_other_programs(line: str) -> None:
    assert read_package_command(line.split(), "/app") is None


@pytest.mark.parametrize(
    ("line", "cwd"),
    [
        ("npm --prefix client install", "/app/client"),
        ("npm ci --prefix=client", "/app/client"),
        ("yarn --cwd ./web build", "/app/web"),
        ("pnpm -C /srv install", "/srv"),
        ("npm install", "/app"),
    ],
)
def test_directory(line: str, cwd: str) -> None:
    command = read_package_command(line.split(), "/app")
    assert command is not None and command.cwd == cwd


@pytest.mark.parametrize(
    "line",
    [
        "yarn workspace @a/api start",
        "npm start -w @a/api",
        "npm run start --workspace=@a/api",
        "pnpm --filter @a/api start",
    ],
)
def test_workspace(line: str) -> None:
    command = read_package_command(line.split(), "/app")
    assert command is not None
    assert (command.kind, command.workspace, command.arguments) == ("script", "@a/api", ("start",))


def test_an_unknown_word_makes_the_command_unknown() -> None:
    command = read_package_command(("npm", None, "x"), "/app")
    assert command is not None and command.kind == "unknown"


@pytest.mark.parametrize(
    ("text", "name"),
    [("a", "a"), ("a@1", "a"), ("a/b", "a"), ("@s/a", "@s/a"), ("@s/a@^1", "@s/a"), ("@s/a/b/c", "@s/a"), ("", "")],
)
def test_package_name(text: str, name: str) -> None:
    assert package_name(text) == name


@pytest.mark.parametrize(
    ("argv", "kind"),
    [
        (("npm", "install", None), "unknown"),
        (("npx", None), "unknown"),
        (("npm", "config", "set", "registry", None), "inert"),
        (("npm", "config", "set", "prefix", None), "unknown"),
    ],
)
def test_words_that_are_not_known(argv: tuple[str | None, ...], kind: str) -> None:
    command = read_package_command(argv, "/app")
    assert command is not None and command.kind == kind
