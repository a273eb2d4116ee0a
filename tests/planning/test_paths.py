"""Programs at their whole path, and directories that a build makes for the program."""

from __future__ import annotations

import json

import pytest

from dockerslim_rewrite.outcome import Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext

FILES = {"package.json": json.dumps({"name": "x"}), "main.js": "console.log(1)"}


GO_FILES = {"go.mod": "module example.com/x\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {}\n"}


def _rewritten(dockerfile: str, files: dict[str, str] = FILES) -> Rewritten:
    found = rewrite(dockerfile, MemoryContext(files))
    assert isinstance(found, Rewritten)
    return found


@pytest.mark.parametrize(
    ("path", "base"),
    [("/usr/bin/tini", "node:20-slim"), ("tini", "node:20-alpine"), ("/usr/bin/dumb-init", "node:20-alpine")],
)
def test_a_program_must_be_at_its_whole_path(path: str, base: str) -> None:
    run = "RUN apt-get update && apt-get install -y tini dumb-init\n"
    found = _rewritten(
        f'FROM node:20\n{run}WORKDIR /app\nCOPY . .\nENTRYPOINT ["{path}", "--"]\nCMD ["node", "main.js"]\n'
    )
    assert found.plan.runtime_base == base


def _lines(run: str) -> str:
    return _rewritten(f'FROM node:20\n{run}\nWORKDIR /app\nCOPY . .\nCMD ["node", "main.js"]\n').text


def test_a_directory_in_tmp_that_nothing_else_uses_is_for_the_program() -> None:
    assert "COPY --from=builder --chmod=777 /tmp/uploads /tmp/uploads" in _lines(
        "RUN mkdir -p /tmp/uploads && chmod 777 /tmp/uploads"
    )
    assert "/run/service" in _lines("RUN mkdir /run/service").split("FROM")[2]


@pytest.mark.parametrize(
    "run",
    [
        "RUN mkdir /tmp/work && cd /tmp/work && touch a",
        "RUN mkdir /tmp/work && touch /tmp/work/a",
        "RUN mkdir /tmp/work && echo a > /tmp/work/a",
        "RUN mkdir /tmp/work\nWORKDIR /tmp/work\nRUN touch a",
        "RUN mkdir /tmp/work\nCOPY main.js /tmp/work/\nRUN cat /tmp/work/main.js",
    ],
)
def test_a_directory_in_tmp_where_the_build_works_is_left_behind(run: str) -> None:
    assert "/tmp" not in _lines(run).split("FROM")[2]


LIBRARY = {
    "app/package.json": json.dumps({"name": "x", "dependencies": {"own": "file:../lib"}}),
    "app/main.js": "require('own')",
    "lib/package.json": json.dumps({"name": "own"}),
    "lib/index.js": "",
}
IMAGE = 'FROM node:20\n{copy}\nWORKDIR /app\nCOPY app .\nRUN npm install\nCMD ["node", "main.js"]\n'


def test_a_tree_that_is_copied_into_a_directory_of_the_base_brings_its_files_alone() -> None:
    files = {**LIBRARY, "rootfs/etc/tool/a.conf": "", "rootfs/usr/share/b": ""}
    found = rewrite(IMAGE.format(copy="COPY rootfs /\nCOPY lib /lib"), MemoryContext(files))
    assert isinstance(found, Rewritten)
    runtime = found.text.split("FROM")[2]
    for path in ("/etc/tool/a.conf", "/usr/share/b", "/lib/index.js", "/lib/package.json"):
        assert path in runtime
    assert "/lib /lib" not in runtime and "/etc /etc" not in runtime


def test_many_files_come_by_directories_that_the_base_does_not_fill() -> None:
    files = {**FILES, **{f"etc/tool/{number}.conf": "" for number in range(30)}}
    found = rewrite(
        'FROM node:20\nCOPY etc /etc\nWORKDIR /app\nCOPY main.js .\nCMD ["node", "main.js"]\n', MemoryContext(files)
    )
    assert isinstance(found, Rewritten)
    assert "COPY --from=builder /etc/tool /etc/tool" in found.text


