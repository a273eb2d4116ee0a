"""Rows of the hazard table that no fixture builds: the case, its near miss, and what is refused."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.model import NeedFeature, NeedLibc
from dockerslim_rewrite.outcome import Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from tests.languages.go.support import HEAD, MAIN, MOD, artifacts, infer, inserted, libcs, needs, no_cache, refusals
from tests.support import MemoryContext

__all__ = ["no_cache"]

FILES = {"go.mod": MOD, "main.go": MAIN}
C = 'package main\n\n// int x;\nimport "C"\n\nfunc main() {}\n'


def program(body: str, *imports: str) -> str:
    return (
        "package main\n\nimport (\n" + "".join(f'\t"{name}"\n' for name in imports) + f")\n\nfunc main() {{ {body} }}\n"
    )


@pytest.mark.parametrize(("runtime", "code"), [("alpine", "G02"), ("scratch", "G02"), ("slim", ""), ("distroless", "")])
def test_g03_a_glibc_binary_never_meets_musl(runtime: str, code: str) -> None:
    text = f'{HEAD}RUN go build -o q .\nCMD ["./q"]\n'
    outcome = rewrite(text, MemoryContext({**FILES, "main.go": C}), Options(runtime=runtime))  # type: ignore[arg-type]
    assert isinstance(outcome, Refused if code else Rewritten)
    assert not isinstance(outcome, Refused) or [blocker.code for blocker in outcome.blockers] == [code]


@pytest.mark.parametrize(
    ("main", "flags", "expected"),
    [
        (program('time.LoadLocation("Asia/Tokyo")', "time"), "", True),
        (program('time.LoadLocation("Asia/Tokyo")', "time", "time/tzdata"), "", False),
        (program('time.LoadLocation("Asia/Tokyo")', "time"), "-tags timetzdata", False),
        (program("time.Now()", "time"), "", False),
    ],
)
def test_g04_zones_are_needed_unless_the_binary_brings_them(main: str, flags: str, expected: bool) -> None:
    findings = infer(f"{HEAD}RUN go build {flags} -o q .\nCMD ./q\n", {**FILES, "main.go": main})
    assert (NeedFeature("tzdata") in needs(findings, NeedFeature)) == expected


@pytest.mark.parametrize("name", ["go", "gofmt"])
def test_g11_a_program_that_starts_the_toolchain_keeps_it(name: str) -> None:
    main = program(f'exec.Command("{name}", "version").Run()', "os/exec")
    findings = infer(f"{HEAD}RUN go build -o q .\nCMD ./q\n", {**FILES, "main.go": main})
    assert (refusals(findings) == {"G11"}) == (name == "go")


@pytest.mark.parametrize("mode", ["plugin", "c-shared"])
def test_g16_a_library_for_another_program_keeps_the_c_library(mode: str) -> None:
    text = f"{HEAD}RUN go build -buildmode={mode} -o ext.so ./ext && go build -o q .\nCMD ./q\n"
    main = program('plugin.Open("ext.so")', "plugin")
    findings = infer(text, {**FILES, "main.go": main, "ext/ext.go": "package main\n"})
    assert libcs(findings) == {"glibc"}
    assert inserted(findings) == []
    assert "/work/q" in artifacts(findings)


def test_g16_static_c_runs_anywhere() -> None:
    run = "go build -ldflags '-linkmode external -extldflags -static' -o q ."
    assert needs(infer(f"{HEAD}RUN {run}\nCMD ./q\n", {**FILES, "main.go": C}), NeedLibc) == []
    without = run.replace(" -extldflags -static", "")
    assert libcs(infer(f"{HEAD}RUN {without}\nCMD ./q\n", {**FILES, "main.go": C})) == {"glibc"}


@pytest.mark.parametrize("tool", ["dep ensure", "glide install", "govendor sync", "go get -d -v ./..."])
def test_g15_old_tools_do_not_hide_the_build(tool: str) -> None:
    text = f"FROM golang:1.12\nWORKDIR /go/src/acme.test/fig\nCOPY . .\nRUN {tool}\nRUN go install .\nCMD fig\n"
    findings = infer(text, {"main.go": MAIN, "Gopkg.toml": "", "glide.yaml": ""})
    assert refusals(findings) == set()
    assert "/go/bin/fig" in artifacts(findings)


@pytest.mark.parametrize("build", ["GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o q .", "go build -o q ."])
def test_d23_a_target_platform_is_an_argument_of_the_builder(build: str) -> None:
    text = (
        "FROM --platform=$BUILDPLATFORM golang:1.24\nARG TARGETOS TARGETARCH\nWORKDIR /work\nCOPY . .\n"
        f'RUN {build}\nCMD ["./q"]\n'
    )
    outcome = rewrite(text, MemoryContext(FILES))
    assert isinstance(outcome, Rewritten)
    builder, _, runtime = outcome.text.partition("\n\nFROM ")
    assert "ARG TARGETOS TARGETARCH" in builder
    assert "ARG" not in runtime
    assert "BUILDPLATFORM" not in runtime


def test_d12_mounts_stay_on_the_build() -> None:
    mounts = "--mount=type=cache,target=/go/pkg/mod --mount=type=secret,id=netrc --network=host"
    text = f'{HEAD}RUN {mounts} go build -o q .\nCMD ["./q"]\n'
    outcome = rewrite(text, MemoryContext(FILES))
    assert isinstance(outcome, Rewritten)
    assert f"RUN {mounts} CGO_ENABLED=0 go build -o q ." in outcome.text
