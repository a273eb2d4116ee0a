from __future__ import annotations

import pytest

from dockerslim_rewrite.shell.builtins import is_builtin, shell_facts
from dockerslim_rewrite.shell.model import SimpleCommand
from dockerslim_rewrite.shell.parse import parse_script, shell_call, unwrap


def command(text: str) -> SimpleCommand:
    return parse_script(text, variables={}, workdir="/app").simple[0]


@pytest.mark.parametrize(
    ("text", "argv", "assignments"),
    [
        ("env A=b C=d node x.js", ("node", "x.js"), {"A": "b", "C": "d"}),
        ("X=1 env A=b node", ("node",), {"X": "1", "A": "b"}),
        ("env -i -u B 'A=b c' node", ("node",), {"A": "b c"}),
        ("env A=$Q node", ("node",), {"A": None}),
        ("exec node x.js", ("node", "x.js"), {}),
        ("exec -a name node", ("node",), {}),
        ('exec "$@"', (None,), {}),
        ("sudo -E -u app A=b make", ("make",), {"A": "b"}),
        ("time -p make", ("make",), {}),
        ("nice -n 10 nohup make -j4", ("make", "-j4"), {}),
        ("nice -10 make", ("make",), {}),
        ("command make", ("make",), {}),
        ("busybox wget -q x", ("wget", "-q", "x"), {}),
        ("gosu app node x", ("node", "x"), {}),
        ("su-exec app:app node x", ("node", "x"), {}),
        ("/sbin/tini -g -- node x", ("node", "x"), {}),
        ("tini -e 143 node x", ("node", "x"), {}),
        ("dumb-init --rewrite 15:2 node", ("node",), {}),
        ("timeout -k 5 30s curl x", ("curl", "x"), {}),
        ("exec tini -- gosu app env A=b node", ("node",), {"A": "b"}),
    ],
)
def test_the_inner_command_is_returned(
    text: str, argv: tuple[str | None, ...], assignments: dict[str, str | None]
) -> None:
    inner = unwrap(command(text))
    assert inner.argv == argv
    assert {item.name: item.value.value for item in inner.assignments} == assignments


@pytest.mark.parametrize(
    "text",
    [
        "command -v node",
        "exec",
        "exec > log",
        "env",
        "env A=b",
        "env -S 'node x'",
        "sudo -i",
        "gosu app",
        "xargs rm",
        "ls",
    ],
)
def test_what_runs_no_command_of_its_arguments_stays(text: str) -> None:
    outer = command(text)
    assert unwrap(outer) is outer


def test_the_assignment_has_its_place() -> None:
    text = "env NAME='a b' node"
    (assignment,) = unwrap(command(text)).assignments
    assert assignment.value.span.of(text) == assignment.value.text == "'a b'"


@pytest.mark.parametrize(
    ("text", "shell", "script"),
    [
        ("sh -c 'a b'", "sh", "a b"),
        ("/bin/bash -lc 'a'", "bash", "a"),
        ("bash -eo pipefail -c 'a'", "bash", "a"),
        ("sudo sh -c 'a'", "sh", "a"),
        ("sh -s <<EOF\na\nEOF", "sh", "a\n"),
        ('sh -c "a --port ${PORT:-80} $B"', "sh", "a --port ${PORT:-80} $B"),
        (r'sh -c "a \"$X\" \$Y"', "sh", 'a "$X" $Y'),
    ],
)
def test_a_shell_with_a_text_is_recognised(text: str, shell: str, script: str) -> None:
    call = shell_call(command(text))
    assert call is not None
    assert (call.shell, call.text.value) == (shell, script)


@pytest.mark.parametrize(
    "text",
    [
        "sh run.sh",
        "sh",
        "sh $X -c a",
        "bash run.sh <<EOF\na\nEOF",
        "sh -c $X",
        'sh -c "$(cat start)"',
        'sh -c "a `b` $X"',
        'sh -c "a $1"',
        "sh -c \"a '$X'\"",
        'sh -c "X=1 a $X"',
        'sh -c "for X in 1 2; do a $X; done"',
        'sh -c "a "$X',
    ],
)
def test_other_commands_are_no_shell_call(text: str) -> None:
    assert shell_call(command(text)) is None


def test_builtins() -> None:
    assert all(is_builtin(name) for name in ("cd", "export", "[", "[[", "source", ".", ":", "local"))
    assert not any(is_builtin(name) for name in ("ls", "sudo", "env", "make", ""))


def test_no_builtin_but_exec_and_command_is_a_wrapper() -> None:
    facts = shell_facts()
    assert facts.builtins & facts.wrappers.keys() == {"exec", "command", "builtin"}