@pytest.mark.parametrize("workdir", ["/etc", "/usr/local/lib"])
def test_an_application_among_the_files_of_the_base_is_refused(workdir: str) -> None:
    found = rewrite(
        f'FROM node:20\nWORKDIR {workdir}\nCOPY . .\nRUN npm ci\nCMD ["node", "main.js"]\n', MemoryContext(FILES)
    )
    assert isinstance(found, Refused)
    assert [item.code for item in found.blockers] == ["N07"]


def test_an_application_in_the_root_directory_does_not_bring_the_bases_directories() -> None:
    files = {**FILES, "lib/a.js": "", "main.js": "require('./lib/a')"}
    found = rewrite('FROM node:20\nCOPY . .\nCMD ["node", "main.js"]\n', MemoryContext(files))
    assert isinstance(found, Refused)


@pytest.mark.parametrize(
    "line",
    ["COPY --from=pages /out ./site", "ADD https://example.com/site ./site", "COPY dist ./site"],
    ids=["stage", "url", "not there yet"],
)
def test_what_no_file_of_the_context_explains_is_kept_among_the_sources(line: str) -> None:
    head = "FROM alpine AS pages\nRUN mkdir /out\nFROM golang:1.24\nWORKDIR /app\nCOPY go.mod main.go ./\n"
    found = _rewritten(f'{head}{line}\nRUN go build -o app .\nCMD ["./app"]\n', GO_FILES)
    assert "COPY --from=builder /app/site /app/site" in found.text


def test_a_directory_that_is_not_there_yet_pours_into_its_target_which_is_kept_whole() -> None:
    head = "FROM golang:1.24\nWORKDIR /app\nCOPY go.mod main.go ./\nCOPY dist site/\n"
    found = _rewritten(f'{head}RUN go build -o app .\nCMD ["./app"]\n', GO_FILES)
    assert "COPY --from=builder /app/site /app/site" in found.text


def test_a_stages_directory_that_is_poured_into_one_of_the_base_is_refused() -> None:
    text = "FROM alpine AS tools\nFROM golang:1.24\nCOPY go.mod main.go /src/\nCOPY --from=tools /data/ /usr/share/\n"
    found = rewrite(f'{text}RUN cd /src && go build -o /app .\nCMD ["/app"]\n', MemoryContext(GO_FILES))
    assert isinstance(found, Refused)
    assert [(item.code, item.line) for item in found.blockers] == [("D09", 4)]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("COPY --from=tools /usr/bin/server /usr/local/bin/server", True),
        ("COPY --from=tools /usr/bin/helper /usr/local/bin/helper", False),
        ("COPY --from=tools /usr/bin/helper /opt/helper", True),
        ("COPY --from=tools /var/cache/all /tmp/all", True),
        ("COPY --from=tools /var/cache/all /usr/share/doc/all", False),
        ("RUN mkdir -p /usr/share/man /opt/empty", False),
    ],
)
def test_programs_that_nothing_starts_and_directories_of_the_base_stay_behind(line: str, kept: bool) -> None:
    text = f"FROM alpine AS tools\nFROM golang:1.24\nWORKDIR /src\nCOPY . .\n{line}\nRUN go build -o /app .\n"
    found = _rewritten(f'{text}CMD ["sh", "-c", "server & exec /app"]\n', GO_FILES)
    path = line.split()[3]
    assert (f"COPY --from=builder {path} {path}" in found.text) == kept


def test_a_program_of_a_global_package_needs_no_package_of_the_base() -> None:
    text = 'FROM node:20\nWORKDIR /app\nRUN npm install -g pm2 && npm install\nCOPY . .\nENTRYPOINT ["./start.sh"]\n'
    files = FILES | {"start.sh": '#!/bin/bash\nfor one in $NAMES; do pm2 start main.js --only "$one"; done\npm2 logs\n'}
    found = _rewritten(text, files)
    assert found.plan.runtime_base == "node:20-alpine"
    assert "RUN npm rebuild -g --ignore-scripts pm2" in found.text
