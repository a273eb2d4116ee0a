"""No text makes the shell stage raise, loop or eat memory."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.shell.model import Opaque
from dockerslim_rewrite.shell.parse import parse_instruction, parse_script, unwrap
from dockerslim_rewrite.syntax.parser import parse_dockerfile

WORDS = """a b '' " ' ` $ ${ } { ( ) (( )) [ ] [[ ]] ; ;; & && | || |& ! < > >> << <<- <<< EOF \\ # * ? ~ = += $X
    ${X:-a} if then elif else fi for in do done while until case esac function select ${X%a} ${X//a/b} $(pwd) $(a) `a`
    A=1 A= cd .. - eval 'a' "$@" $1 sh -c bash export unset read set shift trap exec env {a,b} {1..9} é 𝄞"""
PIECES = (*WORDS.split(), "\n", "\t", "\r", "\x00", "")


def _doubling(functions: int, innermost: str) -> str:
    calls = "".join(f"f{n}() {{ f{n - 1}; f{n - 1}; }}\n" for n in range(1, functions))
    return f"f0() {{ {innermost}; }}\n{calls}f{functions - 1}"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from(["", " "]))
def test_shell_like_text(pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    script = parse_script(text, variables={"X": "a b"}, workdir="/")
    for command in script.commands:
        assert 0 <= command.span.start <= command.span.end <= len(text)
    for simple in script.simple:
        unwrap(simple)
        for word in simple.words:
            assert 0 <= word.span.start <= word.span.end <= len(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    parse_script(text, variables={}, workdir=None)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "\\\n", "<<EOF", "\nEOF\n", '["a"]', "#!/bin/sh"]), max_size=20))
def test_any_instruction(pieces: list[str]) -> None:
    text = "FROM x\nRUN " + " ".join(pieces) + "\n"
    for instruction in parse_dockerfile(text).instructions:
        script = parse_instruction(instruction, variables={}, workdir="/", shell=("/bin/bash", "-c"))
        for command in script.commands:
            assert 0 <= command.span.start <= command.span.end <= len(text)


def test_lone_surrogates() -> None:
    parse_script("echo \udcff 'é'", variables={}, workdir="/")


HOSTILE = {
    "long chain": " && ".join(["cd a"] * 3000),
    "long chain with redirections": " && ".join(["a > f"] * 3000),
    "long pipeline": " | ".join(["a"] * 3000),
    "many statements": "a=1; b\n" * 5000,
    "many words": "echo " + "a{b,c}" * 5000,
    "open braces": "echo " + "{" * 20000,
    "deep groups": "{ " * 500 + "a;" + " }" * 500,
    "deep subshells": "( " * 2000 + "a" + " )" * 2000,
    "deep substitutions": "echo " + "$(a " * 500 + ")" * 500,
    "deep parameters": "echo " + "${X:-" * 2000 + "}" * 2000,
    "deep ifs": "if a; then " * 300 + "b; " + "fi; " * 300,
    "doubling value": "A=aaaaaaaaaa\n" + "A=$A$A\n" * 100,
    "nested loops": "for x in 1 2 3 4 5 6 7 8; do " * 8 + "a $x; " + "done; " * 8,
    "function that doubles": _doubling(35, "a"),
    "functions without an end": _doubling(30, "f0"),
    "large text": "echo hello world\n" * 60000,
    "eval in eval": "eval " * 2000 + "a",
    "shell in shell": 'X=\'sh -c "$X"\'; sh -c "$X"',
    "patterns": "X=" + "a" * 4000 + "\n" + "echo ${X%%*a*a*a*a*b}\n" * 50,
    "many subshells": "A=1\n" * 200 + "(b)\n" * 3000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_bounded(name: str) -> None:
    start = time.process_time()
    for shebang in ("", "#!/bin/bash\n"):
        parse_script(shebang + HOSTILE[name], variables={}, workdir="/")
    assert time.process_time() - start < 20, "a bound is missing"


@pytest.mark.parametrize("prefix", ["{", "a={", "echo {1..", "{ ", "${", "<<"])
def test_large_characters_do_not_reach_the_grammar(prefix: str) -> None:
    """Its scanner asks `isdigit` of whatever follows a brace, which read foreign memory: a crash of the process."""
    for code in (0x100, 0xD800, 0x10000, 0xF0000, 0x10FFFF):
        parse_script(prefix + chr(code), variables={}, workdir=None)


def test_characters_beyond_ascii_are_parts_of_words() -> None:
    """As in a shell, and whatever the locale: no blank, no name."""
    script = parse_script("é=1 a\u2003b", variables={}, workdir="/")
    assert [[word.value for word in command.words] for command in script.simple] == [
        ["é=1", "a\u2003b"],
    ]


@pytest.mark.parametrize("end", ["é", "'a é'", "a\u2003b"])
def test_ends_of_heredocs_that_the_grammar_does_not_see(end: str) -> None:
    script = parse_script(f"cat <<{end}\n{'ü' * len(end)}\nrm x\n{end}\n", variables={}, workdir="/")
    assert isinstance(script.commands[0], Opaque)


@pytest.mark.parametrize(
    "text",
    ["set -- a; shift ²; echo $1", "f() { echo $²; }; f x", 'echo "${X:' + "9" * 5000 + '}"', "${" + "1" * 5000 + "}"],
)
def test_numbers_that_python_does_not_read(text: str) -> None:
    """`int` takes neither a superscript, which is a digit to `isdigit`, nor more than 4,300 digits."""
    assert parse_script(text, variables={"X": "a"}, workdir="/").commands
