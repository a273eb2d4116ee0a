from __future__ import annotations

import time

import pytest
from e2b_dockerfile_utils import ShellLex, parse_words
from hypothesis import given
from hypothesis import strategies as st

from dockerslim_rewrite.syntax.parser import parse_dockerfile
from dockerslim_rewrite.syntax.words import expand, expand_words, parse_pairs, quoted_words, references
from tests.properties.strategies import any_text


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("$X/${X}", "x/x"),
        ("${U:-d}${U-d}${E:-d}${E-d}", "ddd"),
        ("${X:+y}${U:+y}", "y"),
        ("'$X' \"$X\" \\$X", "$X x $X"),
        ("$U", ""),
        ("${P%.*}-${P##*.}-${P/1/9}", "1.2-3-9.2.3"),
        ("${U:-${X}}", "x"),
    ],
)
def test_expand(word: str, expected: str) -> None:
    assert expand(word, {"X": "x", "E": "", "P": "1.2.3"}) == expected


def test_expand_with_a_backtick() -> None:
    assert expand("C:\\`$X", {"X": "x"}, "`") == "C:\\$X"


@pytest.mark.parametrize("word", ['"open', "${", "${X", "${:}", "${U:?needed}", "${X^}"])
def test_expand_refuses(word: str) -> None:
    with pytest.raises(ValueError):
        expand(word, {"X": "x"})


def test_expansion_is_bounded() -> None:
    variables = {"A": "x" * 1_000_000}
    started = time.process_time()
    for word in ("$A" * 1000, "${A//?/" + "y" * 1000 + "}", "${A%*x*x*x*x*y}"):
        with pytest.raises(ValueError, match="too much"):
            expand(word, variables)
    assert time.process_time() - started < 1


def test_expand_words_splits_after_expansion() -> None:
    assert expand_words('80 $P "a b" ""', {"P": "81 82"}) == ("80", "81", "82", "a b")


def test_references() -> None:
    assert references("$A/${B:-$C} '$D' \\$E $1 $@") == {"A", "B", "C"}
    assert references("${F:?x}${G%.*}") == {"F", "G"}
    assert references('"$A ${B') == {"A", "B"}
    assert references("plain") == frozenset()


@pytest.mark.parametrize(
    ("value", "keyword", "expected"),
    [
        ('A=1 B="two words" C=x\\ y D=', "ENV", (("A", "1"), ("B", '"two words"'), ("C", "x\\ y"), ("D", ""))),
        ('KEY  some "quoted" = x', "ENV", (("KEY", 'some "quoted" = x'),)),
        ("A", "ENV", (("A", None),)),
        ("A B=2", "ARG", (("A", None), ("B", "2"))),
        ("A B=2", "", (("A", "B=2"),)),
        ('"d e"=f', "LABEL", (('"d e"', "f"),)),
        ("", "ENV", ()),
    ],
)
def test_parse_pairs(value: str, keyword: str, expected: tuple[tuple[str, str | None], ...]) -> None:
    assert parse_pairs(value, "\\", keyword) == expected


@given(any_text)
def test_no_text_raises_anything_but_value_error(text: str) -> None:
    parse_pairs(text)
    parse_pairs(text, "`", "ARG")
    references(text)
    for function in (expand, expand_words):
        try:
            function(text, {"X": "x"})
        except ValueError:
            continue


@given(st.text("aZ09_./:=@%+,-", min_size=1), st.sampled_from("\\`"))
def test_a_plain_word_is_what_the_library_makes_of_it(word: str, escape: str) -> None:
    lexer = ShellLex(escape, env={}, skip_unset_env=False)
    assert expand(word, {}, escape) == lexer.process_word(word) == word
    assert expand_words(word, {}, escape) == tuple(lexer.process_words(word)) == (word,)
    assert quoted_words(word, escape) == parse_words(word, escape) == [word]


def test_variables_that_double_each_other_are_a_problem() -> None:
    lines = "".join(f"ENV V{n}=$V{n - 1}${{V{n - 1}}}\n" for n in range(1, 200))
    dockerfile = parse_dockerfile(f"FROM a\nENV V0=xxxxxxxx\n{lines}")
    assert [problem.line for problem in dockerfile.problems] == [18]
    usual = "".join(f"ENV PATH=$PATH:/d{n} A{n}=$PATH\n" for n in range(100))
    assert not parse_dockerfile(f"FROM a\n{usual}").problems
