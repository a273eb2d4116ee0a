"""G07 to G17: starts, and what is refused. Names are made up for each case: none of them means anything to the code."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.languages.go.language import GoLanguage
from dockerslim_rewrite.languages.model import AppendInstruction, ReplaceStart, SetEnv
from tests.languages.go.support import (
    HEAD,
    MAIN,
    MOD,
    artifacts,
    infer,
    inserted,
    libcs,
    needs,
    no_cache,
    project,
    refusals,
)

__all__ = ["no_cache"]

FILES = {"go.mod": MOD, "main.go": MAIN}


@pytest.mark.parametrize(
    ("run", "start", "binary"),
    [
        ("go build -o q .", 'CMD ["./q"]', "/work/q"),
        ("go build -o q .", "CMD ./q --port $PORT", "/work/q"),
        ("go build -o q .", 'ENTRYPOINT ["/work/q"]\nCMD ["-v"]', "/work/q"),
        ("go build", 'CMD ["./parcel"]', "/work/parcel"),
        ("go install", 'CMD ["parcel"]', "/go/bin/parcel"),
        ("go build -o /usr/local/bin/q .", 'CMD ["q"]', "/usr/local/bin/q"),
        ("go build -o q . && mv q /opt/", 'CMD ["/opt/q"]', "/opt/q"),
        ("go build -o q . && cp q /usr/bin/z", 'CMD ["z"]', "/usr/bin/z"),
        ("go build -o q . && ln -s /work/q /usr/bin/z", 'CMD ["z"]', "/usr/bin/z"),
        ("go build -o q . && strip q && chmod +x q", 'CMD ["./q"]', "/work/q"),
        ("for n in a b; do go build -o bin/$n .; done", 'CMD ["bin/b"]', "/work/bin/b"),
        ("mkdir o && go build -o o . ", 'CMD ["o/parcel"]', "/work/o/parcel"),
    ],
)
def test_the_started_binary_is_carried(run: str, start: str, binary: str) -> None:
    findings = infer(f"{HEAD}RUN {run}\n{start}\n", FILES)
    assert refusals(findings) == set()
    assert binary in artifacts(findings)


names = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


@given(module=names, place=names, binary=names)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_names_do_not_matter(module: str, place: str, binary: str) -> None:
    head = f"FROM golang:1.24\nWORKDIR /s-{place}\nCOPY . .\n"
    files = {"go.mod": f"module {module}.test/{binary}\n", f"p-{place}/main.go": MAIN}
    text = f'{head}RUN go build -o /o/{binary} ./p-{place}\nCMD ["/o/{binary}"]\n'
    assert artifacts(infer(text, files)) == {f"/o/{binary}"}
    text = f'{head}RUN go install {module}.test/{binary}/p-{place}\nCMD ["p-{place}"]\n'
    assert artifacts(infer(text, files)) == {f"/go/bin/p-{place}"}


def test_path_is_set_for_a_bare_name_in_gopath() -> None:
    findings = infer(f'{HEAD}RUN go install\nCMD ["parcel"]\n', FILES)
    (effect,) = needs(findings, SetEnv)
    assert effect == SetEnv("PATH", "/go/bin:$PATH")
    assert needs(infer(f'{HEAD}RUN go install\nCMD ["/go/bin/parcel"]\n', FILES), SetEnv) == []


def test_several_binaries() -> None:
    files = {
        "go.mod": MOD,
        "cmd/a/a.go": MAIN,
        "cmd/b/b.go": MAIN,
        "start.sh": "#!/bin/sh\n/work/bin/b\nexec /work/bin/a\n",
    }
    text = f'{HEAD}RUN mkdir bin && go build -o bin/ ./cmd/...\nCMD ["./start.sh"]\n'
    assert {"/work/bin/a", "/work/bin/b"} <= artifacts(infer(text, files))
    alone = f'{HEAD}RUN mkdir bin && go build -o bin/ ./cmd/...\nCMD ["bin/a"]\n'
    assert "/work/bin/b" not in artifacts(infer(alone, files))


def test_a_binary_that_the_program_starts() -> None:
    starter = 'package main\n\nimport "os/exec"\n\nfunc main() { exec.Command("b") }\n'
    files = {"go.mod": MOD, "cmd/a/a.go": starter, "cmd/b/b.go": MAIN}
    text = f'{HEAD}RUN go install ./...\nCMD ["a"]\n'
    assert artifacts(infer(text, files)) == {"/go/bin/a", "/go/bin/b"}


@pytest.mark.parametrize(
    ("start", "packages", "cmd"),
    [
        ('CMD ["go", "run", "."]', ".", ()),
        ('CMD ["go", "run", "main.go"]', "main.go", ()),
        ('CMD ["go", "run", "./cmd/x", "-p", "1"]', "./cmd/x", ("-p", "1")),
        ("CMD go run main.go", "main.go", ()),
        ('CMD ["go", "run", "-tags", "a", "."]', "-tags a .", ()),
    ],
)
def test_go_run_becomes_a_build(start: str, packages: str, cmd: tuple[str, ...]) -> None:
    findings = infer(f"{HEAD}{start}\n", {**FILES, "cmd/x/x.go": MAIN})
    assert refusals(findings) == set()
    (instruction,) = needs(findings, AppendInstruction)
    assert isinstance(instruction, AppendInstruction)
    assert "CGO_ENABLED=0 go build -o" in instruction.text
    assert instruction.text.endswith(packages)
    (replaced,) = needs(findings, ReplaceStart)
    assert isinstance(replaced, ReplaceStart)
    assert replaced.cmd is not None
    path = replaced.cmd[0]
    assert replaced.cmd[1:] == cmd
    assert path in artifacts(findings)
    assert f"-o {path} " in instruction.text


@pytest.mark.parametrize(
    "start",
    [
        'CMD ["go", "run", "./absent"]',
        'CMD ["go", "run", "absent.go"]',
        "CMD go run $WHAT",
        'CMD ["go", "run"]',
    ],
)
def test_go_run_that_cannot_be_built_is_refused(start: str) -> None:
    assert refusals(infer(f"{HEAD}{start}\n", FILES)) == {"G08"}


def test_go_run_without_a_context_is_refused() -> None:
    assert refusals(infer(f'{HEAD}CMD ["go", "run", "."]\n', None)) == {"G08"}


@pytest.mark.parametrize(
    "start",
    [
        'CMD ["air"]',
        'CMD ["CompileDaemon", "--command=./x"]',
        'CMD ["reflex", "-s", "go", "run", "."]',
        "ENTRYPOINT dlv debug",
    ],
)
def test_hot_reload_is_refused(start: str) -> None:
    assert refusals(infer(f"{HEAD}{start}\n", FILES)) == {"G10"}


@pytest.mark.parametrize(
    ("run", "start"),
    [("go vet ./...", 'CMD ["server"]'), ("go build -o a .", 'CMD ["b"]'), ("true", 'CMD ["make", "run"]')],
)
def test_a_start_that_nothing_makes_is_refused(run: str, start: str) -> None:
    found = infer(f"{HEAD}RUN {run}\n{start}\n", FILES).obstacles
    assert [item.code for item in found] == ["G09"]
    assert found[0].line == 5
    assert found[0].hint


@pytest.mark.parametrize(
    ("start", "replaced"),
    [
        ("CMD go run . -p $PORT", ReplaceStart(None, "/usr/local/bin/parcel -p $PORT")),
        ("CMD exec go run . ${PORT:-80}", ReplaceStart(None, "exec /usr/local/bin/parcel ${PORT:-80}")),
        ("ENTRYPOINT LEVEL=1 go run main.go", ReplaceStart("LEVEL=1 /usr/local/bin/main", None)),
        ("CMD go run . > /tmp/log 2>&1", ReplaceStart(None, "/usr/local/bin/parcel > /tmp/log 2>&1")),
        ("CMD cd /work && go run main.go", ReplaceStart(None, "cd /work && /usr/local/bin/main")),
        ('CMD ["sh", "-c", "go run . $PORT"]', ReplaceStart(None, ("sh", "-c", "/usr/local/bin/parcel $PORT"))),
        ('CMD ["go", "run", ".", "$PORT"]', ReplaceStart(None, ("/usr/local/bin/parcel", "$PORT"))),
        ('ENTRYPOINT ["go", "run", "."]\nCMD ["-v"]', ReplaceStart(("/usr/local/bin/parcel",), None)),
    ],
)
def test_go_run_leaves_the_rest_of_the_start_command(start: str, replaced: ReplaceStart) -> None:
    """A variable is the user's to set when the container starts."""
    findings = infer(f"{HEAD}ENV PORT=8080\n{start}\n", FILES)
    assert refusals(findings) == set()
    assert needs(findings, ReplaceStart) == [replaced]


