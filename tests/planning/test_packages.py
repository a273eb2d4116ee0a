"""OS packages of the author in the runtime stage: where they come from, and programs that a file is."""

import pytest

from dockerslim_rewrite.context.local import NoContext
from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten, Unchanged
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.needs import sort_packages
from tests.support import MemoryContext, project_of

END = 'WORKDIR /app\nCOPY . .\nRUN pip install flask\nCMD ["python", "app.py"]\n'


def outcome(run: str, end: str = END) -> Outcome:
    return rewrite(f"FROM python:3.12\n{run}\n{end}", NoContext())


@pytest.mark.parametrize(
    "change",
    [
        "RUN echo 'deb https://deb.example.test/ stable main' > /etc/apt/sources.list.d/other.list",
        "RUN echo 'deb https://deb.example.test/ stable main' | tee /etc/apt/sources.list.d/other.list",
        "RUN echo 'deb https://deb.example.test/ stable main' | tee /tmp/log /etc/apt/sources.list.d/other.list",
        "COPY other.list /etc/apt/sources.list.d/",
        "RUN add-apt-repository ppa:other",
    ],
)
def test_packages_of_another_archive_are_refused(change: str) -> None:
    install = "RUN apt-get update && apt-get install -y"
    assert isinstance(outcome(f"{change}\n{install} nodejs"), Refused)
    assert isinstance(outcome(f"{change}\n{install} google-chrome-stable"), Refused)
    found = outcome(f"{change}\n{install} fonts-dejavu")  # no other archive is known to have it
    assert isinstance(found, Rewritten)
    assert "other.list" not in found.text.split("\nFROM ")[1]
    assert isinstance(outcome(f"{install} nodejs\n{change}"), Rewritten)


def test_a_program_that_a_file_is_needs_no_package() -> None:
    add = "ADD https://example.test/dumb-init /usr/local/bin/dumb-init"
    end = END.replace('CMD ["', 'CMD ["dumb-init", "')
    with_file, without = outcome(add, end), outcome("", end)
    assert isinstance(with_file, Rewritten)
    assert isinstance(without, Rewritten)
    assert "/usr/local/bin/dumb-init" in with_file.text
    assert "apt-get install" not in with_file.text


CGO = 'package main\n\nimport "C"\n\nfunc main() {}\n'


def installs(base: str, packages: str, lines: str) -> str:
    text = f"FROM {base}\nRUN apt-get update && apt-get install -y {packages}\n{lines}"
    outcome = rewrite(text, MemoryContext({"app.py": "", "go.mod": "module a\n", "main.go": CGO}))
    assert isinstance(outcome, Rewritten), outcome
    return next((line.text for line in outcome.plan.runtime if "apt-get" in line.text), "")


def test_extensions_do_not_link_the_interpreter() -> None:
    assert not installs("python:3.12-bookworm", "gcc python3-dev", END)
    go = 'WORKDIR /a\nCOPY . .\nRUN go build -o /a/b .\nCMD ["/a/b"]\n'
    assert " libpython3.11 " in installs("golang:1.24-bookworm", "python3-dev", go)


@pytest.mark.parametrize(
    ("value", "package"),
    [
        ("/usr/lib/libgdal.so.32", "libgdal32"),
        ("/opt/x/libgdal.so", "libgdal32"),
        ("/usr/lib/libgeos_c.so", "libgdal32"),
        ("/usr/lib/libgdal.so", "libgdal-dev"),
        ("/usr/lib/x86_64-linux-gnu/libgdal.so", "libgdal-dev"),
    ],
)
def test_a_link_to_a_library_belongs_to_the_package_for_building(value: str, package: str) -> None:
    line = installs("python:3.12-bookworm", "libgdal-dev", f"ENV GDAL_LIBRARY_PATH={value}\n{END}")
    assert f" {package} " in line


NODE = {
    "package.json": '{"dependencies": {"better-sqlite3": "12.0.0"}}',
    "package-lock.json": '{"lockfileVersion": 3, "packages": {"node_modules/better-sqlite3": {"hasInstallScript": 1}}}',
    "index.js": "require('better-sqlite3')\n",
}
GYP = "python3 make g++"


