"""G01, G02, G03, G16: whether cgo is needed, and what follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerslim_rewrite.knowledge.go_modules import module_fact
from dockerslim_rewrite.languages.go import imports
from dockerslim_rewrite.languages.model import InsertText, NeedLibc
from tests.languages.go.support import HEAD, MAIN, MOD, infer, inserted, libcs, needs, no_cache

__all__ = ["no_cache"]

ALPINE = HEAD.replace("golang:1.24-bookworm", "golang:1.24-alpine")


def program(*imports: str, extra: str = "") -> str:
    lines = "".join(f'\t_ "{path}"\n' for path in imports)
    return f"package main\n\nimport (\n{lines})\n\n{extra}func main() {{}}\n"


def docker(run: str = "go build -o /opt/parcel .", head: str = HEAD) -> str:
    return f'{head}RUN {run}\nCMD ["/opt/parcel"]\n'


C = 'package main\n\n// int one() { return 1; }\nimport "C"\n\nfunc one() int { return int(C.one()) }\n'


def mod(*modules: str, go: str = "1.22") -> str:
    return f"module example.com/x\n\ngo {go}\n" + "".join(f"require {module} v1.0.0\n" for module in modules)


def test_no_cgo_makes_the_binary_static() -> None:
    findings = infer(docker(), {"go.mod": MOD, "main.go": program("net/http", "os/user")})
    assert inserted(findings) == ["CGO_ENABLED=0 "]
    assert libcs(findings) == set()


def test_the_insertion_stands_in_front_of_go() -> None:
    text = docker("cd . && GOFLAGS=-v go build -o /opt/parcel .")
    findings = infer(text, {"go.mod": MOD, "main.go": program()})
    (effect,) = [item.effect for item in findings.suggestions if item.code == "G01"]
    assert text[effect.offset :].startswith("GOFLAGS=-v go build")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "files",
    [
        {"one.go": C},
        {"inner/one.go": C.replace("main", "inner"), "main.go": program("example.com/x/inner")},
        {"main.go": program("example.com/away"), "vendor/example.com/away/a.go": C.replace("main", "away")},
        {"main.go": program("github.com/mattn/go-sqlite3"), "go.mod": mod("github.com/mattn/go-sqlite3")},
        {"main.go": program("gorm.io/driver/sqlite"), "go.mod": mod("gorm.io/driver/sqlite")},
        {"main.go": program("plugin")},
        {"one_linux.go": C},
        {
            "one.go": "//go:build cgo\n\n" + C,
            "two.go": "//go:build !cgo\n\npackage main\nfunc one() int { return 1 }\n",
        },
    ],
)
def test_cgo_keeps_the_builders_libc(files: dict[str, str]) -> None:
    findings = infer(docker(), {"go.mod": mod(), "main.go": program(), **files})
    assert inserted(findings) == []
    assert [(need.libc, need.release) for need in needs(findings, NeedLibc)] == [("glibc", "bookworm")]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "files",
    [
        {"one_windows.go": C},
        {"one_test.go": C},
        {"one.go": "//go:build ignore\n\n" + C},
        {"one.go": "// +build darwin\n\n" + C},
        {"unused/one.go": C.replace("main", "unused")},
        {"text.go": 'package main\n\nconst c = `import "C"`\n// import "C"\n'},
        {"_one.go": C},
        {"main.go": program("github.com/gin-gonic/gin"), "go.mod": mod("github.com/gin-gonic/gin", "golang.org/x/net")},
    ],
)
def test_near_misses_are_not_cgo(files: dict[str, str]) -> None:
    findings = infer(docker(), {"go.mod": mod(), "main.go": program(), **files})
    assert inserted(findings) == ["CGO_ENABLED=0 "]


@pytest.mark.parametrize(
    ("imports", "go_mod"),
    [
        (("example.com/nobody/knows",), mod("example.com/nobody/knows")),
        (("github.com/gin-gonic/gin",), mod("github.com/gin-gonic/gin", "example.com/indirect")),
        (("github.com/gin-gonic/gin",), mod("github.com/gin-gonic/gin", go="1.16")),
        (("example.com/x/absent",), mod()),
    ],
)
def test_what_is_not_known_keeps_the_libc(imports: tuple[str, ...], go_mod: str) -> None:
    findings = infer(docker(), {"go.mod": go_mod, "main.go": program(*imports)})
    assert inserted(findings) == []
    (need,) = needs(findings, NeedLibc)
    assert need == NeedLibc("glibc", "bookworm", cxx=True)
    assert any(note.code == "G02" for note in findings.notes)


def test_without_a_context_the_libc_stays() -> None:
    findings = infer(docker(), None)
    assert inserted(findings) == []
    assert libcs(findings) == {"glibc"}


def test_the_module_cache_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "example.com" / "nobody@v1.0.0"
    place.mkdir(parents=True)
    monkeypatch.setenv("GOMODCACHE", str(tmp_path))
    files = {"go.mod": mod("example.com/nobody"), "main.go": program("example.com/nobody")}
    (place / "a.go").write_text("package nobody\n")
    assert inserted(infer(docker(), files)) == ["CGO_ENABLED=0 "]
    (place / "a.go").write_text(C.replace("main", "nobody"))
    assert libcs(infer(docker(), files)) == {"glibc"}


def test_the_module_cache_is_asked_for_what_go_sum_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "example.com" / "deep@v1.2.0" / "in"
    place.mkdir(parents=True)
    (place / "a.go").write_text("package in\n")
    monkeypatch.setenv("GOMODCACHE", str(tmp_path))
    files = {"go.mod": mod(go="1.15"), "main.go": program("example.com/deep/in")}
    assert inserted(infer(docker(), {**files, "go.sum": "example.com/deep v1.2.0 h1:x=\n"})) == ["CGO_ENABLED=0 "]
    assert inserted(infer(docker(), {**files, "go.sum": "example.com/deep v1.3.0 h1:x=\n"})) == []


def test_a_local_replacement_is_read() -> None:
    files = {
        "go.mod": mod("example.com/away") + "replace example.com/away => ./away\n",
        "main.go": program("example.com/away"),
    }
    assert inserted(infer(docker(), {**files, "away/a.go": "package away\n"})) == ["CGO_ENABLED=0 "]
    assert libcs(infer(docker(), {**files, "away/a.go": C.replace("main", "away")})) == {"glibc"}


@pytest.mark.parametrize(
    "run",
    [
        "CGO_ENABLED=0 go build -o /opt/parcel .",
        "export CGO_ENABLED=0; go build -o /opt/parcel .",
        "go env -w CGO_ENABLED=0 && go build -o /opt/parcel .",
        "env CGO_ENABLED=0 GOOS=linux go build -o /opt/parcel .",
    ],
)
def test_an_author_who_switched_cgo_off(run: str) -> None:
    findings = infer(docker(run), {"go.mod": mod(), "main.go": program("example.com/unknown")})
    assert inserted(findings) == []
    assert libcs(findings) == set()


def test_env_switches_cgo_off() -> None:
    text = docker(head=HEAD + "ENV CGO_ENABLED=0\n")
    assert libcs(infer(text, {"go.mod": mod(), "main.go": program("example.com/unknown")})) == set()


@pytest.mark.parametrize(
    "run",
    [
        "go build -race -o /opt/parcel .",
        "go build -buildmode=c-shared -o /opt/parcel .",
        'go build -ldflags "-linkmode external" -o /opt/parcel .',
        "CGO_ENABLED=1 go build -o /opt/parcel .",
        "sudo go build -o /opt/parcel .",
        "go build $FLAGS -o /opt/parcel .",
    ],
)
def test_builds_that_stay_linked(run: str) -> None:
    findings = infer(docker(run), {"go.mod": MOD, "main.go": program()})
    assert inserted(findings) == []
    assert libcs(findings) == {"glibc"}


def test_static_cgo_fits_any_base() -> None:
    run = """go build -ldflags '-linkmode external -extldflags "-static"' -o /opt/parcel ."""
    findings = infer(docker(run), {"go.mod": MOD, "main.go": program(), "one.go": C})
    assert (libcs(findings), inserted(findings)) == (set(), [])


def test_extldflags_make_a_program_with_c_of_its_own_static() -> None:
    run = """go build -ldflags '-extldflags "-static"' -o /opt/parcel ."""
    findings = infer(docker(run), {"go.mod": MOD, "main.go": program(), "one.go": C})
    assert (libcs(findings), inserted(findings)) == (set(), [])


def test_more_packages_than_are_followed_keep_the_libc(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"go.mod": mod("github.com/gin-gonic/gin"), "main.go": program("example.com/x/one")}
    files["one/a.go"] = 'package one\n\nimport _ "github.com/gin-gonic/gin"\n'
    assert inserted(infer(docker(), files)) == ["CGO_ENABLED=0 "]
    monkeypatch.setattr(imports, "MAX_PACKAGES", 1)
    findings = infer(docker(), files)
    assert (inserted(findings), libcs(findings)) == ([], {"glibc"})
    assert any("more packages than are followed" in note.message for note in findings.notes)


def test_extldflags_alone_do_not_make_net_static() -> None:
    run = """go build -ldflags '-extldflags "-static"' -o /opt/parcel ."""
    assert inserted(infer(docker(run), {"go.mod": MOD, "main.go": program("net")})) == ["CGO_ENABLED=0 "]


def test_alpine_without_a_compiler_builds_static() -> None:
    findings = infer(docker(head=ALPINE), {"go.mod": mod(), "main.go": program("example.com/unknown")})
    assert (libcs(findings), inserted(findings)) == (set(), [])


@pytest.mark.parametrize("package", ["gcc musl-dev", "build-base", "g++", "clang"])
def test_alpine_with_a_compiler_is_musl(package: str) -> None:
    text = docker(head=f"{ALPINE}RUN apk add --no-cache {package}\n")
    assert libcs(infer(text, {"go.mod": MOD, "main.go": program(), "one.go": C})) == {"musl"}


def test_old_alpine_links_musl_unless_told_otherwise() -> None:
    text = docker(head=ALPINE.replace("1.24", "1.19"))
    assert inserted(infer(text, {"go.mod": MOD, "main.go": program("net")})) == ["CGO_ENABLED=0 "]


def test_make_is_told_only_when_every_build_behind_it_is_pure() -> None:
    files = {"go.mod": MOD, "main.go": program(), "two/two.go": program(), "Makefile": ""}
    pure = "b:\n\tgo build -o /opt/parcel .\n\tgo build -o /opt/two ./two\n"
    assert inserted(infer(docker("make"), {**files, "Makefile": pure})) == ["CGO_ENABLED=0 "]
    assert inserted(infer(docker("make"), {**files, "Makefile": pure, "two/c.go": C})) == []
    own = "b:\n\tCGO_ENABLED=1 go build -o /opt/parcel .\n"
    assert inserted(infer(docker("make"), {**files, "Makefile": own})) == []
    race = "b:\n\tgo test -race ./...\n\tgo build -o /opt/parcel .\n"
    assert inserted(infer(docker("make"), {**files, "Makefile": race})) == []


@pytest.mark.parametrize(
    ("path", "cgo"),
    [
        ("github.com/mattn/go-sqlite3", "needed"),
        ("github.com/confluentinc/confluent-kafka-go/v2/kafka", "needed"),
        ("github.com/h2non/bimg", "needed"),
        ("github.com/goccy/go-graphviz", "needed"),
        ("github.com/otiai10/gosseract/v2", "needed"),
        ("github.com/libgit2/git2go/v34", "needed"),
        ("github.com/tecbot/gorocksdb", "needed"),
        ("github.com/spf13/cobra", "pure"),
        ("golang.org/x/sys/unix", "pure"),
        ("github.com/shirou/gopsutil/cpu", "optional"),
    ],
)
def test_module_facts(path: str, cgo: str) -> None:
    fact = module_fact(path)
    assert fact is not None
    assert fact.cgo == cgo


def test_an_unlisted_module_has_no_fact() -> None:
    assert module_fact("example.com/nobody") is None
    assert module_fact("github.com/spf13") is None


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ('["go", "build", "-o", "q"]', '["env", "CGO_ENABLED=0", "go", "build", "-o", "q"]'),
        ('[ "make" ]', '[ "env", "CGO_ENABLED=0", "make" ]'),
        ('["sh", "-c", "cd . && go build -o q"]', '["sh", "-c", "cd . && CGO_ENABLED=0 go build -o q"]'),
        (r'["sh", "-c", "echo \"q\" && go build -o q"]', None),
    ],
)
def test_exec_form_gets_the_switch_through_env(run: str, expected: str | None) -> None:
    text = f'{HEAD}RUN {run}\nCMD ["./q"]\n'
    findings = infer(text, {"go.mod": MOD, "main.go": MAIN, "Makefile": "q:\n\tgo build -o q\n"})
    edits = [item.effect for item in findings.suggestions if isinstance(item.effect, InsertText)]
    if expected is None:
        assert edits == []
        assert libcs(findings) == {"glibc"}
        return
    (edit,) = edits
    assert text[: edit.offset] + edit.text + text[edit.offset :] == text.replace(run, expected)
