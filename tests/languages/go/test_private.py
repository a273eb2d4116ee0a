"""G13: private modules. What gives access stays in the builder, and is told where an image keeps it."""

import pytest

from tests.languages.go.support import MAIN, MOD, artifacts, infer, no_cache

__all__ = ["no_cache"]

GIT = "git config --global url.\"https://${%s}@git.acme.test/\".insteadOf 'https://git.acme.test/'"
KEY = 'mkdir -p /root/.ssh && echo "$%s" > /root/.ssh/id_rsa'


def told(lines: str) -> list[tuple[int, str]]:
    text = f'FROM golang:1.24\nWORKDIR /work\n{lines}\nCOPY . .\nRUN go build -o q .\nCMD ["./q"]\n'
    findings = infer(text, {"go.mod": MOD, "main.go": MAIN})
    return [(note.line, note.message.split()[0]) for note in findings.notes if note.code == "G13"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (f"ARG GIT_TOKEN\nRUN {GIT % 'GIT_TOKEN'}", [(3, "GIT_TOKEN")]),
        (f"ENV GIT_TOKEN=x\nRUN {GIT % 'GIT_TOKEN'}", [(3, "GIT_TOKEN")]),
        (f"ENV GIT_TOKEN x\nRUN {GIT % 'GIT_TOKEN'}", [(3, "GIT_TOKEN")]),
        (f"ARG A=1 PASSWORD\nARG USER\nRUN {GIT % 'USER:${PASSWORD}'}", [(3, "PASSWORD")]),
        (f"ARG SSH_PRIVATE_KEY\nRUN {KEY % 'SSH_PRIVATE_KEY'}", [(3, "SSH_PRIVATE_KEY")]),
        ('ARG PAT\nRUN echo "machine git.acme.test login x password $PAT" > ~/.netrc', [(3, "PAT")]),
        ("ENV GOPROXY=https://me:secret@modules.acme.test", [(3, "GOPROXY")]),
        # near misses: nothing is kept, nothing is secret, or it has nothing to do with modules
        ("RUN --mount=type=secret,id=netrc,target=/root/.netrc go mod download", []),
        ("RUN --mount=type=ssh go mod download", []),
        (f"ARG HOST=git.acme.test\nRUN {GIT % 'HOST'}", []),
        (
            "ENV GOPRIVATE=git.acme.test\nRUN git config --global url.git@git.acme.test:.insteadOf https://git.acme.test",
            [],
        ),
        ("ENV GOPROXY=https://modules.acme.test", []),
        ("ENV API_TOKEN=x\nENV DATABASE=postgres://me:secret@db/x", []),
        ("ARG TOKEN\nRUN echo $TOKEN", []),
    ],
)
def test_what_the_image_keeps_is_told(lines: str, expected: list[tuple[int, str]]) -> None:
    assert told(lines) == expected


def test_credentials_are_no_files_of_the_program() -> None:
    main = 'package main\n\nimport "os"\n\nfunc main() { os.Open(os.Args[1]) }\n'
    files = {"go.mod": MOD, "main.go": main, ".netrc": "n", "id_rsa": "k", ".ssh/config": "c", "notes.txt": "n"}
    text = 'FROM golang:1.24\nWORKDIR /work\nCOPY .netrc /root/\nCOPY . .\nRUN go build -o q .\nCMD ["./q"]\n'
    assert artifacts(infer(text, files)) == {"/work/q", "/work/notes.txt"}
    named = main.replace("os.Args[1]", '".netrc"')
    assert "/work/.netrc" in artifacts(infer(text, {**files, "main.go": named}))
