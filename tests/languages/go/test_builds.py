"""Builds behind make, scripts, task and moves."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.go.command import UNSET
from dockerslim_rewrite.languages.go.make_functions import UNKNOWN, Expander
from dockerslim_rewrite.languages.go.makefile import MakefileReader
from dockerslim_rewrite.languages.go.moves import Move, origins
from dockerslim_rewrite.languages.go.taskfile import task_commands
from tests.languages.go.support import HEAD, MAIN, MOD, builds, written

FILES = {"go.mod": MOD, "cmd/send/main.go": MAIN, "cmd/track/main.go": MAIN}


def made(makefile: str, command: str = "make", **more: str) -> list[str | None]:
    return written(f"{HEAD}RUN {command}\n", {**FILES, "Makefile": makefile, **more})


@pytest.mark.parametrize(
    ("makefile", "command", "expected"),
    [
        ("build:\n\tgo build -o bin/x ./cmd/send\n", "make", ["bin/x"]),
        ("other:\n\techo\nbuild:\n\tgo build -o bin/x ./cmd/send\n", "make build", ["bin/x"]),
        ("N = x\nO := bin/$(N)\nb:\n\t@go build -o ${O} ./cmd/send\n", "make", ["bin/x"]),
        ("N ?= x\nb:\n\tgo build -o $(N) ./cmd/send\n", "N=fromenv make", ["fromenv"]),
        ("N ?= x\nb:\n\tgo build -o $(N) ./cmd/send\n", "make N=given b", ["given"]),
        ("N = x\nb:\n\tgo build -o $(N) ./cmd/send\n", "N=fromenv make", ["x"]),
        ("all: one two\none:\n\tgo build -o a ./cmd/send\ntwo: one\n\tgo build -o b ./cmd/track\n", "make", ["a", "b"]),
        ("bin/%:\n\tgo build -o $@ ./cmd/$*\n", "make bin/send bin/track", ["bin/send", "bin/track"]),
        (
            "C := send track\nall: $(addprefix bin/,$(C))\nbin/%:\n\tgo build -o $@ ./cmd/$*\n",
            "make",
            ["bin/send", "bin/track"],
        ),
        (
            "C := $(notdir $(wildcard cmd/*))\nb:\n\tfor c in $(C); do go build -o $$c ./cmd/$$c; done\n",
            "make",
            ["send", "track"],
        ),
        ("b:\n\tcd cmd/send && \\\n\t  go build -o ../../y .\n", "make", ["y"]),
        ("b:\n\t$(MAKE) inner\ninner:\n\tgo build -o z ./cmd/send\n", "make", ["z"]),
        ("ifeq ($(OS),Windows_NT)\nE=.exe\nelse\nE=\nendif\nb:\n\tgo build -o x$(E) ./cmd/send\n", "make", ["x"]),
        ("ifdef D\nO=d\nelse\nO=r\nendif\nb:\n\tgo build -o $(O) ./cmd/send\n", "make D=1", ["d"]),
        ("include inc.mk\nb:\n\tgo build -o $(FROM_INC) ./cmd/send\n", "make", ["i"]),
        ("F = $(shell git describe)\nb:\n\tgo build -ldflags '-X main.v=$(F)' -o x ./cmd/send\n", "make", ["x"]),
        ("F = $(shell git describe)\nb:\n\tgo build -o x-$(F) ./cmd/send\n", "make", []),
        ("define D\ngo build -o no\nendef\nb:\n\tgo build -o x ./cmd/send\n", "make", ["x"]),
        ("b: export GOBIN=/tmp/b\nb:\n\tgo install ./cmd/send\n", "make", ["/go/bin/send"]),
        ("export GOBIN := $(CURDIR)/b\nb:\n\tgo install ./cmd/send\n", "make", ["b/send"]),
        ("export\nGOBIN = /tmp/b\nb:\n\tgo install ./cmd/send\n", "make", ["/tmp/b/send"]),
        ("GOBIN = /tmp/b\nexport GOBIN\nb:\n\tgo install ./cmd/send\n", "make", ["/tmp/b/send"]),
        ("GOBIN = /tmp/b\nb:\n\tgo install ./cmd/send\n", "make", ["/go/bin/send"]),
        ("O = a\nO += b\nb:\n\tgo build -o $(subst $() ,-,$(O)) ./cmd/send\n", "make O=x", ["x"]),
        ("O = a\nO += b\nb:\n\tgo build -o $(lastword $(O)) ./cmd/send\n", "make", ["b"]),
        ("O = a\nvpath %.go src\nb:\n\tgo build -o $(O) ./cmd/send\n", "make", ["a"]),
        ("O = a \\\n  b\nb:\n\tgo build -o $(lastword $(O)) ./cmd/send\n", "make", ["b"]),
        ("O = a\\#b # note\nb:\n\tgo build -o x ./cmd/send\n", "make", ["x"]),
        ("ifeq (a,b)\nO=1\nelse ifeq (a,a)\nO=2\nelse\nO=3\nendif\nb:\n\tgo build -o $(O) ./cmd/send\n", "make", ["2"]),
        ("ifeq 'a' 'a'\nO=1\nelse\nO=2\nendif\nb:\n\tgo build -o $(O) ./cmd/send\n", "make", ["1"]),
        ('ifneq "a" "a"\nO=1\nelse\nO=2\nendif\nb:\n\tgo build -o $(O) ./cmd/send\n', "make", ["2"]),
        ("b:\nifeq (a,b)\n\tgo build -o no ./cmd/track\nendif\n\tgo build -o x ./cmd/send\n", "make", ["x"]),
        ("else\nendif\nb:\n\tgo build -o x ./cmd/send\n", "make", ["x"]),
        ("-include none.mk\nb:\n\tgo build -o x ./cmd/send\n", "make", ["x"]),
        ("b:\n\tgo build -o x ./cmd/send\n", "make --directory=/work b", ["x"]),
        ("b:\n\tgo build -o x ./cmd/send\n", "make -C/work -k b", ["x"]),
        ("b:\n\tgo build -o x ./cmd/send\n", "make -j 4 -s b", ["x"]),
        (".PHONY: b\n.DEFAULT_GOAL := b\na:\n\techo\nb: ; go build -o x ./cmd/send\n", "make", ["x"]),
    ],
)
def test_make(makefile: str, command: str, expected: list[str]) -> None:
    paths = [name if name.startswith("/") else f"/work/{name}" for name in expected]
    assert made(makefile, command, **{"inc.mk": "FROM_INC = i\n"}) == paths


def test_make_in_another_directory() -> None:
    files = {
        **FILES,
        "build/Makefile": "b:\n\tcd .. && go build -o x ./cmd/send\n",
        "own.mk": "b:\n\tgo build -o y ./cmd/send\n",
    }
    assert written(f"{HEAD}RUN make -C build && make -f own.mk\n", files) == ["/work/x", "/work/y"]


@pytest.mark.parametrize("text", ["include none.mk\nb:\n\techo\n", "what is this\nb:\n\techo\n"])
def test_make_says_what_it_does_not_read(text: str) -> None:
    assert builds(f"{HEAD}RUN make\n", {**FILES, "Makefile": text}).unknown


@pytest.mark.parametrize("command", ["make missing", "make $(cat target)", "make -f none.mk"])
def test_make_that_is_not_understood(command: str) -> None:
    log = builds(f"{HEAD}RUN {command}\n", {**FILES, "Makefile": "b:\n\tgo build ./cmd/send\n"})
    assert log.builds == []
    assert log.unknown


def test_a_rule_that_needs_itself_ends() -> None:
    assert made("a: b\nb: a\n\tgo build -o x ./cmd/send\n") == ["/work/x"]


def test_a_script_knows_its_directory() -> None:
    script = '#!/bin/bash\nset -e\ncd "$(dirname "$0")/.."\nmkdir -p out\ngo build -o "out/$1" ./cmd/send\n'
    assert written(f"{HEAD}RUN ./ci/build.sh parcel\n", {**FILES, "ci/build.sh": script}) == ["/work/out/parcel"]
    assert written(f"{HEAD}RUN cd / && sh /work/ci/build.sh y\n", {**FILES, "ci/build.sh": script}) == ["/work/out/y"]


def test_a_script_that_is_not_in_the_context_builds_nothing() -> None:
    assert written(f"{HEAD}RUN ./ci/build.sh\n", FILES) == []


def test_task() -> None:
    text = """\
