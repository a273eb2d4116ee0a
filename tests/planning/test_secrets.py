import pytest

from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext

FILES = {
    "package.json": '{"name": "x", "scripts": {"start": "node x.js"}, "dependencies": {}}',
    "package-lock.json": '{"lockfileVersion": 3, "packages": {"": {}}}',
    "x.js": "require('fs').readdirSync('conf')\n",
}
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\n"


def notes(lines: str = "", files: dict[str, str] | None = None, after: str = "") -> list[tuple[int, str]]:
    text = f'FROM node:22\n{lines}WORKDIR /app\nCOPY . .\nRUN npm ci\n{after}CMD ["node", "x.js"]\n'
    outcome = rewrite(text, MemoryContext({**FILES, **(files or {})}))
    assert isinstance(outcome, Rewritten)
    return [(note.line, note.message) for note in outcome.plan.notes if note.code == "D26"]


@pytest.mark.parametrize(
    "line",
    [
        "ARG GITHUB_TOKEN",
        "ARG DB_PASSWORD=x",
        "ARG DB_PASSWORD=",
        'ARG DB_PASSWORD=""',
        "ENV DB_PASSWORD=X",
        "ENV SECRET_KEY_BASE=abc",
        'ENV STRIPE_API_KEY="sk" A=b',
        "ENV AWS_SECRET_ACCESS_KEY abc",
    ],
)
def test_variables(line: str) -> None:
    [(at, message)] = notes(f"{line}\n")
    assert at == 2
    assert "RUN --mount=type=secret,id=" in message


@pytest.mark.parametrize(
    "line",
    [
        "ENV TOKEN_FILE=/run/secrets/t",
        "ENV API_KEY=",
        'ENV API_KEY=""',
        'ENV DB_PASSWORD="/run/secrets/db"',
        "ENV DB_PASSWORD='/run/secrets/db'",
        "ARG DB_PASSWORD='/run/secrets/db'",
        "ENV DB_PASSWORD=/run/secrets/db",
        "ENV AUTHOR=me",
        "ENV BYPASS=1",
        "ARG KEYBOARD=us",
        "ENV USE_TOKEN=true",
        "RUN --mount=type=secret,id=t true",
    ],
)
def test_what_is_no_secret(line: str) -> None:
    assert not notes(f"{line}\n")


def test_an_argument_that_becomes_environment() -> None:
    assert [line for line, _ in notes("ARG API_TOKEN\nENV SERVICE=$API_TOKEN\n")] == [2, 3]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("conf/.netrc", "machine x"),
        ("conf/.env", "DB_PASSWORD=x\n"),
        ("conf/.env.production", "API_TOKEN = x\n"),
        ("conf/deploy/id_ed25519", KEY),
        ("conf/server.key", KEY),
        ("conf/.npmrc", "//r/:_authToken=x"),
        ("conf/.aws/credentials", "aws_secret_access_key = x"),
        ("conf/pip.conf", "[global]\nindex-url = https://u:p@h/simple\n"),
    ],
)
def test_files(path: str, text: str) -> None:
    [(line, message)] = notes(files={path: text})
    assert line == 3
    assert message.startswith(f"{path} may hold a secret")
    assert ".dockerignore" in message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("conf/.env.example", "DB_PASSWORD=x\n"),
        ("conf/.env", "PORT=8080\n"),
        ("conf/server.pem", "-----BEGIN CERTIFICATE-----\n"),
        ("conf/.npmrc", "save-exact=true\n"),
    ],
)
def test_files_that_hold_none(path: str, text: str) -> None:
    assert not notes(files={"conf/a.txt": "x", path: text})


def test_files_that_are_removed() -> None:
    assert not notes(files={"conf/.netrc": "x"}, after="RUN rm conf/.netrc\n")


def test_a_note_can_be_silenced() -> None:
    assert not notes("# dockerslim: ignore=D26\nARG GITHUB_TOKEN\n")


def test_few_files_are_named() -> None:
    assert len(notes(files={f"conf/d{n}/.netrc": "x" for n in range(20)})) == 5


def test_files_in_paths_with_blanks() -> None:
    text = 'FROM node:22\nWORKDIR "/my app"\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n'
    outcome = rewrite(text, MemoryContext({**FILES, "conf/.netrc": "machine x"}))
    assert isinstance(outcome, Rewritten)
    assert [note.line for note in outcome.plan.notes if note.code == "D26"] == [3]


def test_files_that_share_a_copy_with_others() -> None:
    [(line, message)] = notes(files={"server.key": KEY, "a.txt": "x", "b.txt": "x"})
    assert (line, message.startswith("server.key may hold a secret")) == (3, True)


def test_files_with_secrets_that_stay_behind_are_no_matter() -> None:
    go = {"go.mod": "module m\n", "main.go": "package main\n\nfunc main() {}\n", "conf/id_rsa": KEY}
    text = 'FROM golang:1.24\nWORKDIR /app\nCOPY . .\n{0}RUN go build -o /app/bin/x .\nCMD ["/app/bin/x"]\n'
    for lines, told in (("", 0), ("COPY conf /srv/conf/\n", 1)):
        outcome = rewrite(text.format(lines), MemoryContext(go))
        assert isinstance(outcome, Rewritten)
        assert len([note for note in outcome.plan.notes if note.code == "D26"]) == told
