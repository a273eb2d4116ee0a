"""Control flow of scripts as they occur in Dockerfiles."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.shell.model import Script, SimpleCommand
from dockerslim_rewrite.shell.parse import parse_script


def parse(text: str, workdir: str | None = "/app", **variables: str) -> Script:
    return parse_script(text, variables=variables, workdir=workdir)


def lines(text: str, **variables: str) -> list[str]:
    """Return each command with its words; `?` before a conditional one, `$` before one of a substitution."""
    script = parse(text, **variables)
    assert not script.opaque
    return [show(command) for command in script.simple]


def show(command: SimpleCommand) -> str:
    marks = ("?" if command.conditional else "") + ("$" if command.in_substitution else "")
    assigned = [f"{item.name}={item.value.value}" for item in command.assignments]
    words = [word.text if word.value is None else word.value for word in command.words]
    redirects = [f"{item.operator}{item.target.value}" for item in command.redirects]
    return marks + " ".join([*assigned, *words, *redirects])


CASES = {
    "apt chain": (
        "set -eux; apt-get update && apt-get install -y \"git\" 'curl' && rm -rf /var/lib/apt/lists/*",
        [
            "set -eux",
            "apt-get update",
            "apt-get install -y git curl",
            "rm -rf /var/lib/apt/lists/*",
        ],
    ),
    "packages in a variable": (
        "deps='gcc make'; apt-get install -y $deps && make && apt-get purge -y $deps",
        ["deps=gcc make", "apt-get install -y gcc make", "make", "apt-get purge -y gcc make"],
    ),
    "go build": (
        'VERSION=1.2; CGO_ENABLED=0 go build -ldflags="-X main.v=$VERSION -X main.c=$(git describe --tags)" -o app .',
        [
            "VERSION=1.2",
            "$git describe --tags",
            'CGO_ENABLED=0 go build -ldflags="-X main.v=$VERSION -X main.c=$(git describe --tags)" -o app .',
        ],
    ),
    "or true": ("npm ci || npm install; npm run build", ["npm ci", "?npm install", "npm run build"]),
    "and before or": ("a && b || c", ["a", "?b", "?c"]),
    "or before and": ("a || b && c", ["a", "?b", "c"]),
    "test before and": ("[ -f x ] && a; b", ["[ -f x ]", "?a", "b"]),
    "test before and, at the end": ("test -f x && a", ["test -f x", "a"]),
    "grep in a pipeline asks": ("a | grep -q b && c; d", ["a", "grep -q b", "?c", "d"]),
    "if": (
        "if [ -f yarn.lock ]; then yarn; elif [ -f x ]; then npm ci; else exit 1; fi; done_it",
        ["[ -f yarn.lock ]", "?yarn", "?[ -f x ]", "?npm ci", "?exit 1", "done_it"],
    ),
    "early success": ("if a; then exit 0; fi; b", ["a", "?exit 0", "?b"]),
    "case": ("case $x in a|b) one ;; *) two ;; esac; three", ["?one", "?two", "three"]),
    "while": ("while read -r line; do echo $line; done < f", ["<f", "read -r line", "?echo $line"]),
    "until": ("until curl x; do sleep 1; done", ["curl x", "?sleep 1"]),
    "for over literals": (
        "for c in api worker; do go build -o /bin/$c ./cmd/$c; done",
        ["go build -o /bin/api ./cmd/api", "go build -o /bin/worker ./cmd/worker"],
    ),
    "for over a glob": ("for d in cmd/*; do go build ./$d; done", ["?go build ./$d"]),
    "for with break": ("for x in a b; do y $x && break; done", ["?y a", "?break", "?y b", "?break"]),
    "c style for": ("for ((i=0;i<3;i++)); do a; done", ["?a"]),
    "arguments of the script": ('for x; do echo "$x"; done', ['?echo "$x"']),
    "negation": ("! command -v node", ["command -v node"]),
    "background": ("server & client", ["server", "client"]),
    "function": (
        'build() { go build -o "$1" ./cmd/$1; }\nbuild api\nbuild web',
        [
            "?go build -o api ./cmd/api",
            "?go build -o web ./cmd/web",
        ],
    ),
    "main with all arguments": ('main() { exec "$@"; }\nmain tini -- "$@"', ['?exec tini -- "$@"']),
    "shift in a function": ('run() { shift; exec "$@"; }\nrun x node app.js', ["?shift", "?exec node app.js"]),
    "function that nobody calls": ("f() { a; }\nb", ["?a", "b"]),
    "no semicolon after a compound command": ("f() { if a; then b; fi }\nf", ["?a", "?b"]),
    "recursive function": ("f() { a; f; }\nf", ["?a"]),
    "redirected group": ("{ echo a; echo b; } > /etc/x", [">/etc/x", "echo a", "echo b"]),
    "redirection in a chain": ("a && b > f && c", ["a", "b >f", "c"]),
    "redirections": ("a >/dev/null 2>&1 < in", ["a >/dev/null 2>&1 <in"]),
    "redirection before words": (">f echo hi", ["echo hi >f"]),
    "words after a redirection": ("echo >> f a b", ["echo a b >>f"]),
    "here-document": ("cat <<EOF > f && b\nx $V\nEOF\nc", ["cat <<x 1\n >f", "b", "c"]),
    "quoted here-document": ("cat <<'EOF' > f\nx $V\nEOF", ["cat <<x $V\n >f"]),
    "here-document without tabs": ("cat <<-EOF\n\t\tx\n\tEOF\n", ["cat <<-x\n"]),
    "here-document into a pipe": ("cat <<EOF | a | b\nx\nEOF\n", ["cat <<x\n", "a", "b"]),
    "here-string": ("a <<< word", ["a <<<word"]),
    "sh -c": ("sh -c 'a && b'", ["sh -c a && b", "a", "b"]),
    "bash here-document": ("bash <<EOF\na\nb\nEOF\n", ["bash <<a\nb\n", "a", "b"]),
    "sh -c with arguments": ("sh -c 'exec \"$@\"' -- node x", ['sh -c exec "$@" -- node x', "exec node x"]),
    "eval": ("eval 'A=1 b'", ["eval A=1 b", "A=1 b"]),
    "trap": ("trap 'kill 1' TERM; a", ["trap kill 1 TERM", "?kill 1", "a"]),
    "backticks": ("echo `date`", ["$date", "echo `date`"]),
    "process substitution": ("diff <(a) <(b)", ["$a", "$b", "diff <(a) <(b)"]),
    "arithmetic": ("((i++)); [[ $V -gt 0 && ! -f x ]]", ["[[ 1 -gt 0 && ! -f x ]]"]),
    "shift by an unknown count": ('run() { shift $N; exec "$@"; }\nrun x node', ["?shift $N", '?exec "$@"']),
    "shift in a branch": ('run() { if a; then shift; fi; exec "$@"; }\nrun x b', ["?a", "?shift", '?exec "$@"']),
    "behind all arguments": ('run() { echo "$2"; }\nrun "$@" b', ['?echo "$2"']),
    "closed descriptor": ("exec a 3>&-", ["exec a 3>&-"]),
    "comment in a branch": ("if a; then # why\n  b # c\nfi", ["a", "?b"]),
    "comments and continuations": ("a \\\n  b # c\n# d\ne", ["a b", "e"]),
    "export": ("export A=1 B && unset A", ["export A=1 B", "unset A"]),
    "arrays": ("x=(a b)\necho ${x[0]}", ["x=None", "echo ${x[0]}"]),
}


@pytest.mark.parametrize("name", CASES)
def test_commands_in_order(name: str) -> None:
    text, expected = CASES[name]
    assert lines(text, V="1") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1; echo $A", "1"),
        ("A=1; (A=2); echo $A", "1"),
        ("A=1; { A=2; }; echo $A", "2"),
        ("A=1; echo x | A=2; echo $A", "1"),
        ("A=1; A=2 & echo $A", "1"),
        ("A=1; if x; then A=2; fi; echo $A", None),
        ("A=1; if x; then A=1; fi; echo $A", "1"),
        ("A=1; x || A=2; echo $A", None),
        ("A=1; case y in y) A=2;; esac; echo $A", None),
        ("A=1; while x; do echo $A; A=2; done", None),
        ("A=1; read A; echo $A", None),
        ("A=1; A=$(x); echo $A", None),
        ("A=1; A=2 env; echo $A", "1"),
        ("A=1; A=$A.2; echo $A", "1.2"),
        ("A=1; A+=2; echo $A", "12"),
        ("A=1; unset A; echo $A", None),
        ("A=1; . ./unknown.sh; echo $A", None),
        ("A=1; . venv/bin/activate; echo $A", "1"),
        ("A=1; . /etc/os-release; echo $VERSION_ID", None),
        ("A=1; eval A=2; echo $A", "2"),
        ("for A in x y; do :; done; echo $A", "y"),
        ("A=1; f() { A=2; }; f; echo $A", "2"),
        ("A=1; sh -c 'A=2'; echo $A", "1"),
        ("A=1; sh -c 'echo $A'", None),
        ("export A=1; sh -c 'echo $A'", "1"),
        ("echo $ENV_A", "env"),
        ("A=é; echo $A", "é"),
        ("if x; then export A=1; fi; sh -c 'echo $A'", None),
        ("export A=1; . ./unknown.sh; sh -c 'echo $A'", None),
        ("export A=1; eval $UNKNOWN; sh -c 'echo $A'", None),
        ("eval; echo plain", "plain"),
        ("A=1; f() { A=2; }; A=3 f; echo $A", "2"),
        ("f() { f; A=2; }; f; echo $A", "2"),
        ("A=1; printf -v A %s 2; echo $A", None),
        ("A=1; printf %s A; echo $A", "1"),
        ("A=1; unset B; echo $A", "1"),
        ("A=1; unset $UNKNOWN; echo $A", None),
        ("A=1; read $UNKNOWN; echo $A", None),
        ("export A=1; export A; sh -c 'echo $A'", "1"),
        ("export A=1; if x; then export B=2; fi; sh -c 'echo $A'", "1"),
        ("set -- a b; if x; then set -- c; fi; echo $1", None),
        ("set -- $UNKNOWN b; echo $2", None),
    ],
)
def test_variables_are_followed(text: str, expected: str | None) -> None:
    script = parse(text, ENV_A="env")
    found = [command for command in script.simple if command.name == "echo"]
    assert found[-1].argv[1] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cd /x; here", "/x"),
        ("cd x && here", "/app/x"),
        ("cd ..; here", "/"),
        ("cd x/../y/; here", "/app/y"),
        ("cd; here", "/root"),
        ("cd -; here", None),
        ("cd $UNKNOWN; here", None),
        ("cd $UNKNOWN; cd /y; here", "/y"),
        ("cd $UNKNOWN; cd y; here", None),
        ("cd x*; here", None),
        ("(cd /x && make); here", "/app"),
        ("(cd /x && here)", "/x"),
        ("{ cd /x; }; here", "/x"),
        ("cd /x | cat; here", "/app"),
        ("cd /x || exit 1; here", "/x"),
        ("if a; then cd /x; fi; here", None),
        ("if a; then cd /x && here; fi", "/x"),
        ("pushd /x; here", "/x"),
        ("pushd /x; popd; here", None),
        ("pushd /x; pushd; here", None),
        ("cd ''; here", "/app"),
        ("for d in a b; do cd $d; cd ..; done; here", "/app"),
        ("while a; do here; cd b; done", None),
        ("while a; do cd /b; here; done", "/b"),
        ("f() { cd /x; }; f; here", "/x"),
        ("command cd /x; here", "/x"),
        ("sudo cd /x; here", "/app"),
        ("X=$(cd /x && pwd); here", "/app"),
        ("sh -c 'cd /x'; here", "/app"),
        ("sh -c 'cd /x && here'", "/x"),
    ],
)
def test_the_working_directory_is_followed(text: str, expected: str | None) -> None:
    script = parse(text, HOME="/root")
    assert [command.cwd for command in script.simple if command.name == "here"] == [expected]


def test_connectors_and_depth() -> None:
    script = parse("a && b || c | d; e & (f; { g; }) && h $(i)")
    found = {command.name: (command.connector, command.depth) for command in script.simple}
    assert found == {
        "a": ("", 0),
        "b": ("&&", 0),
        "c": ("||", 0),
        "d": ("|", 0),
        "e": (";", 0),
        "f": ("&", 1),
        "g": (";", 2),
        "i": ("", 1),
        "h": ("&&", 0),
    }


def test_exported_variables_reach_later_commands() -> None:
    script = parse("export CGO_ENABLED=0\nGOOS=linux\nPATH=$PATH:/x\ngo build", PATH="/bin")
    exported = {item.name: item.value.value for item in script.simple[-1].exported}
    assert exported == {"CGO_ENABLED": "0", "PATH": "/bin:/x"}
    assert script.simple[0].exported == ()


def test_an_export_in_a_subshell_stays_there() -> None:
    script = parse("(export A=1; a); b")
    assert [len(command.exported) for command in script.simple if command.name in ("a", "b")] == [1, 0]


def test_all_arguments_stay_visible() -> None:
    (command,) = parse('exec "$@"').simple
    assert (command.words[1].text, command.words[1].value) == ('"$@"', None)


@pytest.mark.parametrize(
    "text", ["if a; then", "a && ", "echo 'x", "a ) b", "! { a; }", "case x in", "for", "a \\ ", "a {1..3}\\ b"]
)
def test_what_is_not_understood_is_opaque(text: str) -> None:
    script = parse(text)
    assert [item.reason for item in script.opaque] == ["shell syntax not understood"]
    assert not script.simple
    assert script.opaque[0].span.of(text) == text


def test_an_inner_text_that_is_not_understood_is_opaque_by_itself() -> None:
    script = parse("a; sh -c 'if b'; c")
    assert [command.name for command in script.simple] == ["a", "sh", "c"]
    assert len(script.opaque) == 1


@pytest.mark.parametrize("text", ["a;" * 20_001, "(a)|" * 20_000 + "(a)", "f() { a; }\n" + "f\n" * 30_000])
def test_a_script_that_is_too_large_is_opaque(text: str) -> None:
    script = parse(text)
    assert [item.reason for item in script.opaque] == ["the script is too large"]
    assert not script.simple


def test_eval_of_something_unknown_is_opaque() -> None:
    assert len(parse('eval "$(ssh-agent -s)"').opaque) == 1


@pytest.mark.parametrize(
    ("shebang", "opaque"),
    [
        ("#!/bin/sh", False),
        ("#!/bin/bash -e", False),
        ("#!/usr/bin/env bash", False),
        ("#!/usr/bin/env -S bash -e", False),
        ("#! /bin/dash", False),
        ("#!/usr/bin/env node", True),
        ("#!/usr/bin/python3", True),
        ("#!/usr/bin/pwsh", True),
    ],
)
def test_the_first_line_chooses_the_interpreter(shebang: str, opaque: bool) -> None:
    assert bool(parse(f"{shebang}\nls\n").opaque) is opaque


def test_only_bash_expands_braces() -> None:
    assert parse("#!/bin/bash\nmkdir {a,b}").simple[0].argv == ("mkdir", "a", "b")
    assert parse("#!/bin/sh\nmkdir {a,b}").simple[0].argv == ("mkdir", None)


def test_an_entrypoint_script() -> None:
    text = """#!/bin/sh
set -e

# first argument is an option
if [ "${1#-}" != "$1" ]; then
  set -- node "$@"
fi

case "$1" in
  migrate) exec npx prisma migrate deploy ;;
  web|worker) cmd=$1; shift ;;
esac

wait_for() {
  until nc -z "$1" "$2"; do sleep 1; done
}
wait_for "${DB_HOST:-db}" 5432

exec su-exec node node "dist/$cmd.js" "$@"
"""
    assert lines(text) == [
        "set -e",
        '[ "${1#-}" != "$1" ]',
        '?set -- node "$@"',
        "?exec npx prisma migrate deploy",
        "?cmd=None",
        "?shift",
        '?nc -z "$1" 5432',
        "?sleep 1",
        '?exec su-exec node node "dist/$cmd.js" "$@"',
    ]
    for command in parse(text).simple:
        for word in command.words:
            assert word.span.of(text) == word.text