def node_installs(packages: str, files: dict[str, str], run: str = "npm ci") -> str:
    text = (
        f"FROM node:20-slim\nRUN apt-get update && apt-get install -y {packages}\nWORKDIR /app\nCOPY . .\nRUN {run}\n"
    )
    outcome = rewrite(f'{text}CMD ["node", "index.js"]\n', MemoryContext(files))
    return outcome.text.split("\nFROM ")[1] if isinstance(outcome, Rewritten) else "unchanged: python3"


@pytest.mark.parametrize(
    ("packages", "files", "run"),
    [
        ("python3", {}, "npm ci"),
        (GYP, {"package-lock.json": ""}, "npm install"),
        (GYP, {"index.js": "require('better-sqlite3'); require('child_process').spawn('python3', ['a'])"}, "npm ci"),
        (GYP, {"index.js": "require('better-sqlite3'); require('child_process').spawn(process.argv[2])"}, "npm ci"),
        (
            GYP,
            {"package-lock.json": NODE["package-lock.json"].replace('better-sqlite3": {', 'youtube-dl-exec": {')},
            "npm ci",
        ),
        (GYP, {"scripts/convert.py": "print(1)"}, "npm ci"),
        (GYP, {}, "npm ci && npm i -g python-shell-cli"),
    ],
)
def test_python_beside_node_stays_where_something_may_start_it(packages: str, files: dict[str, str], run: str) -> None:
    files = {name: text for name, text in {**NODE, **files}.items() if text}
    assert "python3" in node_installs(packages, files, run)


def test_python_that_node_gyp_needs_is_left_behind() -> None:
    runtime = node_installs(GYP, NODE)
    assert "better-sqlite3" not in runtime and "python3" not in runtime and "COPY" in runtime


@pytest.mark.parametrize(
    ("base", "source", "packages"),
    [
        ("python:3.12-alpine", "print(1)", "libgcc geos"),
        (
            "python:3.12-alpine",
            "from ctypes.util import find_library",
            "binutils libgcc geos-dev geos",
        ),
        ("python:3.12-bookworm", "from ctypes.util import find_library", "libgeos-c1v5"),
    ],
)
def test_a_library_that_is_found_by_name_needs_the_linker_on_musl(base: str, source: str, packages: str) -> None:
    run = "apk add gcc geos-dev" if "alpine" in base else "apt-get update && apt-get install -y gcc libgeos-dev"
    found = rewrite(f"FROM {base}\nRUN {run}\n{END}", MemoryContext({"app.py": source}))
    assert isinstance(found, Rewritten)
    (line,) = (line.text for line in found.plan.runtime if line.text.startswith(("RUN apk", "RUN apt-get")))
    assert packages in line and ("binutils" in line) == ("binutils" in packages)


def test_packages_that_a_later_line_removes_weigh() -> None:
    """One that the same line removes is in no layer of the original."""
    install = "RUN apt-get update && apt-get install -y gcc"
    end = 'WORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n'
    for remove, outcome in ((" && apt-get purge -y gcc", Unchanged), ("\nRUN apt-get purge -y gcc", Rewritten)):
        text = f"FROM python:3.12-slim\n{install}{remove} && rm -rf /var/lib/apt/lists/*\n{end}"
        assert isinstance(rewrite(text, MemoryContext({"app.py": ""})), outcome)


def test_the_programs_for_which_a_package_is_kept() -> None:
    project = project_of("FROM python:3.12\nRUN apt-get install -y postgresql-client\n", MemoryContext({}))
    plan = sort_packages(
        project.facts,
        project.effects,
        frozenset({"psql", "pg_dump", "ls"}),
        programs_known=False,
        unstarted=frozenset(),
        links_libraries=False,
        finds_libraries=False,
        code="P02",
    )
    assert [(item.summary, item.code) for item in plan.kept] == [("pg_dump, psql is started at run time", "P02")]