@pytest.mark.parametrize("start", ['ENTRYPOINT ["go"]\nCMD ["run", "."]', 'CMD ["env", "A=1", "go", "run", "."]'])
def test_go_run_that_is_not_one_piece_is_refused(start: str) -> None:
    assert refusals(infer(f"{HEAD}{start}\n", FILES)) == {"G08"}


def test_go_run_of_a_glob_builds_the_glob() -> None:
    (instruction,) = needs(infer(f"{HEAD}CMD go run *.go\n", FILES), AppendInstruction)
    assert isinstance(instruction, AppendInstruction)
    assert instruction.text.endswith(" *.go")


@pytest.mark.parametrize(
    ("start", "replaced"),
    [
        ("CMD go-wrapper run -k ${KEY}", ReplaceStart(None, "/go/bin/app -k ${KEY}")),
        ('ENTRYPOINT ["go-wrapper", "run", "-k"]', ReplaceStart(("/go/bin/app", "-k"), None)),
    ],
)
def test_go_wrapper_leaves_the_rest_of_the_start_command(start: str, replaced: ReplaceStart) -> None:
    text = f"FROM golang:1.7\nENV KEY=1\nWORKDIR /go/src/app\nCOPY . .\nRUN go-wrapper install\n{start}\n"
    assert needs(infer(text, {"main.go": MAIN}), ReplaceStart) == [replaced]


