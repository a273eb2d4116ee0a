"""Settings keep their value wherever the author wrote them."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.outcome import Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext

GO = {"go.mod": "module example.com/m\n\ngo 1.23\n", "main.go": "package main\n\nfunc main() {}\n"}
NODE = {"package.json": '{"name": "x"}', "server.js": "", "package-lock.json": '{"lockfileVersion": 3, "packages": {}}'}


def runtime(lines: str, base: str = "golang:1.24", start: str = 'CMD ["/server"]') -> list[str]:
    """Return the lines of the runtime stage: `lines` stand below the build."""
    text = f"FROM {base}\nWORKDIR /app\nCOPY . .\nRUN go build -o /server .\n{lines}\n{start}\n"
    outcome = rewrite(text, MemoryContext(GO))
    assert isinstance(outcome, Rewritten), outcome
    return outcome.text.split("\n\n")[-1].splitlines()[1:]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("USER ${A:-5}\nENV A=1", ["ENV A=1", "WORKDIR /app", "USER 5"]),
        ("USER $A\nARG A=1\nLABEL a=$A", ["ARG A=1", "LABEL a=$A", "WORKDIR /app"]),
        ("ENV D=/a\nWORKDIR $D\nWORKDIR b\nENV D=/c", ["ENV D=/a", "ENV D=/c", "WORKDIR /a/b"]),
        ("ENV P=1\nEXPOSE $P\nENV P=2\nEXPOSE $P", ["ENV P=1", "EXPOSE $P", "ENV P=2", "EXPOSE $P", "WORKDIR /app"]),
        ("VOLUME ${V:-/v}\nENV V=/w", ["VOLUME ${V:-/v}", "ENV V=/w", "WORKDIR /app"]),
        ("STOPSIGNAL ${S:-9}\nENV S=1", ["STOPSIGNAL ${S:-9}", "ENV S=1", "WORKDIR /app"]),
        ("ENV P=1\nEXPOSE $P", ["ENV P=1", "WORKDIR /app", "EXPOSE $P"]),
        ("EXPOSE 80\nENV P=1", ["ENV P=1", "WORKDIR /app", "EXPOSE 80"]),
    ],
)
def test_a_setting_above_its_variable(lines: str, expected: list[str]) -> None:
    found = [line for line in runtime(lines) if not line.startswith(("COPY", "CMD", "ENTRYPOINT"))]
    assert found == expected


OLD_PATH = "ENV PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@pytest.mark.parametrize(
    ("lines", "again"),
    [
        ("ENV PATH=/x:$PATH", False),
        ("LABEL p=$PATH", True),
        ("ENV X=$PATH", True),
        ("ENV X $PATH", True),
        ("ENV PATH $PATH:/x", False),
        ("ENV PATH=/x:$PATH X=$PATH", True),
        ("ENV PATH=/x:$PATH\nLABEL p=$PATH", True),
    ],
)
def test_path_is_set_again_where_something_else_has_its_value(lines: str, again: bool) -> None:
    assert (OLD_PATH in runtime(lines)) == again


def test_variables_of_the_old_base_are_set_again_and_not_called_lost() -> None:
    text = 'FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN go build -o /server .\nENV X=$GOPATH/x\nCMD ["/server"]\n'
    outcome = rewrite(text, MemoryContext(GO))
    assert isinstance(outcome, Rewritten)
    assert "ENV GOPATH=/go\nENV X=$GOPATH/x\n" in outcome.text
    changes = {change for decision in outcome.plan.decisions for change in decision.changes}
    assert "env:GOPATH" not in changes and "env:GOLANG_VERSION" in changes


def test_a_value_of_the_old_base_that_is_not_known_is_not_lost_in_silence() -> None:
    head = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nLABEL node=$NODE_VERSION\n"
    text = f'{head}CMD ["node", "server.js"]\n'
    outcome = rewrite(text, MemoryContext(NODE))
    assert isinstance(outcome, Refused)
    assert [(item.code, item.line) for item in outcome.blockers] == [("D06", 5)]
    assert runtime("LABEL go=$GOLANG_VERSION", "golang:1.24.3")[:2] == [
        "ENV GOLANG_VERSION=1.24.3",
        "LABEL go=$GOLANG_VERSION",
    ]
    in_the_new_base_too = rewrite(f"{head}CMD node server.js\n", MemoryContext(NODE))
    assert isinstance(in_the_new_base_too, Rewritten) and "ENV NODE_VERSION" not in in_the_new_base_too.text


@pytest.mark.parametrize("start", ["CMD node server.js", 'CMD ["node", "server.js"]\nHEALTHCHECK CMD true || false'])
def test_the_shell_that_shell_names_is_there(start: str) -> None:
    head = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\n"
    outcome = rewrite(f'{head}SHELL ["/bin/bash", "-c"]\n{start}\n', MemoryContext(NODE))
    assert isinstance(outcome, Rewritten) and "apk add --no-cache bash" in outcome.text
    plain = rewrite(f'{head}SHELL ["/bin/sh", "-ec"]\n{start}\n', MemoryContext(NODE))
    assert isinstance(plain, Rewritten) and "bash" not in plain.text


@pytest.mark.parametrize("keyword", ["CMD", "ENTRYPOINT"])
def test_shell_below_a_command_is_refused(keyword: str) -> None:
    text = f'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\n{keyword} node server.js\nSHELL ["/bin/bash", "-c"]\n'
    outcome = rewrite(text, MemoryContext(NODE))
    assert isinstance(outcome, Refused)
    assert [(item.code, item.line) for item in outcome.blockers] == [("D11", 5)]


def test_a_variable_of_the_old_base_that_is_set_anew_has_no_need_of_the_old_value() -> None:
    """Only what stands above the new value has the old one."""
    assert "ENV GOPATH=/go" not in runtime("ENV GOPATH=/mine\nENV B=$GOPATH")
    assert runtime("ENV A=$GOPATH/x\nENV GOPATH=/mine B=$GOPATH")[:3] == [
        "ENV GOPATH=/go",
        "ENV A=$GOPATH/x",
        "ENV GOPATH=/mine B=$GOPATH",
    ]


def test_what_is_set_anew_is_not_said_to_differ() -> None:
    text = "FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN go build -o /server .\n{0}\nCMD exec /server\n"

    def changed(lines: str) -> dict[str, str]:
        outcome = rewrite(text.format(lines), MemoryContext(GO))
        assert isinstance(outcome, Rewritten)
        found = [item for item in outcome.plan.decisions if any(name.startswith("env:") for name in item.changes)]
        return {name: item.summary.split(":")[0] for item in found for name in item.changes}

    lost, path = "not set at run time", "PATH starts from the new base's"
    every = {"env:GOLANG_VERSION": lost, "env:GOPATH": lost, "env:GOTOOLCHAIN": lost, "env:PATH": path}
    assert changed("") == every
    assert changed("ENV GOPATH=/mine") == {name: what for name, what in every.items() if name != "env:GOPATH"}
    assert changed("ENV X=$GOPATH") == {name: what for name, what in every.items() if name != "env:GOPATH"}
    assert changed("ENV GOPATH=/mine\nENV X=$GOPATH") == changed("ENV GOPATH=/mine")
    assert changed("LABEL path=$PATH") == {name: what for name, what in every.items() if name != "env:PATH"}


def test_the_order_of_settings() -> None:
    health = 'HEALTHCHECK CMD ["/server", "-h"]'
    lines = f'{health}\nSTOPSIGNAL 9\nVOLUME /v\nEXPOSE 80\nUSER 5\nWORKDIR /app/x\nSHELL ["/bin/sh", "-ec"]'
    found = runtime(lines, "golang:1.24-alpine", "CMD exec /server")
    kinds = [line.split(" ")[0] for line in found if not line.startswith(("COPY", "RUN"))]
    assert kinds == ["USER", "WORKDIR", "EXPOSE", "VOLUME", "HEALTHCHECK", "STOPSIGNAL", "SHELL", "CMD"]


@pytest.mark.parametrize("start", ['CMD ["/server"]', 'ENTRYPOINT ["/server"]'])
def test_shell_below_a_command_that_runs_in_none_is_no_reason(start: str) -> None:
    text = f'FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN go build -o /server .\n{start}\nSHELL ["/bin/bash", "-c"]\n'
    assert isinstance(rewrite(text, MemoryContext(GO)), Rewritten)


@pytest.mark.parametrize("lines", ["  USER 5\n\tWORKDIR /x", "USER\t5\nWORKDIR\t/x", "user 5\nworkdir /x"])
def test_settings_are_known_however_they_are_written(lines: str) -> None:
    """Each stands once, in the order of the layout."""
    found = [line.upper().split() for line in runtime(f"EXPOSE 80\n{lines}") if not line.startswith(("COPY", "CMD"))]
    assert found == [["USER", "5"], ["WORKDIR", "/X"], ["EXPOSE", "80"]]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("WORKDIR sub", ["WORKDIR /app", "WORKDIR sub"]),
        ("WORKDIR /srv\nWORKDIR sub", ["WORKDIR /srv", "WORKDIR sub"]),
        ("ENV D=/data\nWORKDIR $D\nWORKDIR sub", ["WORKDIR $D", "WORKDIR sub"]),
        ("ENV D=/data\nWORKDIR ${D}/x", ["WORKDIR ${D}/x"]),
        ("ENV D=data\nWORKDIR $D", ["WORKDIR /app", "WORKDIR $D"]),
        ("ENV D=/data\nWORKDIR D", ["WORKDIR /app", "WORKDIR D"]),  # a directory of that name
    ],
)
def test_all_workdirs_that_lead_to_the_last_are_repeated(lines: str, expected: list[str]) -> None:
    assert [line for line in runtime(lines) if line.startswith("WORKDIR")] == expected
