import time

import pytest
import tree_sitter_bash
import tree_sitter_go
import tree_sitter_javascript
from tree_sitter import Language, Parser

from dockerslim_rewrite.languages.node.sources import read_source
from dockerslim_rewrite.syntax.grammar import parse_bounded

GRAMMARS = {"bash": tree_sitter_bash, "go": tree_sitter_go, "javascript": tree_sitter_javascript}


def parser(name: str) -> Parser:
    return Parser(Language(GRAMMARS[name].language()))


@pytest.mark.parametrize(
    ("grammar", "text"),
    [("go", "package a\n" + "->" * 6000), ("go", "package a\n" + "/* " * 6000), ("go", "package a\n" + "-> " * 60_000)],
)
def test_errors_without_end_are_given_up(grammar: str, text: str) -> None:
    """The grammar alone takes more than a minute for each."""
    start = time.process_time()
    assert parse_bounded(parser(grammar), text.encode()) is None
    assert time.process_time() - start < 20


def test_a_parser_that_gave_up_serves_the_next_text() -> None:
    go = parser("go")
    assert parse_bounded(go, b"->" * 6000) is None
    tree = parse_bounded(go, "package a\n\nvar x = `é`\n".encode())
    assert tree is not None and not tree.root_node.has_error
    assert "var x = `é`".encode() in [child.text for child in tree.root_node.children]


def test_long_texts_are_parsed_and_read() -> None:
    text = "function f() { return [1, 'é'] }\n" * 20_000
    tree = parse_bounded(parser("javascript"), text.encode())
    assert tree is not None and not tree.root_node.has_error
    assert (tree.root_node.text or b"").decode() == text


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "`${" * 50_000,
        "a" + ".b()" * 20_000,
        "require(" + "path.join(" * 2_000 + "'x'" + ")" * 2_001,
        "const fs = require('fs'), a0 = 'x'\n"
        + "".join(f"const a{n} = a{n - 1} + a{n - 1}\n" for n in range(1, 200))
        + "fs.readFile(a150)\n" * 500,
        "const a = b + b, b = a + a\nrequire('fs').readFile(a)\n",
    ],
)
def test_javascript_that_would_take_for_ever(text: str) -> None:
    start = time.process_time()
    read_source("a.js", text)
    assert time.process_time() - start < 20