def test_go_wrapper() -> None:
    text = "FROM golang:1.7\nWORKDIR /go/src/app\nCOPY . .\nRUN go-wrapper download && go-wrapper install\n"
    text += 'CMD ["go-wrapper", "run", "-v"]\n'
    findings = infer(text, {"main.go": MAIN})
    assert artifacts(findings) >= {"/go/bin/app"}
    assert ReplaceStart(None, ("/go/bin/app", "-v")) in needs(findings, ReplaceStart)


def test_onbuild() -> None:
    findings = infer("FROM golang:1.8-onbuild\nEXPOSE 80\n", {"main.go": MAIN})
    assert refusals(findings) == set()
    assert "/go/bin/app" in artifacts(findings)
    assert libcs(findings) == {"glibc"}


def test_gopath_sources_behind_a_link() -> None:
    text = (
        "FROM golang:1.24\nENV GO111MODULE=off\nCOPY . /srv/fig\n"
        "RUN mkdir -p /go/src/acme.test && ln -s /srv/fig /go/src/acme.test/fig\n"
        "WORKDIR /go/src/acme.test/fig\nRUN go install ./...\n"
        'CMD ["fig"]\n'
    )
    findings = infer(
        text,
        {"main.go": 'package main\n\nimport _ "acme.test/fig/lib"\n\nfunc main() {}\n', "lib/l.go": "package lib\n"},
    )
    assert artifacts(findings) == {"/go/bin/fig"}
    assert inserted(findings) == ["CGO_ENABLED=0 "]


def test_ldflags_of_arguments_stay_in_the_builder() -> None:
    text = f'{HEAD}ARG V=1\nRUN go build -ldflags "-X main.v=$V -X main.c=$(git describe)" -o q .\nCMD ["./q"]\n'
    findings = infer(text, FILES)
    assert artifacts(findings) == {"/work/q"}
    assert inserted(findings) == ["CGO_ENABLED=0 "]


def test_options_are_ordered_and_scratch_is_last() -> None:
    findings = infer(f'{HEAD}RUN go build -o q .\nCMD ["./q"]\n', FILES)
    images = [option.image for option in findings.options]
    assert images[0] == "gcr.io/distroless/static-debian12"
    assert "gcr.io/distroless/base-debian12" in images
    assert "debian:bookworm-slim" in images
    assert [option.style for option in findings.options][-2:] == ["same", "scratch"]


def test_the_slim_image_is_of_the_builder_s_release_or_of_the_next_with_a_package_archive() -> None:
    text = 'FROM golang:1.12-stretch\nWORKDIR /w\nCOPY . .\nRUN go build -o q .\nCMD ["./q"]\n'
    assert "debian:bullseye-slim" in [option.image for option in infer(text, FILES).options]
    text = text.replace("1.12-stretch", "1.20-bookworm")
    assert "debian:bookworm-slim" in [option.image for option in infer(text, FILES).options]


def test_an_alpine_release_is_kept() -> None:
    text = 'FROM golang:1.22-alpine3.20\nWORKDIR /w\nCOPY . .\nRUN go build -o q .\nCMD ["./q"]\n'
    assert "alpine:3.20" in [option.image for option in infer(text, FILES).options]


def test_other_images_are_not_go() -> None:
    assert GoLanguage().detect(project("FROM node:20\nCMD node x\n", {})) is None
    found = GoLanguage().detect(project(f"{HEAD}CMD ./x\n", {}))
    assert found is not None
    assert found.evidence


