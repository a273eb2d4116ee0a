"""What the start command, the health check and the author's packages need of the base."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.start import Start
from dockerslim_rewrite.languages.model import Artifact, NeedLibc, NeedProgram, NeedShell
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.needs import Requirement, brought_libc, start_needs, without_brought
from tests.support import MemoryContext, project_of

SEEN = (Evidence("Dockerfile", 1, "x"),)


def needs(lines: str, *artifacts: Artifact) -> list[tuple[str, str, str, int]]:
    """Return what the commands of an image need: what, code, sentence and the line that is evidence."""
    files = {"start.sh": "#!/bin/bash\nwait-for-db\nexec /app/x\n"}
    project = project_of(f"FROM golang:1.24\nWORKDIR /app\nCOPY . .\n{lines}\n", MemoryContext(files))
    assert isinstance(project.start, Start)
    found = start_needs(project.start, project.health, artifacts)
    return [
        (
            item.need.name if isinstance(item.need, NeedProgram) else "a shell",
            item.code,
            item.summary,
            item.evidence[0].line,
        )
        for item in found
        if isinstance(item.need, NeedProgram | NeedShell)
    ]


def test_a_start_command_in_exec_form_needs_nothing() -> None:
    assert needs('CMD ["/app/x"]') == []
    assert needs('CMD ["/usr/bin/x"]') == []


def test_a_start_command_in_shell_form() -> None:
    shell = ("a shell", "D01", "the start command runs through a shell", 4)
    assert needs("CMD exec /app/x") == [shell]
    assert needs("CMD date; exec /app/x") == [shell, ("date", "D02", "the start command calls date", 4)]
    assert needs('CMD ["tini", "/app/x"]') == [("tini", "D02", "the start command calls tini", 4)]


def test_a_start_script() -> None:
    calls = ("wait-for-db", "D02", "the start script calls wait-for-db", 2)
    shell = ("a shell", "D02", "the start command runs through a shell", 4)
    runs = ("/bin/bash", "D02", "/bin/bash runs a script", 2)
    assert needs('CMD ["/app/start.sh"]') == [shell, runs, calls]
    assert needs('CMD ["/app/start.sh"]', Artifact("/opt/wait-for-db", False, 1, "x")) == [shell, runs]
    assert needs('CMD ["/app/start.sh"]', Artifact("/bin/bash", False, 1, "x")) == [shell, calls]
    assert needs('CMD ["/app/start.sh"]', Artifact("/bin", True, 1, "x")) == [shell, calls]
    assert needs('CMD ["/app/start.sh"]', Artifact("/opt", True, 1, "x", ("wait-for-db",))) == [shell, runs]


def test_a_health_check() -> None:
    start = 'CMD ["/app/x"]\n'
    curl = ("curl", "D03", "the health check calls curl", 5)
    assert needs(f'{start}HEALTHCHECK CMD ["curl", "-f", "http://localhost"]') == [curl]
    shell = ("a shell", "D03", "the health check runs through a shell", 5)
    assert needs(f"{start}HEALTHCHECK CMD curl -f http://localhost") == [shell, curl]
    assert needs(f'{start}HEALTHCHECK CMD ["/usr/bin/curl"]')[0][0] == "/usr/bin/curl"
    assert needs(f'{start}HEALTHCHECK CMD ["/opt/curl"]') == []  # the author's own file, as a copy or not


@pytest.mark.parametrize("folder", ["/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin"])
def test_a_program_of_the_system_by_its_path(folder: str) -> None:
    check = f'CMD ["/app/x"]\nHEALTHCHECK CMD ["{folder}/curl"]'
    assert needs(check) == [(f"{folder}/curl", "D03", f"the health check calls {folder}/curl", 5)]
    assert needs(check.replace(folder, f"/opt{folder}")) == []
    assert needs(check, Artifact(f"{folder}/curl", False, 1, "x")) == []


def test_a_program_of_the_working_directory_is_the_authors() -> None:
    check = 'CMD ["/app/x"]\nHEALTHCHECK CMD ["./probe"]'
    assert needs(check) == []


@pytest.mark.parametrize(
    ("artifact", "gone"),
    [
        (Artifact("/usr/local/bin/tini", False, 1, "x"), {"tini"}),
        (Artifact("/usr/local/bin/tini", True, 1, "x"), set()),
        (Artifact("/opt/tini", False, 1, "x"), {"/opt/tini"}),
        (Artifact("/usr/local/bin/dumb-init", False, 1, "x"), set()),
    ],
)
def test_a_program_that_a_copied_file_is_needs_no_package(artifact: Artifact, gone: set[str]) -> None:
    wanted = [Requirement(NeedProgram(name), "D02", "said", SEEN) for name in ("tini", "/opt/tini")]
    wanted.append(Requirement(NeedShell(), "D02", "said", SEEN))
    assert without_brought(wanted, [artifact]) == [
        item for item in wanted if not (isinstance(item.need, NeedProgram) and item.need.name in gone)
    ]


def packages(run: str, start: str = 'CMD ["python", "a.py"]') -> tuple[set[str], list[str]]:
    """Return the packages that the runtime stage installs, and the sentences about those that it does not."""
    head = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
    context = MemoryContext({"requirements.txt": "psycopg2\n", "a.py": "import psycopg2\n"})
    outcome = rewrite(f"{head}RUN apt-get update && apt-get install -y {run}\n{start}\n", context)
    assert isinstance(outcome, Rewritten), outcome
    lines = [line.text for line in outcome.plan.runtime if line.text.startswith("RUN apt-get")]
    installed = {word for line in lines for word in line.split(" && ")[1].split()[2:] if not word.startswith("-")}
    return installed, [text for text in outcome.plan.dropped if ": " in text]


COMPILERS = "compilers, linkers and build drivers; what they made runs without them"
HEADERS = "headers and link-time files; what loads at run time is the library beside it"


@pytest.mark.parametrize(
    ("run", "installed", "dropped"),
    [
        ("gcc libpq-dev", {"libpq5"}, [f"gcc: {COMPILERS}", f"libpq-dev: {HEADERS}"]),
        ("libpq-dev libpq5", {"libpq5"}, [f"libpq-dev: {HEADERS}"]),
        ("libpq5", {"libpq5"}, []),
        ("gcc curl", {"curl"}, [f"gcc: {COMPILERS}"]),
        ("git unheard-of", {"git", "unheard-of"}, []),
        ("gcc && apt-get purge -y gcc", set(), ["gcc: line 5 removes it again"]),
    ],
)
def test_packages_of_the_author(run: str, installed: set[str], dropped: list[str]) -> None:
    assert packages(run) == (installed, dropped)


def test_a_package_outside_the_table_is_said() -> None:
    text = (
        "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y gcc unheard-of\nCOPY . .\nRUN pip install x\n"
    )
    outcome = rewrite(f'{text}CMD ["python", "a.py"]\n', MemoryContext({"a.py": "import x\n"}))
    assert isinstance(outcome, Rewritten)
    found = [(item.line, item.message) for item in outcome.plan.notes if "unheard-of" in item.message]
    assert found == [(2, "unheard-of is not in the package table: kept on doubt")]


@pytest.mark.parametrize(
    ("lines", "libc"),
    [
        ('ADD https://host.example/tini /tini\nENTRYPOINT ["/tini", "--"]', "glibc"),
        ('RUN wget -O /usr/local/bin/hold https://host.example/hold\nENTRYPOINT ["hold", "--"]', "glibc"),
        ("COPY --from=busybox /bin/env /usr/local/bin/hold\nHEALTHCHECK CMD hold 1", "glibc"),
        ("COPY hold.sh /usr/local/bin/hold\nHEALTHCHECK CMD hold 1", None),
        ("COPY hold.bin /usr/local/bin/hold\nHEALTHCHECK CMD hold 1", "glibc"),
        ("ADD https://host.example/hold /usr/local/bin/other\nHEALTHCHECK CMD hold 1", None),
        ("ADD https://host.example/hold /opt/hold\nHEALTHCHECK CMD hold 1", None),
        ("ADD https://host.example/hold /opt/hold\nHEALTHCHECK CMD /opt/hold 1", "glibc"),
    ],
)
def test_how_a_program_that_was_fetched_is_linked_is_not_known(lines: str, libc: str | None) -> None:
    """Alpine has no glibc, distroless/static no C library at all: `tini` did not start there."""
    context = MemoryContext({"hold.sh": "#!/bin/sh\nexec x\n", "hold.bin": "x"})
    project = project_of(f'FROM golang:1.24-bookworm\n{lines}\nCMD ["/app"]\n', context)
    paths = ("/tini", "/usr/local/bin/hold", "/usr/local/bin/other", "/opt/hold")
    held = [Artifact(path, False, 1, "x") for path in paths if f" {path}" in lines]
    found = list(brought_libc(project, [], held))
    assert [(item.need, item.code) for item in found] == ([(NeedLibc("glibc", "bookworm"), "D10")] if libc else [])
    assert [item.evidence[0].line for item in found] == ([3] if libc else [])


def test_a_fetched_program_that_the_application_starts() -> None:
    project = project_of("FROM golang:1.24-alpine\nCMD /app\n", MemoryContext({}))
    wanted = [Requirement(NeedProgram("hold"), "G11", "said", SEEN)]
    (found,) = brought_libc(project, wanted, [Artifact("/usr/local/bin/hold", False, 1, "x")])
    assert (
        found.need == NeedLibc("musl", "") and str(found.evidence[0]) == "Dockerfile:1: /usr/local/bin/hold is copied"
    )
    assert not list(brought_libc(project, wanted, [Artifact("/usr/local/bin/hold", True, 1, "x")]))
