"""Where builds write, by tables and against the go command itself where the machine has one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dockerslim_rewrite.languages.go.outputs import default_name
from tests.languages.go.support import HEAD, MAIN, MOD, builds, written

LIBRARY = "package lib\n"
TREE = {
    "go.mod": MOD.replace("parcel", "parcel/v2"),
    "main.go": MAIN,
    "other.go": "package main\n",
    "lib/lib.go": LIBRARY,
    "cmd/send/main.go": MAIN,
    "cmd/track/v3/main.go": MAIN,
    "cmd/track/v3/windows.go": "//go:build windows\n\npackage main\n",
    "cmd/none/none.go": LIBRARY,
    "cmd/send/testdata/main.go": MAIN,
    "dist/.keep": "",
    "nested/go.mod": "module example.com/nested\n",
    "nested/main.go": MAIN,
}
CASES = [
    ("go build", ["parcel"]),
    ("go build .", ["parcel"]),
    ("go build -o out", ["out"]),
    ("go build -o=out ./cmd/send", ["out"]),
    ("go build --o out ./cmd/send", ["out"]),
    ("go build -o out/ ./cmd/...", ["out/send", "out/track"]),
    ("go build -o dist ./cmd/send", ["dist/send"]),
    ("go build -o dist ./...", ["dist/parcel", "dist/send", "dist/track"]),
    ("go build ./cmd/send", ["send"]),
    ("go build ./cmd/track/v3", ["track"]),
    ("go build ./cmd/track/...", ["track"]),
    ("go build ./...", []),
    ("go build ./lib", []),
    ("go build -v -tags a,b -ldflags '-s -w' -o out .", ["out"]),
    ("go build other.go main.go", ["other"]),
    ("go build -o /dev/null .", []),
    ("go build -C cmd/send", ["cmd/send/send"]),
    ("go build -C cmd/send -o x", ["cmd/send/x"]),
    ("go build example.com/acme/parcel/v2/cmd/send", ["send"]),
    ("cd cmd/send && go build", ["cmd/send/send"]),
    ("cd nested && go build", ["nested/nested"]),
    ("GOBIN=$PWD/bin go install ./...", ["bin/parcel", "bin/send", "bin/track"]),
    ("GOBIN=$PWD/bin go install . ./lib", ["bin/parcel"]),
    ("GOBIN=$PWD/bin go install ./cmd/track/v3", ["bin/track"]),
    ("go vet ./...", []),
    ("go test ./...", []),
]


@pytest.mark.parametrize(("command", "expected"), CASES)
def test_outputs(command: str, expected: list[str]) -> None:
    assert sorted(path or "" for path in written(f"{HEAD}RUN {command}\n", TREE)) == [
        f"/work/{name}" for name in expected
    ]


@pytest.mark.skipif(shutil.which("go") is None and not Path("/usr/local/go/bin/go").exists(), reason="no go command")
@pytest.mark.parametrize(("command", "expected"), CASES)
def test_the_go_command_writes_the_same(command: str, expected: list[str], tmp_path: Path) -> None:
    work = tmp_path / "work"
    for name, text in TREE.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    before = {path for path in work.rglob("*") if path.is_file()}
    env = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/local/go/bin", "GOFLAGS": "-buildvcs=false"}
    env |= {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOCACHE": str(Path.home() / ".cache" / "go-build")}
    subprocess.run(["sh", "-c", command], cwd=work, env=env, check=False, capture_output=True)
    made = sorted(str(path.relative_to(work)) for path in set(work.rglob("*")) - before if path.is_file())
    assert made == expected


@pytest.mark.parametrize(
    ("imported", "name"),
    [
        ("example.com/x", "x"),
        ("example.com/x/v2", "x"),
        ("example.com/x/v1", "v1"),
        ("example.com/x/v0", "v0"),
        ("example.com/x/v10", "x"),
        ("example.com/x/vault", "vault"),
        ("v2", "v2"),
        ("gopkg.in/x.v1", "x.v1"),
    ],
)
def test_default_names(imported: str, name: str) -> None:
    assert default_name(imported) == name


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("go install", ["/go/bin/parcel"]),
        ("go install ./cmd/send", ["/go/bin/send"]),
        ("go install example.com/tools/mint/v4/cmd/mint@latest", ["/go/bin/mint"]),
        ("go install example.com/tools/mint/v4@v4.1.0", ["/go/bin/mint"]),
        ("GOBIN=/usr/local/bin go install ./cmd/send", ["/usr/local/bin/send"]),
        ("GOPATH=/opt/go go install ./cmd/send", ["/opt/go/bin/send"]),
        ("export GOBIN=/b && go install ./cmd/send", ["/b/send"]),
        ("go env -w GOBIN=/e && go install ./cmd/send", ["/e/send"]),
        ("go get ./...", []),
        ("go build -o $(uname)/x .", []),
        ("go build $FLAGS -o /x .", ["/x"]),
    ],
)
def test_install(command: str, expected: list[str]) -> None:
    assert written(f"{HEAD}RUN {command}\n", TREE) == expected


def test_old_go_get_installs() -> None:
    text = "FROM golang:1.10\nWORKDIR /go/src/acme/quill\nCOPY . .\n"
    text += "RUN go get -d ./... && go get ./... && go get -u x.org/y\n"
    assert written(text, {"main.go": MAIN}) == ["/go/bin/quill", "/go/bin/y"]


def test_gopath_mode_names_the_directory() -> None:
    text = "FROM golang:1.24\nENV GO111MODULE=off\nADD . /go/src/acme/quill\nRUN go install acme/quill\n"
    assert written(text, {"main.go": MAIN}) == ["/go/bin/quill"]


def test_the_name_is_unknown_without_a_context() -> None:
    log = builds(f"{HEAD}RUN go build\n", None)
    (output,) = log.builds[0].outputs
    assert (output.path, output.directory) == (None, "/work")


def test_go_mod_init_names_the_module() -> None:
    text = f"{HEAD}RUN go mod init acme.test/fig && go mod tidy\nRUN go build\n"
    assert written(text, {"main.go": MAIN}) == ["/work/fig"]


def test_single_files_make_a_package() -> None:
    text = "FROM golang:1.24\nWORKDIR /src\nCOPY go.* ./\nCOPY *.go ./\nRUN go build\n"
    assert written(text, TREE) == ["/src/parcel"]