version: '3'
vars: {NAME: parcel, WHEN: {sh: date}}
tasks:
  default: {deps: [gen], cmds: [task: compile]}
  gen: go generate ./...
  compile:
    dir: cmd/send
    env: {GOOS: linux}
    cmds:
      - go build -ldflags "-X main.d={{.WHEN}}" -o ../../bin/{{.NAME}} .
"""
    assert written(f"{HEAD}RUN task\n", {**FILES, "Taskfile.yml": text}) == ["/work/bin/parcel"]
    assert written(f"{HEAD}RUN task compile NAME=x\n", {**FILES, "Taskfile.yml": text}) == ["/work/bin/x"]


@pytest.mark.parametrize(
    "text",
    ["", "tasks: [", "tasks: {default: {cmds: [{for: [a], cmd: x}]}}", "includes: {a: b}\ntasks: {default: x}", "- a"],
)
def test_a_taskfile_that_is_not_plain(text: str) -> None:
    assert task_commands(text, (), {}) is None


def test_a_task_that_calls_itself_ends() -> None:
    assert task_commands("tasks: {default: {deps: [default]}}", (), {}) is None


def test_unknown_template_values_are_unset_variables() -> None:
    assert task_commands("tasks: {default: 'echo {{now}} {{.A}}'}", (), {"A": "1"}) == (("", f"echo {UNSET} 1"),)


@pytest.mark.parametrize(
    "command", ["mage build", "goreleaser build --snapshot", "just build", "gox ./...", "go run ./tools/build"]
)
def test_other_drivers_are_named_as_unknown(command: str) -> None:
    assert [item.text for item in builds(f"{HEAD}RUN {command}\n", FILES).unknown] == [command]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/usr/bin/x", "/work/x"), ("/opt/app/bin/y", "/work/bin/y"), ("/else", "/else"), ("/out/z", "/work/dist/z")],
)
def test_moves_are_followed(path: str, expected: str) -> None:
    text = (
        f"{HEAD}RUN mv x /usr/bin/ && mkdir -p /out && cp -r bin /opt/app/bin && cp dist/* /out/ "
        "&& install -m 755 q /usr/sbin/q\n"
    )
    log = builds(text, FILES)
    assert origins(path, tuple(log.moves))[-1] == expected


def test_a_link_leads_to_its_target() -> None:
    log = builds(f"{HEAD}RUN ln -s /work/x /usr/local/bin/y\n", FILES)
    assert log.moves == [Move("/work/x", "/usr/local/bin/y", is_link=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(A)", "1"),
        ("${A}$$x", "1$x"),
        ("$(B:.go=.o)", "m.o n.o"),
        ("$(patsubst %.go,%.o,$(B))", "m.o n.o"),
        ("$(subst m,q,$(B))", "q.go n.go"),
        ("$(filter m%,$(B))", "m.go"),
        ("$(filter-out m%,$(B))", "n.go"),
        ("$(foreach f,$(B),bin/$(f))", "bin/m.go bin/n.go"),
        ("$(if $(A),y,n)$(if $(NONE),y,n)", "yn"),
        ("$(or $(NONE),$(A))", "1"),
        ("$(word 2,$(B))$(words $(B))", "n.go2"),
        ("$(basename a.go)$(suffix a.go)$(dir a/b)$(notdir a/b)", "a.goa/b"),
        ("$(shell uname -s)$(shell pwd)", "Linux/work"),
        ("$(B:%.go=bin/%)", "bin/m bin/n"),
        ("$(B:m.go=x)", "x n.go"),
        ("$(patsubst m.go,x,$(B))", "x n.go"),
        ("$(patsubst q%.go,x,$(B))", "m.go n.go"),
        ("$(info hello)x$(warning careful)", "x"),
        ("$(abspath ../x /y/./z)", "/x /y/z"),
        ("$(and $(A),$(NONE))$(and $(A),2)", "2"),
        ("$(or $(NONE),$(NONE))", ""),
        ("$(if $(NONE),y)", ""),
        ("$(if $(shell date),y,n)", UNKNOWN),
        ("$(notdir $(shell date))", UNKNOWN),
        ("$(foreach f,$(shell date),x)", UNKNOWN),
        ("$(foreach f,x)", UNKNOWN),
        ("$($(shell date))", UNKNOWN),
        ("$(word x,$(B))", ""),
        ("$(sort b a b)$(firstword $(B))$(strip  a  b )", "a bm.goa b"),
        ("$(findstring go,$(B))$(findstring q,$(B))", "go"),
        ("$(addsuffix .x,a b)", "a.x b.x"),
        ("$(shell go env GOOS)/$(shell go env A)", "linux/1"),
        ("$(shell go env GONE)", UNKNOWN),
        ("$(shell basename '/x/y')", "y"),
        ("$(shell date)", UNKNOWN),
        ("$(call f,x)", UNKNOWN),
        ("$(L)", UNKNOWN),
        ("$(A", UNKNOWN),
        ("$", "$"),
    ],
)
def test_make_expansion(text: str, expected: str) -> None:
    variables = {"A": "1", "B": "m.go n.go", "L": "$(L)x"}
    value = Expander(variables, lambda path: [], "/work").expand(text)
    assert (UNKNOWN if UNKNOWN in value else value) == expected


def test_conditions_that_are_not_known_make_values_unknown() -> None:
    reader = MakefileReader({}, {}, "/w", lambda name: None, lambda path: [])
    makefile = reader.parse("ifeq ($(shell id -u),0)\nA = 1\nendif\nB = 2\n")
    assert makefile.variables["A"] == UNKNOWN
    assert makefile.variables["B"] == "2"


@pytest.mark.parametrize(
    ("command", "places"),
    [
        ("go build -o /srv/x ./cmd/send", ("/app", "/go", "/srv/x")),
        ("go build -o /srv/ ./cmd/send", ("/app", "/go", "/srv/send")),
        ("go install ./cmd/send", ("/app", "/go", "/go/bin/send")),
        ("cd cmd && go mod download", ("/app/cmd", "/go")),
        ("GOPATH=/a:/b go vet ./...", ("/app", "/a", "/b")),
        ("go env -w GOPROXY=off", ()),
        ("go generate ./...", None),
        ("go run ./cmd/send", None),
        ("go test ./...", None),
        ("cd $X && go vet", None),
        ("make", None),
    ],
)
def test_where_a_command_may_write(command: str, places: tuple[str, ...] | None) -> None:
    files = {**FILES, "Makefile": "b:\n\tgo build -o bin/x ./cmd/send\n"}
    log = builds(f"FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN {command}\n", files)
    assert list(log.covered.values()) == [places]
