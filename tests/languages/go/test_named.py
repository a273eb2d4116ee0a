"""What the start command, its scripts and its other programs read beside the binary."""

from __future__ import annotations

import pytest

from tests.languages.go.support import MAIN, MOD, artifacts, infer

FILES = {
    "go.mod": MOD,
    "main.go": MAIN,
    "conf/a.conf": "",
    "notes.txt": "",
    "more.txt": "",
    "steps/1.sql": "",
    "cmd/x/x.go": "package x\n",
    "lib/lib.go": "package lib\n",
}
HEAD = "FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN go build -o /srv/server .\n"


def carried(lines: str, script: str = "", **more: str) -> set[str]:
    found = infer(f"{HEAD}{lines}\n", {**FILES, "run.sh": f"#!/bin/sh\n{script}\nexec /srv/server\n", **more})
    assert not found.obstacles
    return {path.removeprefix("/app/") for path in artifacts(found) if path.startswith("/app/")}


@pytest.mark.parametrize(
    ("cmd", "names"),
    [
        ("CMD cp notes.txt /tmp/x && exec /srv/server", {"notes.txt"}),
        ("CMD if [ -f notes.txt ]; then . conf/a.conf; fi; exec /srv/server", {"notes.txt", "conf/a.conf"}),
        ('CMD ["sh", "-c", "cat < more.txt; exec /srv/server"]', {"more.txt"}),
        ('CMD ["/srv/server"]\nHEALTHCHECK CMD cat notes.txt', {"notes.txt"}),
        ('CMD ["/srv/server"]\nHEALTHCHECK CMD test -s steps/1.sql', {"steps/1.sql"}),
        ('CMD ["/srv/server", "conf"]', {"conf"}),
        ("CMD exec /srv/server", set()),
    ],
)
def test_commands_name_files(cmd: str, names: set[str]) -> None:
    assert carried(cmd) >= names
    assert carried(cmd).isdisjoint({"notes.txt", "more.txt", "steps", "steps/1.sql", "conf", "conf/a.conf"} - names)


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("cp conf/$MODE.conf /tmp/x", {"conf"}),
        ("for step in steps/*.sql; do cat $step; done", {"steps"}),
        ("while read line; do echo $line; done < notes.txt", {"notes.txt"}),
        ('[ -e "./more.txt" ] && rm -f /tmp/x', {"more.txt"}),
        ("# notes.txt and conf", set()),
        ("echo ready", set()),
    ],
)
def test_scripts_name_files(script: str, names: set[str]) -> None:
    assert carried('CMD ["./run.sh"]', script) - {"run.sh"} == names


@pytest.mark.parametrize(
    ("script", "is_known"),
    [
        ("frobnicate up", False),
        ("/usr/bin/frobnicate up", False),
        ("cat more.txt", True),
        ("curl -f http://localhost", True),
        ("psql -c x", True),
        ("sleep 1", True),
        ("/srv/server --once", True),
    ],
)
def test_a_program_of_which_nothing_is_known_may_read_anything(script: str, is_known: bool) -> None:
    found = carried('CMD ["./run.sh"]', script)
    assert ({"notes.txt", "steps", "conf"} <= found) is not is_known
    assert "lib" not in found and "main.go" not in found


def test_a_directory_that_was_copied_by_itself_is_carried_by_its_name() -> None:
    """What a front end's build puts there has other names the next time."""
    copies = "COPY back back\nCOPY front/dist public"
    head = f"FROM golang:1.24\nWORKDIR /app\n{copies}\nRUN cd back && go build -o /app/server .\n"
    source = 'package main\nimport "net/http"\nfunc main() { http.Handle("/", http.FileServer(http.Dir("{0}"))) }\n'
    dist = {"front/dist/index-1f3a.js": "", "front/dist/assets/a.css": ""}
    for place in ("./public", ".", "/app/public"):
        files = {"back/go.mod": MOD, "back/main.go": source.replace("{0}", place), **dist}
        paths = artifacts(infer(f'{head}CMD ["/app/server"]\n', files))
        assert {path for path in paths if path.startswith("/app/public")} == {"/app/public"}
    sources = {**files, "front/dist/x/x.go": "package x\n"}
    paths = artifacts(infer(f'{head}CMD ["/app/server"]\n', sources))
    assert "/app/public" not in paths and "/app/public/index-1f3a.js" in paths


@pytest.mark.parametrize(
    ("opens", "paths"),
    [
        ('"parts/a.so"', {"/app/parts/a.so"}),
        ('"/app/parts/a.so"', {"/app/parts/a.so"}),
        ('"parts/"+os.Args[1]', {"/app/parts/a.so"}),
        ("os.Args[1]", {"/app/parts/a.so", "/srv/b.so"}),
        ('"/srv/b.so"', {"/srv/b.so"}),
        ('"other.so"', set()),
    ],
)
def test_plugins_that_the_program_opens_are_carried(opens: str, paths: set[str]) -> None:
    source = f'package main\nimport ("os"; "plugin")\nfunc main() {{ plugin.Open({opens}); os.Exit(0) }}\n'
    builds = "go build -buildmode=plugin -o parts/a.so ./a && go build -buildmode=plugin -o /srv/b.so ./b"
    files = {"go.mod": MOD, "main.go": source, "a/a.go": MAIN, "b/b.go": MAIN}
    found = artifacts(
        infer(f'FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN go build -o x . && {builds}\nCMD ["./x"]\n', files)
    )
    assert {path for path in found if path.endswith(".so")} == paths
