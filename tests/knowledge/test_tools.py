from __future__ import annotations

import pytest

from dockerslim_rewrite.knowledge.tools import development_command, hot_reload, tool


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("apt-get", "package-manager"),
        ("apk", "package-manager"),
        ("go", "build"),
        ("npm", "build"),
        ("make", "make"),
        ("mkdir", "filesystem"),
        ("sed", "filesystem"),
        ("useradd", "user"),
        ("addgroup", "user"),
        ("echo", "inert"),
        ("test", "inert"),
        ("[", "inert"),
        ("ls", "inert"),
        ("curl", "network"),
        ("git", "network"),
        ("update-ca-certificates", "config"),
        ("setcap", "config"),
    ],
)
def test_kind(name: str, kind: str) -> None:
    known = tool(name)
    assert known is not None
    assert known.kind == kind


@pytest.mark.parametrize("name", ["perl", "xargs", "docker-php-ext-install", "conda", "acme", ""])
def test_what_cannot_be_read_from_the_words_is_unknown(name: str) -> None:
    assert tool(name) is None


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("air -c .air.toml", "G10"),
        ("/go/bin/CompileDaemon -command=./app", "G10"),
        ("dlv debug", "G10"),
        ("nodemon server.js", "N17"),
        ("npx nodemon server.js", "N17"),
        ("node_modules/.bin/nodemon server.js", "N17"),
        ("npm run dev", "N17"),
        ("npm --silent run dev -- --host", "N17"),
        ("yarn dev", "N17"),
        ("next dev -p 3000", "N17"),
        ("./node_modules/.bin/next dev", "N17"),
        ("vite", "N17"),
        ("ng serve --host 0.0.0.0", "N17"),
        ("webpack serve", "N17"),
        ("react-scripts start", "N17"),
        ("tsx watch src/index.ts", "N17"),
        ("node --watch server.js", "N17"),
        ("sleep infinity", "D17"),
        ("tail -f /dev/null", "D17"),
        ("bash", "D17"),
        ("npm test", "D17"),
        ("go test ./...", "D17"),
    ],
)
def test_development_command(command: str, code: str) -> None:
    use = development_command(command.split())
    assert use is not None
    assert use.code == code


@pytest.mark.parametrize(
    "command",
    [
        "./air",
        "/app/gin",
        "node server.js",
        "npm start",
        "npm run start",
        "next start",
        "vite build",
        "vite preview --host",
        "bash -c ./run",
        "sh start.sh",
        "tail -f /var/log/app.log",
        "sleep 5",
        "tsx src/index.ts",
        "go run .",
        "nest start",
        "",
    ],
)
def test_production_command(command: str) -> None:
    assert development_command(command.split()) is None


def test_words_that_are_not_static() -> None:
    assert development_command([None, "run", "dev"]) is None
    assert development_command(["npm", None, "dev"]) is None
    assert development_command(["npx"]) is None


def test_own_program_is_no_reloader() -> None:
    assert hot_reload("air") is not None
    assert hot_reload("/root/go/bin/air") is not None
    assert hot_reload("/app/air") is None
