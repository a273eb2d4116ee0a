"""Commands of instructions, with their places in the Dockerfile."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.shell.model import Script
from dockerslim_rewrite.shell.parse import parse_instruction
from dockerslim_rewrite.syntax.parser import parse_dockerfile

SH = ("/bin/sh", "-c")
BASH = ("/bin/bash", "-o", "pipefail", "-c")


def parse(text: str, shell: tuple[str, ...] = SH, **variables: str) -> Script:
    dockerfile = parse_dockerfile(text)
    return parse_instruction(dockerfile.instructions[-1], variables=variables, workdir="/app", shell=shell)


def argvs(script: Script) -> list[tuple[str | None, ...]]:
    assert not script.opaque
    return [command.argv for command in script.simple]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN a b && c", [("a", "b"), ("c",)]),
        ('RUN ["a", "b c", "$X"]', [("a", "b c", "$X")]),
        ('RUN ["/bin/bash", "-lc", "a && b"]', [("a",), ("b",)]),
        ('RUN ["sh", "-c", "exec \\"$@\\"", "--", "node", "x"]', [("exec", "node", "x")]),
        ('CMD ["node", "x.js"]', [("node", "x.js")]),
        ("CMD node x.js", [("node", "x.js")]),
        ('ENTRYPOINT ["/entrypoint.sh"]', [("/entrypoint.sh",)]),
        ("HEALTHCHECK --interval=5s CMD curl -f x || exit 1", [("curl", "-f", "x"), ("exit", "1")]),
        ('HEALTHCHECK CMD ["curl", "x"]', [("curl", "x")]),
        ("HEALTHCHECK NONE", []),
        ("CMD []", []),
        ("COPY a b", []),
        ("RUN --mount=type=cache,target=/x a", [("a",)]),
        ("RUN <<EOF\na\nb c\nEOF\n", [("a",), ("b", "c")]),
        ("RUN <<EOF\n#!/bin/bash\nmkdir {a,b}\nEOF\n", [("mkdir", "a", "b")]),
        ("RUN <<EOF bash -e\na\nEOF\n", [("bash", "-e"), ("a",)]),
        ("RUN <<EOF cat > f\na\nEOF\n", [("cat",)]),
        ("RUN bash <<EOF\na\nEOF\n", [("bash",), ("a",)]),
        ("RUN python3 <<EOF\nimport os\nEOF\n", [("python3",)]),
        ("RUN cat <<EOF > f && b\nx\nEOF\n", [("cat",), ("b",)]),
    ],
)
def test_every_form(text: str, expected: list[tuple[str, ...]]) -> None:
    assert argvs(parse(text)) == expected


@pytest.mark.parametrize("shell", [("powershell", "-Command"), ("cmd", "/S", "/C"), ("pwsh", "-c"), ()])
def test_other_shells_are_opaque(shell: tuple[str, ...]) -> None:
    script = parse("RUN a", shell)
    assert len(script.opaque) == len(script.commands) == 1


def test_a_here_document_for_another_interpreter_is_opaque() -> None:
    script = parse("RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF\n")
    assert [item.reason for item in script.opaque] == ["a script for python3"]


def test_exec_form_does_not_need_the_shell() -> None:
    assert argvs(parse('RUN ["a"]', ("powershell",))) == [("a",)]


def test_the_shell_decides_on_braces() -> None:
    assert argvs(parse("RUN mkdir {a,b}", BASH)) == [("mkdir", "a", "b")]
    assert argvs(parse("RUN mkdir {a,b}", SH)) == [("mkdir", None)]


SPANS = {
    "continuations": (
        "FROM x\nRUN apt-get update \\\n # note é\n  && apt-get \\\n install -y 'git' \\\n  curl\n",
        [
            "apt-get update",
            "apt-get \\\n install -y 'git' \\\n  curl",
        ],
    ),
    "non-ASCII": ("RUN echo 'é𝄞' && tüd ü\n", ["echo 'é𝄞'", "tüd ü"]),
    "CRLF": ("RUN a \\\r\n  b && \\\r\n  c\r\n", ["a \\\r\n  b", "c"]),
    "exec form": ('RUN ["a", \\\n "b"]\n', ['"a", \\\n "b"']),
    "exec form of a shell": ('RUN ["sh", "-c", "a && b c"]\n', ["a", "b c"]),
    "sh -c": ("RUN sh -c 'a && b'\n", ["sh -c 'a && b'", "a", "b"]),
    "here-document": ("RUN <<EOF\na b\nc\nEOF\n", ["a b", "c"]),
    "here-document without tabs": ("RUN <<-EOF\n\ta b\n\tc\n\tEOF\n", ["a b", "c"]),
    "command first": ("RUN <<EOF bash -e\na b\nEOF\n", ["<<EOF bash -e", "a b"]),
    "here-document in a command": ("RUN cat <<EOF > f && \\\n b\nx\nEOF\n", ["cat <<EOF > f", "b"]),
    "health check": ("HEALTHCHECK CMD a b || c\n", ["a b", "c"]),
    "flags": ("RUN --network=none \\\n  a && b\n", ["a", "b"]),
}


@pytest.mark.parametrize("name", SPANS)
def test_spans_lie_in_the_dockerfile(name: str) -> None:
    text, expected = SPANS[name]
    assert [command.span.of(text) for command in parse(text).simple] == expected


def test_words_and_redirections_have_their_places() -> None:
    text = 'RUN A="é b" cmd \'x\' \\\n  "$Y" > out\n'
    (command,) = parse(text).simple
    assert [word.span.of(text) for word in command.words] == ["cmd", "'x'", '"$Y"']
    assert command.assignments[0].value.span.of(text) == '"é b"'
    assert command.redirects[0].target.span.of(text) == "out"
