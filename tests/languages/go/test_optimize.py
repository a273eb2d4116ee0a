"""--optimize on Go builders: what is added (O01 to O03), and where nothing may be."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from tests.languages.go.support import MAIN, no_cache
from tests.support import MemoryContext

__all__ = ["no_cache"]

MOD = "module example.com/acme/parcel\n\ngo 1.22\n\nrequire example.org/kit v1.2.0\n"
SUM = "example.org/kit v1.2.0 h1:AAAA=\nexample.org/kit v1.2.0/go.mod h1:BBBB=\n"
FILES = {"go.mod": MOD, "go.sum": SUM, "main.go": MAIN}
MODULES = "--mount=type=cache,target=/go/pkg/mod"
BUILDS = "--mount=type=cache,target=/root/.cache/go-build"


def builder(dockerfile: str, files: dict[str, str] | None = None, skip: str = "") -> str:
    outcome = rewrite(dockerfile, MemoryContext(files or FILES), Options(optimize=True, skip=skip))
    assert isinstance(outcome, Rewritten), outcome
    return outcome.text.rsplit("\nFROM ", 1)[0].rstrip()


def image(
    build: str = "go build -o parcel .", before: str = "", after: str = "", copy: str = "COPY . .", base: str = "1.24"
) -> str:
    lines = [f"FROM golang:{base}", before, "WORKDIR /work", copy, after, f"RUN {build}", 'CMD ["/work/parcel"]']
    return "\n".join(line for line in lines if line) + "\n"


def test_everything_at_once() -> None:
    assert builder(image()).splitlines() == [
        "FROM golang:1.24 AS builder",
        "WORKDIR /work",
        "COPY go.mod go.sum ./",
        f"RUN {MODULES} go mod download",
        "COPY . .",
        f'RUN {MODULES} {BUILDS} CGO_ENABLED=0 go build -o parcel -trimpath -ldflags="-s -w" .',
    ]


@pytest.mark.parametrize(
    ("skip", "gone"),
    [("O01", "go mod download"), ("O02", "--mount"), ("o03", "-trimpath"), ("O01,O02,O03", "RUN --mount")],
)
def test_each_has_its_own_switch(skip: str, gone: str) -> None:
    assert gone in builder(image())
    assert gone not in builder(image(), skip=skip)
    assert gone not in builder(f"# dockerslim: ignore={skip}\n{image()}")


def test_nothing_without_the_option() -> None:
    outcome = rewrite(image(), MemoryContext(FILES))
    assert isinstance(outcome, Rewritten)
    assert not {decision.code for decision in outcome.plan.decisions} & {"O01", "O02", "O03"}


def test_a_module_below_the_context_root_goes_where_its_directory_goes() -> None:
    files = {f"backend/{name}": text for name, text in FILES.items()}
    text = builder(
        image("cd /srv/api && go build -o /work/parcel .", copy="COPY --chown=1000:1000 backend /srv/api"), files
    )
    assert "COPY --chown=1000:1000 backend/go.mod backend/go.sum /srv/api/\n" in text
    assert f"RUN {MODULES} cd /srv/api && go mod download\n" in text


def test_the_download_sees_the_secrets_of_the_build() -> None:
    text = builder(image("--mount=type=secret,id=netrc,target=/root/.netrc go build -o parcel ."))
    assert f"RUN --mount=type=secret,id=netrc,target=/root/.netrc {MODULES} go mod download" in text


@pytest.mark.parametrize(
    ("dockerfile", "files"),
    [
        (image(), {**FILES, "vendor/modules.txt": ""}),
        (image(), {**FILES, "go.work": "go 1.22\nuse .\n"}),
        (
            image(),
            {**FILES, "go.mod": MOD + "replace example.org/kit => ./kit\n", "kit/go.mod": "module example.org/kit\n"},
        ),
        (image(), {name: text for name, text in FILES.items() if name != "go.sum"}),
        (image(), {**FILES, "go.mod": "module example.com/acme/parcel\n"}),
        (image("GOPROXY=https://example.net go build -o parcel ."), FILES),
        (image("git config --global url.x.insteadOf y && go build -o parcel ."), FILES),
        (image(after="RUN apt-get update && apt-get install -y git"), FILES),
        (image(after="USER 1000"), FILES),
        (image("go build -mod=vendor -o parcel ."), FILES),
        (image("--network=none go build -o parcel ."), FILES),
        (image(copy="COPY go.mod go.sum ./\nCOPY . ."), FILES),
        (image(base="1.12"), FILES),
    ],
)
def test_no_download_first(dockerfile: str, files: dict[str, str]) -> None:
    assert "go mod download" not in builder(dockerfile, files)


@pytest.mark.parametrize(
    "dockerfile",
    [
        image(after="USER 1000"),
        image("go build -o parcel . && rm -rf /root/.cache"),
        image("go build -o parcel . && rm -rf /root/*"),
        image("go build -o parcel . && go clean -modcache"),
        image("--network=none go build -o parcel ."),
        image("mage build && go build -o parcel ."),
        image(before="ENV GOPROXY=off"),
        "# syntax=docker/dockerfile:1.1\n" + image(),
        "# syntax=example.org/frontend:1\n" + image(),
    ],
)
def test_no_mounts(dockerfile: str) -> None:
    assert f"{BUILDS} " not in builder(dockerfile)


def test_a_cache_that_a_command_reads_is_not_mounted() -> None:
    text = builder(image("go build -o parcel . && cp -r /go/pkg/mod/example.org/kit@v1.2.0/web /work/web"))
    assert MODULES not in text
    assert BUILDS in text


def test_mounts_with_a_frontend_that_knows_them() -> None:
    assert f"RUN {MODULES} {BUILDS}" in builder("# syntax=docker/dockerfile:1\n" + image())


def test_the_build_cache_stays_out_where_c_is_compiled() -> None:
    files = {**FILES, "main.go": 'package main\n\n// int one() { return 1; }\nimport "C"\n\nfunc main() { C.one() }\n'}
    text = builder(image(), files)
    assert BUILDS not in text
    assert f"RUN {MODULES} go build" in text


def test_a_mount_of_the_author_stays_the_only_one() -> None:
    text = builder(image(f"{MODULES},id=mods go build -o parcel ."))
    assert text.splitlines()[-1].count("/go/pkg/mod") == 1


@pytest.mark.parametrize(
    ("build", "want"),
    [
        ("go build -C /work -o parcel", 'go build -C /work -o parcel -trimpath -ldflags="-s -w"'),
        ("go build -ldflags='-X main.a=b' -o parcel", "go build -ldflags='-s -w -X main.a=b' -o parcel -trimpath"),
        ('go build -ldflags "-X main.a=$V" -o parcel', 'go build -ldflags "-s -w -X main.a=$V" -o parcel -trimpath'),
        ('go build -trimpath -ldflags="-w -s" -o parcel', 'go build -trimpath -ldflags="-w -s" -o parcel'),
        ("go build -ldflags=-w -o parcel", "go build -ldflags=-w -o parcel -trimpath"),
        ('go build "-ldflags=-X main.a=b" -o parcel', 'go build "-ldflags=-X main.a=b" -o parcel -trimpath'),
        ('go build -ldflags "all=-w" -o parcel', 'go build -ldflags "all=-w" -o parcel -trimpath'),
        ("go build -gcflags='all=-N -l' -o parcel", "go build -gcflags='all=-N -l' -o parcel"),
        ("go build $FLAGS -o parcel", "go build $FLAGS -o parcel"),
        ("GOFLAGS=-ldflags=-w go build -o parcel", "GOFLAGS=-ldflags=-w go build -o parcel"),
    ],
)
def test_flags_of_the_build(build: str, want: str) -> None:
    line = builder(image(build)).splitlines()[-1]
    for word in ("CGO_ENABLED=0 ", f"{MODULES} ", f"{BUILDS} ", "RUN "):
        line = line.replace(word, "")
    assert line == want


@pytest.mark.parametrize(
    ("code", "trimmed", "stripped"),
    [
        ('import "runtime"\n\nfunc main() { runtime.Caller(0) }\n', False, True),
        ('import "log"\n\nfunc main() { log.SetFlags(log.Llongfile) }\n', False, True),
        ('import "go.uber.org/zap"\n\nfunc main() { zap.L() }\n', False, True),
        ('import "debug/elf"\n\nfunc main() { elf.Open("x") }\n', True, False),
    ],
)
def test_what_a_program_reads_of_itself(code: str, trimmed: bool, stripped: bool) -> None:
    text = builder(image(), {**FILES, "main.go": f"package main\n\n{code}"})
    assert ("-trimpath" in text, "-s -w" in text) == (trimmed, stripped)


def test_lines_that_are_not_shell_text_stay() -> None:
    text = builder(image('["go", "build", "-o", "parcel", "."]'))
    assert '["env", "CGO_ENABLED=0", "go", "build", "-o", "parcel", "."]' in text


def test_a_build_behind_make_keeps_its_flags() -> None:
    text = builder(image("make"), {**FILES, "Makefile": "parcel:\n\tgo build -o parcel .\n"})
    assert text.splitlines()[-1] == f"RUN {MODULES} {BUILDS} CGO_ENABLED=0 make"
