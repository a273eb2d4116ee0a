"""G04, G05, G06, G11, G17: what the sources ask of the system."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.languages.model import MakeDirectory, NeedFeature, NeedShell
from tests.languages.go.support import HEAD, MOD, artifacts, infer, needs, no_cache, programs, refusals

__all__ = ["no_cache"]

ASSETS = {
    "go.mod": MOD,
    "web/index.html": "<p>",
    "web/app.js": "x",
    "conf/prod.yaml": "a: 1",
    "conf/dev.yaml": "a: 2",
    "notes.txt": "n",
    "README.md": "# r",
    "unused/big.bin": "0",
    ".env": "A=1",
}


def source(body: str, *imports: str, top: str = "") -> str:
    lines = "".join(f'\t"{path}"\n' for path in imports)
    return f"package main\n\nimport (\n{lines})\n\n{top}\nfunc main() {{\n{body}\n}}\n"


def carried(main: str, cmd: str = '["./parcel"]', head: str = HEAD, **more: str) -> set[str]:
    text = f"{head}RUN go build -o parcel .\nCMD {cmd}\n"
    findings = infer(text, {**ASSETS, "main.go": main, **more})
    assert not findings.obstacles
    return {path.removeprefix("/work/") for path in artifacts(findings)} - {"parcel"}


KEPT_ON_DOUBT = {"web", "conf", "notes.txt", "unused", ".env"}


@pytest.mark.parametrize(
    ("body", "imports", "expected"),
    [
        ("", (), set()),
        ('os.Open("notes.txt")', ("os",), {"notes.txt"}),
        ('os.ReadFile("./notes.txt")', ("os",), {"notes.txt"}),
        ('os.ReadFile("/work/notes.txt")', ("os",), {"notes.txt"}),
        ('os.ReadFile(filepath.Join("conf", "prod.yaml"))', ("os", "path/filepath"), {"conf/prod.yaml", "conf"}),
        ('template.ParseGlob("web/*.html")', ("html/template",), {"web"}),
        ('template.New("x").ParseGlob("web/*")', ("text/template",), {"web"}),
        ('http.FileServer(http.Dir("web"))', ("net/http",), {"web"}),
        ('http.ServeFile(w, r, "web/app.js")', ("net/http",), {"web/app.js"}),
        ('router.Static("/assets", "./web")', (), {"web"}),
        ('router.LoadHTMLGlob("web/*")', (), {"web"}),
        ('os.DirFS("web")', ("os",), {"web"}),
        ('os.Open("web/" + os.Args[1])', ("os",), {"web"}),
        ('os.Open(fmt.Sprintf("conf/%s.yaml", mode()))', ("os", "fmt"), {"conf"}),
        ('viper.AddConfigPath("./conf")', ("github.com/spf13/viper",), {"conf"}),
        ("godotenv.Load()", ("github.com/joho/godotenv",), {".env"}),
        ('open("conf/dev.yaml")', (), {"conf/dev.yaml"}),
        ('migrate.New("file://conf", dsn)', ("github.com/golang-migrate/migrate/v4",), {"conf"}),
        ('sql.Open("sqlite", "notes.txt?mode=ro")', ("database/sql",), {"notes.txt"}),
        ('os.Open("/etc/hosts")', ("os",), set()),
        ('http.Get("http://example.com/web")', ("net/http",), set()),
        ("os.Open(os.Args[1])", ("os",), KEPT_ON_DOUBT),
        ("os.ReadFile(read())", ("os",), KEPT_ON_DOUBT),
        ('os.ReadDir(".")', ("os",), KEPT_ON_DOUBT),
        ('os.Open(os.Getenv("WHERE"))', ("os",), KEPT_ON_DOUBT),
    ],
)
def test_files(body: str, imports: tuple[str, ...], expected: set[str]) -> None:
    assert carried(source(body, *imports)) == expected


@pytest.mark.parametrize(
    ("top", "body", "expected"),
    [
        ('const name = "notes.txt"', "os.Open(name)", {"notes.txt"}),
        ('const dir = "conf"\nconst file = dir + "/prod.yaml"', "os.Open(file)", {"conf/prod.yaml", "conf"}),
        ('var name = "notes.txt"', "os.Open(name)", {"notes.txt"}),
        ("", 'name := "notes.txt"\nos.Open(name)', {"notes.txt"}),
        ("", 'for _, n := range []string{"notes.txt", ".env"} { os.Open(n) }', {"notes.txt", ".env"}),
        ("func load(p string) { os.Open(p) }", 'load("notes.txt")', {"notes.txt"}),
        ('func dir() string { return "conf" }', 'os.Open(dir() + "/prod.yaml")', {"conf/prod.yaml", "conf"}),
        ('var path = flag.String("f", "notes.txt", "")', "os.Open(*path)", {"notes.txt"}),
        ('var p string\nfunc init() { flag.StringVar(&p, "f", "notes.txt", "") }', "os.Open(p)", {"notes.txt"}),
        ("", 'os.Open(filepath.Base("/x/notes.txt"))', {"notes.txt"}),
        ("", 'os.Open(filepath.Clean("conf//prod.yaml"))', {"conf/prod.yaml"}),
        ("", 'os.Open(filepath.Dir("conf/prod.yaml"))', {"conf"}),
        ("", 'here, _ := os.Getwd()\nos.Open(here + "/notes.txt")', {"notes.txt"}),
        ("", 'os.Open(string("notes.txt"))', {"notes.txt"}),
        ("", 'os.Open(fmt.Sprintf("conf/%s.%v", "prod", "yaml"))', {"conf/prod.yaml"}),
        ("", 'os.Open(fmt.Sprintf("conf/%d.yaml", 1))', {"conf"}),
        ("", 'os.Open(fmt.Sprintf("%%/notes.txt"))', set()),
        ("", 'for i, n := range []string{0: "notes.txt", 1: ".env"} { os.Open(n) }', {"notes.txt", ".env"}),
        ("", 'for n := range map[string]int{"notes.txt": 1} { os.Open(n) }', KEPT_ON_DOUBT),
        ('func both() (string, string) { return "x", "notes.txt" }', "_, p := both()\nos.Open(p)", {"notes.txt"}),
        ("func load(p string) { open(p) }\nfunc open(q string) { os.Open(q) }", 'load("notes.txt")', {"notes.txt"}),
        ('func name(p string) string { return p + ".txt" }', 'os.Open(name("notes"))', {"notes.txt"}),
        ("func at(p ...string) { os.Open(p[0]) }", 'at("notes.txt")', KEPT_ON_DOUBT),
        ('var path = pflag.StringP("file", "f", "notes.txt", "")', "os.Open(*path)", {"notes.txt"}),
        ('var p string\nfunc init() { flag.StringVar(&q, "f", "x", "") }', "os.Open(p)", KEPT_ON_DOUBT),
        ("func a() string { return b() }\nfunc b() string { return a() }", "os.Open(a())", KEPT_ON_DOUBT),
        ("", 'os.Open(strings.TrimSuffix("notes.txt.gz", ".gz"))', KEPT_ON_DOUBT),
        ("", 'os.Open(filepath.Rel("a", "b"))', KEPT_ON_DOUBT),
        ("", "os.Open(`notes.txt`)", {"notes.txt"}),
        ("", r'os.Open("n\x6ftes.\164\u0078t")', {"notes.txt"}),
        ("", 'os.Open("a" - "b")', KEPT_ON_DOUBT),
        ("", "os.Open(conf.Path)", KEPT_ON_DOUBT),
        ("", 'http.Get("https://e.com/" + "x")\nos.Open("https://e.com/x")', set()),
        ("", 'os.Open("")', set()),
        ("func load(p string) { os.Open(p) }\nvar f = load", 'load("notes.txt")', KEPT_ON_DOUBT),
        ("var p string", "json.Unmarshal(b, &p)\nos.Open(p)", KEPT_ON_DOUBT),
        ("func load(p string) { os.Open(p) }", "each(load)", KEPT_ON_DOUBT),
    ],
)
def test_values(top: str, body: str, expected: set[str]) -> None:
    names = ("os", "flag", "encoding/json", "fmt", "path/filepath", "strings", "net/http", "github.com/spf13/pflag")
    assert carried(source(body, *names, top=top)) == expected


def test_values_of_an_imported_package() -> None:
    main = source("os.Open(conf.Path)", "os", "example.com/acme/parcel/conf")
    text = 'package conf\n\nvar Path = "notes.txt"\n\nfunc init() { Path = "web/app.js" }\n'
    assert carried(main, **{"conf/conf.go": text}) == {"notes.txt", "web/app.js"}


def test_beside_the_source() -> None:
    body = '_, file, _, _ := runtime.Caller(0)\nos.Open(filepath.Join(filepath.Dir(file), "notes.txt"))'
    assert carried(source(body, "os", "runtime", "path/filepath")) == {"notes.txt"}


def test_a_parameter_of_a_literal_is_no_parameter_of_the_function() -> None:
    literal = "func(path string, i os.FileInfo, e error) error { os.Open(path); return nil }"
    top = f'func visit(path string) {{ filepath.Walk("web", {literal}) }}'
    assert carried(source('visit("notes.txt")', "os", "path/filepath", top=top)) >= KEPT_ON_DOUBT


def test_flags_of_the_command_line_win() -> None:
    main = source("os.Open(*path)", "os", "flag", top='var path = flag.String("f", "notes.txt", "")')
    assert carried(main, '["./parcel", "-f", "conf/prod.yaml"]') >= {"conf/prod.yaml"}
    assert carried(main, '["./parcel", "--f=conf/prod.yaml"]') >= {"conf/prod.yaml"}
    assert carried(main, '["./parcel", "serve", "-v", "-f", "conf/prod.yaml"]') >= {"conf/prod.yaml"}


def test_env_names_files() -> None:
    main = source('os.Open(os.Getenv("CONF"))', "os")
    assert carried(main, head=HEAD + "ENV CONF=conf/prod.yaml\n") == {"conf/prod.yaml"}


def test_beside_the_executable() -> None:
    main = source(
        'self, _ := os.Executable()\nos.Open(filepath.Join(filepath.Dir(self), "conf", "x"))', "os", "path/filepath"
    )
    text = f'{HEAD}RUN go build -o parcel .\nWORKDIR /\nCMD ["/work/parcel"]\n'
    findings = infer(text, {"go.mod": MOD, "main.go": main, "conf/x": "1"})
    assert "/work/conf/x" in artifacts(findings)


def test_source_relative_boxes() -> None:
    main = source('rice.FindBox("../web")', "github.com/GeertJohan/go.rice")
    text = f'{HEAD}RUN go build -o parcel ./cmd\nCMD ["./parcel"]\n'
    findings = infer(text, {**ASSETS, "cmd/main.go": main})
    assert "/work/web" in artifacts(findings)


def test_embedded_files_are_not_carried() -> None:
    main = source(
        'files.ReadFile("web/index.html")\nfiles.ReadDir("web")', "embed", top="//go:embed web\nvar files embed.FS"
    )
    assert carried(main) == set()
    both = source('os.Open("web/index.html")', "embed", "os", top="//go:embed web\nvar files embed.FS")
    assert carried(both) == {"web/index.html"}


def test_packages_that_are_not_built_do_not_count() -> None:
    tool = source("os.Open(os.Args[1])", "os")
    assert carried(source(""), **{"tools/gen/main.go": tool, "main_test.go": tool}) == set()


def test_imported_packages_count() -> None:
    inner = 'package store\n\nimport "os"\n\nfunc Load() { os.Open("notes.txt") }\n'
    main = source("store.Load()", "example.com/acme/parcel/store")
    assert carried(main, **{"store/store.go": inner}) == {"notes.txt"}


def test_without_a_context_the_whole_directory_is_carried() -> None:
    findings = infer(f'{HEAD}RUN go build -o parcel .\nCMD ["./parcel"]\n', None)
    assert "/work" in artifacts(findings)
    assert any("context" in note.message for note in findings.notes)


def test_what_a_generator_made_is_carried() -> None:
    main = source('http.Dir("site/dist")', "net/http")
    text = f'{HEAD}RUN npm run build --prefix site\nRUN go build -o parcel .\nCMD ["./parcel"]\n'
    findings = infer(text, {**ASSETS, "main.go": main, "site/package.json": "{}"})
    assert artifacts(findings) & {"/work", "/work/site"}


@pytest.mark.parametrize(
    ("body", "imports", "feature"),
    [
        ('time.LoadLocation("Asia/Tokyo")', ("time",), "tzdata"),
        ("", ("example.com/unread",), "tzdata"),
        ('http.Get("https://example.com")', ("net/http",), "ca-certificates"),
        ('tls.Dial("tcp", a, nil)', ("crypto/tls",), "ca-certificates"),
        ('http.FileServer(http.Dir("web"))', ("net/http",), "mime-types"),
    ],
)
def test_features(body: str, imports: tuple[str, ...], feature: str) -> None:
    findings = infer(
        f'{HEAD}RUN go build -o parcel .\nCMD ["./parcel"]\n', {**ASSETS, "main.go": source(body, *imports)}
    )
    assert feature in {need.name for need in needs(findings, NeedFeature)}  # type: ignore[attr-defined]


def test_a_plain_program_needs_no_feature() -> None:
    files = {**ASSETS, "main.go": source("fmt.Println(time.Now())", "fmt", "time")}
    assert needs(infer(f'{HEAD}RUN go build -o parcel .\nCMD ["./parcel"]\n', files), NeedFeature) == []


def test_tz_needs_zones() -> None:
    text = f'{HEAD}ENV TZ=Europe/Oslo\nRUN go build -o parcel .\nCMD ["./parcel"]\n'
    assert NeedFeature("tzdata") in needs(infer(text, {**ASSETS, "main.go": source("")}), NeedFeature)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('exec.Command("git", "log")', {"git"}),
        ('exec.CommandContext(ctx, "git")', {"git"}),
        ('p, _ := exec.LookPath("git")\nexec.Command(p)', {"git"}),
        ("exec.Command(tool)", {"git"}),
        ('exec.Command("sh", "-c", "git log | sort")', {"sh", "git", "sort"}),
        ('exec.Command("xdg-open", url)', set()),
        ('exec.Command("rundll32", url)', set()),
        ("exec.Command(os.Args[0])", set()),
        ('exec.Command("bash", "-c", "cd /x; git log")', {"bash", "git"}),
        ('exec.Command("sh", "run.sh")', {"sh"}),
    ],
)
def test_programs(body: str, expected: set[str]) -> None:
    main = source(body, "os/exec", "os", top='const tool = "git"')
    findings = infer(f'{HEAD}RUN go build -o parcel .\nCMD ["./parcel"]\n', {"go.mod": MOD, "main.go": main})
    found = programs(findings) | ({"sh"} if NeedShell() in needs(findings, NeedShell) else set())
    assert found == expected
    assert findings.programs_known


def test_a_program_of_an_installed_package_is_needed() -> None:
    main = source('exec.Command("ffmpeg")', "os/exec")
    head = f"{HEAD}RUN apt-get update && apt-get install -y ffmpeg\n"
    text = f'{head}RUN go build -o parcel .\nCMD ["./parcel"]\n'
    assert programs(infer(text, {"go.mod": MOD, "main.go": main})) == {"ffmpeg"}


@pytest.mark.parametrize("body", ["exec.Command(os.Args[1])", 'exec.Command("sh", "-c", os.Args[1])'])
def test_an_unknown_program_is_said(body: str) -> None:
    main = source(body, "os/exec", "os")
    findings = infer(f'{HEAD}RUN go build -o parcel .\nCMD ["./parcel"]\n', {"go.mod": MOD, "main.go": main})
    assert not findings.programs_known


def test_a_program_that_compiles_go_is_refused() -> None:
    main = source('exec.Command("go", "build")', "os/exec")
    text = f'{HEAD}RUN go build -o parcel .\nCMD ["./parcel"]\n'
    assert refusals(infer(text, {"go.mod": MOD, "main.go": main})) == {"G11"}


@pytest.mark.parametrize(
    ("body", "imports", "expected"),
    [
        # a folder of the project that the program fills, though nothing in it is read
        ('os.WriteFile("conf/new.yaml", b, 0o600)', ("os",), {"conf"}),
        ('os.Create(filepath.Join("unused", name()))', ("os", "path/filepath"), {"unused"}),
        ('os.OpenFile("conf/run.log", os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)', ("os",), {"conf"}),
        ('os.OpenFile("conf/run.log", os.O_RDWR|os.O_CREATE, 0o600)', ("os",), {"conf"}),
        ('os.CreateTemp("unused", "x")', ("os",), {"unused"}),
        ('c.SaveUploadedFile(f, "unused/" + f.Name)', (), {"unused"}),
        ('sql.Open("sqlite", "./unused/app.db?mode=rwc")', ("database/sql",), {"unused"}),
        # what the program only writes is no reason to keep everything
        ("os.Create(os.Args[1])", ("os",), set()),
        ("os.OpenFile(os.Args[1], os.O_WRONLY|os.O_CREATE, 0o600)", ("os",), set()),
        # near misses: the directory is there anyway, is not the project's, or is no directory
        ('os.Create("run.log")', ("os",), set()),
        ('os.Create("/var/log/run.log")', ("os",), set()),
        ('os.Create("absent/run.log")', ("os",), set()),
        ('os.CreateTemp("", "x")', ("os",), set()),
        ('fmt.Println("conf/dev")', ("fmt",), set()),
        ("os.OpenFile(os.Args[1], os.O_RDWR|os.O_CREATE, 0o600)", ("os",), KEPT_ON_DOUBT),
    ],
)
def test_directories_that_the_program_fills(body: str, imports: tuple[str, ...], expected: set[str]) -> None:
    assert carried(source(body, *imports)) == expected


def test_a_directory_of_sources_is_made_anew() -> None:
    main = source('os.Create("lib/deep/app.db")', "os")
    files = {**ASSETS, "main.go": main, "lib/deep/lib.go": "package deep\n"}
    findings = infer(f"{HEAD}RUN go build -o parcel .\nCMD ./parcel\n", files)
    assert artifacts(findings) == {"/work/parcel"}
    assert needs(findings, MakeDirectory) == [MakeDirectory("/work/lib/deep")]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("mkdir data", {"data"}),
        ("mkdir -p data/a data/b/c", {"data"}),
        ("install -d -o www-data uploads", {"uploads"}),
        ("mkdir -p conf/extra", {"conf/extra"}),
        # near misses: not there in the end, part of the build, there anyway, or somebody else's
        ("mkdir data && rm -rf data", set()),
        ("mkdir -p out && go build -o out/x .", set()),
        ("mkdir -p out/bin && go build -o x . && cp x out/bin/", set()),
        ("mkdir -p /work conf", set()),
        ("mkdir -p /srv/data", set()),
    ],
)
def test_directories_that_the_build_makes(run: str, expected: set[str]) -> None:
    head = f"{HEAD}RUN {run}\n"
    assert carried(source(""), head=head) == expected


def test_a_file_that_the_build_makes_is_named_by_a_string() -> None:
    main = source('read("settings.yml")')
    assert carried(main, head=f"{HEAD}RUN cp conf/dev.yaml settings.yml\n") == {"settings.yml"}
    assert carried(source('read("other.yml")'), head=f"{HEAD}RUN cp conf/dev.yaml settings.yml\n") == set()


def test_what_is_copied_by_name_and_kept_out_of_the_repository_is_carried() -> None:
    assert carried(source(""), head=f"{HEAD}COPY go.mod secrets.env ./\nCOPY theme ./theme\n") == {
        "secrets.env",
        "theme",
    }