@given(st.text(alphabet='go buildrun-C./\n"$\\;&|{}()*', max_size=60), st.text(max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read(run: str, source: str) -> None:
    line = " ".join(run.split()).lstrip("-") or "true"  # `RUN --x` is a flag that is not known
    text = f'FROM golang:1.24\nWORKDIR /w\nCOPY . .\nRUN {line}\nCMD ["./x"]\n'
    infer(text, {"go.mod": source, "main.go": "package main\n" + source, "Makefile": source, "Taskfile.yml": source})


@pytest.mark.parametrize(
    ("run", "start", "binary"),
    [
        ("go install ./...", 'CMD ["fig"]', "/go/bin/fig"),
        ("go install", 'CMD ["fig", "-v"]', "/go/bin/fig"),
        ("go build", 'CMD ["./fig"]', "/work/fig"),
        ("mkdir -p b && go build -o b/ ./...", 'CMD ["/work/b/fig"]', "/work/b/fig"),
    ],
)
def test_names_that_only_the_context_tells_are_taken_from_the_start(run: str, start: str, binary: str) -> None:
    findings = infer(f"{HEAD}RUN {run}\n{start}\n", None)
    assert refusals(findings) == set()
    assert binary in artifacts(findings)
    assert libcs(findings) == {"glibc"}


@pytest.mark.parametrize("name", ["make", "sh", "ffmpeg", "git"])
def test_a_program_of_the_system_is_not_a_build_of_unknown_name(name: str) -> None:
    text = f'{HEAD}RUN apt-get update && apt-get install -y ffmpeg\nRUN go install ./...\nCMD ["{name}", "x"]\n'
    assert f"/go/bin/{name}" not in artifacts(infer(text, None))


OPEN_SCRIPT = '#!/usr/bin/env sh\nsh -c "/parcel $*"\n'
SCRIPT_HEAD = f"{HEAD}COPY start.sh /start.sh\n"


def test_a_binary_in_a_text_that_a_script_hands_to_a_shell() -> None:
    text = f'{SCRIPT_HEAD}RUN go build -o /parcel .\nENTRYPOINT ["/start.sh"]\n'
    findings = infer(text, {**FILES, "start.sh": OPEN_SCRIPT})
    assert refusals(findings) == set()
    assert "/parcel" in artifacts(findings)
    assert not any("/start.sh" in root or root == "/" for root in findings.roots)
    assert not findings.programs_known


@pytest.mark.parametrize("output", ["/parcels", "/bin/parcel"])
def test_a_shell_text_that_names_no_binary_is_refused(output: str) -> None:
    text = f'{SCRIPT_HEAD}RUN go build -o {output} .\nENTRYPOINT ["/start.sh"]\n'
    assert refusals(infer(text, {**FILES, "start.sh": OPEN_SCRIPT})) == {"G09"}


def test_cmd_was_never_passed_to_a_shell_form_entrypoint() -> None:
    findings = infer(f'{HEAD}ENTRYPOINT go run .\nCMD ["--help"]\n', FILES)
    (start,) = (item for item in findings.suggestions if isinstance(item.effect, ReplaceStart))
    assert start.effect == ReplaceStart(("/usr/local/bin/parcel",), ())
    assert start.changes == ("entrypoint", "cmd")


def test_what_an_unknown_program_may_start_is_carried() -> None:
    text = f'{HEAD}RUN go build -o /bin/parcel . && cp wait /bin/wait\nENTRYPOINT ["wait", "parcel"]\n'
    found = infer(text, {"go.mod": MOD, "main.go": MAIN, "wait": "#!/bin/sh\nexec $1\n"})
    assert {"/bin/wait", "/bin/parcel"} <= artifacts(found)
    assert not found.obstacles


def test_an_unknown_program_beside_a_build_of_unknown_names_is_refused() -> None:
    text = f'{HEAD}RUN go install $(cat tool) && cp wait /bin/wait\nENTRYPOINT ["wait", "parcel"]\n'
    found = infer(text, {"go.mod": MOD, "main.go": MAIN, "wait": "#!/bin/sh\nexec $1\n"})
    assert [item.code for item in found.obstacles] == ["G09"]


def test_a_gopath_of_the_root_directory_ends() -> None:
    head = "FROM golang:1.10\nENV GOPATH /\nCOPY . $GOPATH/src/parcel\n"
    found = infer(f'{head}RUN go build -o /parcel $GOPATH/src/parcel/main.go\nCMD ["/parcel"]\n', {"main.go": MAIN})
    assert artifacts(found) == {"/parcel"}
