"""Static values of words. `bash` and `dash` rows were compared with the real shells."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.shell.scope import Scope
from dockerslim_rewrite.shell.words import expand_heredoc, expand_value, expand_word

VARIABLES = {
    "VERSION": "1.24.3",
    "FILE": "/a/b/archive.tar.gz",
    "EMPTY": "",
    "LIST": "git  curl\tmake",
    "STAR": "*.go",
    "HOME": "/root",
    "URL": "https://host/x.git",
}


def scope(*, bash: bool = False) -> Scope:
    return Scope(dict(VARIABLES), frozenset(VARIABLES), "/app", bash)


def values(text: str, *, bash: bool = False) -> list[str] | None:
    fields = expand_word(text, scope(bash=bash))
    return None if fields is None else [field.value for field in fields]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ["plain"]),
        ("'single $X \"q\"'", ['single $X "q"']),
        ('"a b"', ["a b"]),
        ('""', [""]),
        ("a\\ b", ["a b"]),
        ('"\\$X \\` \\" \\\\ \\n"', ['$X ` " \\ \\n']),
        ("a'b'\"c\"d", ["abcd"]),
        ("$VERSION", ["1.24.3"]),
        ('"v$VERSION"', ["v1.24.3"]),
        ("${VERSION}-x", ["1.24.3-x"]),
        ("$EMPTY", []),
        ('"$EMPTY"', [""]),
        ("$LIST", ["git", "curl", "make"]),
        ('"$LIST"', ["git  curl\tmake"]),
        ("a${LIST}b", ["agit", "curl", "makeb"]),
        ("${EMPTY:-x}", ["x"]),
        ("${EMPTY-x}", []),
        ("${VERSION:-x}", ["1.24.3"]),
        ("${VERSION:+y}", ["y"]),
        ("${EMPTY:+y}", []),
        ("${EMPTY+y}", ["y"]),
        ("${EMPTY:-$VERSION}", ["1.24.3"]),
        ("${EMPTY:-${EMPTY:-z}}", ["z"]),
        ('"${EMPTY:-a b}"', ["a b"]),
        ("${VERSION:?is needed}", ["1.24.3"]),
        ("${VERSION%.*}", ["1.24"]),
        ("${VERSION#v}", ["1.24.3"]),
        ("${VERSION%%.*}", ["1"]),
        ("${VERSION#*.}", ["24.3"]),
        ("${VERSION##*.}", ["3"]),
        ("${FILE##*/}", ["archive.tar.gz"]),
        ("${FILE%/*}", ["/a/b"]),
        ('"${URL%.git}"', ["https://host/x"]),
        ("${URL%.zip}", ["https://host/x.git"]),
        ("${#VERSION}", ["6"]),
        ("~", ["/root"]),
        ("~/bin", ["/root/bin"]),
        ("a~", ["a~"]),
        ("${EMPTY:-a\\}b}", ["a}b"]),
        ("${EMPTY:-'}'}", ["}"]),
        ('"${EMPTY:-${EMPTY:-x y}}"', ["x y"]),
        ("$PWD/x", ["/app/x"]),
        ("$(pwd)/x", ["/app/x"]),
        ('"`pwd`/x"', ["/app/x"]),
        ("a$", ["a$"]),
        ("{}", ["{}"]),
        ("a\\\nb", ["ab"]),
    ],
)
def test_static_values(text: str, expected: list[str]) -> None:
    assert values(text) == expected
    assert values(text, bash=True) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$UNKNOWN",
        "${UNKNOWN:-x}",  # it may be set when the container starts
        '"a$UNKNOWN"',
        "$(date)",
        "`date`",
        "$((1+2))",
        '"$@"',
        "$1",
        "$?",
        "${!VERSION}",
        "${VERSION@Q}",
        "${VERSION/[0-9]/x}",
        "${VERSION^}",
        "~user/x",
        "<(cmd)",
        "${EMPTY:-'a b'}",
        "${" + "EMPTY:-${" * 60 + "x" + "}" * 61,
        "'open",
        '"open',
        "${VERSION",
    ],
)
def test_what_is_not_static_has_no_value(text: str) -> None:
    assert values(text) is None
    assert values(text, bash=True) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/a/{b,c}/d", ["/a/b/d", "/a/c/d"]),
        ("{a,b{1,2}}", ["a", "b1", "b2"]),
        ("{1..3}", ["1", "2", "3"]),
        ("{3..1}", ["3", "2", "1"]),
        ("x{,.bak}", ["x", "x.bak"]),
        ('"{a,b}"', ["{a,b}"]),
        ("{-1..1}", ["-1", "0", "1"]),
        ("{a}", ["{a}"]),
        ("{1..}", ["{1..}"]),
        ("{ab..cd}", ["{ab..cd}"]),
        ("$'a\\tb'", ["a\tb"]),
        ("${VERSION//./_}", ["1_24_3"]),
        ("${VERSION/./_}", ["1_24.3"]),
        ("${VERSION:0:4}", ["1.24"]),
        ("${FILE^^}", ["/A/B/ARCHIVE.TAR.GZ"]),
        ("${FILE,,}", ["/a/b/archive.tar.gz"]),
        ("${VERSION:2}", ["24.3"]),
    ],
)
def test_what_only_bash_expands(text: str, expected: list[str]) -> None:
    assert values(text, bash=True) == expected
    if expected != [text] and expected != [text.strip('"')]:
        assert values(text) is None, "another shell may take it literally"


@pytest.mark.parametrize(
    "text", ["{1..1000}", "{1..20}{1..20}", "{a,b}" * 9, "{01..10}", "{1..9..2}", "{a..e}", "{+1..3}"]
)
def test_braces_that_make_too_many_words_or_unusual_ones_have_no_value(text: str) -> None:
    assert values(text, bash=True) is None


@pytest.mark.parametrize(
    ("text", "glob"),
    [("*.go", True), ("'*.go'", False), ("a?", True), ("[ab]", True), ("[", False), ("\\*", False), ("$STAR", True)],
)
def test_unquoted_globs_are_flagged(text: str, glob: bool) -> None:
    fields = expand_word(text, scope())
    assert fields is not None
    assert [field.glob for field in fields] == [glob]


def test_an_assignment_is_not_split_and_has_no_braces() -> None:
    assert expand_value("$LIST", scope()) == VARIABLES["LIST"]
    assert expand_value("{a,b}", scope(bash=True)) == "{a,b}"


def test_fields_are_unknown_when_the_script_sets_ifs() -> None:
    with_ifs = scope()
    with_ifs.variables["IFS"] = ","
    assert expand_word("$LIST", with_ifs) is None
    assert expand_word('"$LIST"', with_ifs) is not None


def test_a_here_document_expands_variables_and_keeps_quotes() -> None:
    assert expand_heredoc("\"$VERSION\" \\$X 'a'\n", scope()) == "\"1.24.3\" $X 'a'\n"
    assert expand_heredoc("$UNKNOWN\n", scope()) is None


def test_values_that_double_stay_small() -> None:
    growing = scope()
    growing.variables["A"] = "x" * 10
    for _ in range(64):
        growing.variables["A"] = expand_value("$A$A", growing)
    assert growing.variables["A"] is None


def test_a_translated_string_is_bashs_alone() -> None:
    assert values('$"a b"', bash=True) == ["a b"]
    assert values('$"a b"') == ["$a b"]
