"""Environment that a rewrite adds goes into a stage of its own."""

import pytest

from dockerslim_rewrite.acp.apart import environment_apart

HEAD = "FROM a AS builder\nRUN x\n\n"


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("FROM b\nENV A=1\nCOPY x y\n", "FROM b AS runtime\nENV A=1\n\nFROM runtime\nCOPY x y\n"),
        ("FROM b\nENV A=1\nENV B=2\nUSER c\n", "FROM b AS runtime\nENV A=1\n\nFROM runtime\nENV B=2\nUSER c\n"),
        ("FROM b\nENV B=2\nENV A=1\n", "FROM b\nENV B=2\nENV A=1\n"),
        ("FROM b\nUSER c\nENV A=1\n", "FROM b\nUSER c\nENV A=1\n"),
        ("FROM b AS named\nENV A=1\n", "FROM b AS named\nENV A=1\n"),
        ("FROM b\nENV A=1\n", "FROM b AS runtime\nENV A=1\n\nFROM runtime\n"),
    ],
)
def test_only_what_was_added_moves(last: str, expected: str) -> None:
    assert environment_apart(HEAD + last, {"B=2"}) == HEAD + expected


def test_the_new_stage_has_a_free_name() -> None:
    text = "FROM a AS Runtime\nFROM a AS runtime2\nFROM b\nENV A=1\nCMD x\n"
    assert "FROM b AS runtime3\nENV A=1\n\nFROM runtime3\nCMD x\n" in environment_apart(text, ())


def test_line_ends_stay() -> None:
    text = "FROM a\r\nENV A=1\r\nCMD x\r\n"
    assert environment_apart(text, ()) == "FROM a AS runtime\r\nENV A=1\r\n\r\nFROM runtime\r\nCMD x\r\n"
