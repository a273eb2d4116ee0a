import datetime
import time

import pytest
import yaml

from dockerslim_rewrite.context.compose import read_compose
from dockerslim_rewrite.context.yaml_text import parse_yaml, parse_yaml_lines
from dockerslim_rewrite.languages.go.taskfile import task_commands

TEXTS = [
    "",
    "a: 1\nb: [x, 'y', \"z\", ~, null, yes, Off, 1.5, 0x1F, -3]\n",
    "base: &base {a: 1, b: 2}\nown:\n  <<: *base\n  b: 3\nmany:\n  <<: [*base, {c: 4}]\n",
    "- a\n- {b: c}\n- - d\n",
    "? a\n: b\n",
    "a: |\n  x\n  y\nb: >\n  x\n  y\n",
    "a: b\na: c\n",
]
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))


@pytest.mark.parametrize("text", TEXTS)
def test_as_the_safe_loader(text: str) -> None:
    expected = yaml.safe_load(text)
    if "0x1F" in text:
        expected["b"][8] = "0x1F"  # numbers in odd forms stay texts
    assert parse_yaml(text) == expected


def test_what_is_not_constructed() -> None:
    assert isinstance(yaml.safe_load("2020-01-01"), datetime.date)
    assert parse_yaml("- 2020-01-01\n- !!python/name:os.system x\n- !reset [a]\n") == ["2020-01-01", "x", ["a"]]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000 + "x",
        "? " * 100_000,
        "&a [*a]",
        "*a",
        "a: b\n---\nc: d\n",
        "? [a]\n: b\n",
        "a: {<<: b}\n",
        "a: \ud800",
        "a: '",
        "\0",
        BOMB,
    ],
)
def test_no_value_and_no_harm(text: str) -> None:
    start = time.process_time()
    assert parse_yaml(text) is None
    assert time.process_time() - start < 5


def test_merges_of_merges_are_small() -> None:
    text = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 15))
    value = parse_yaml(text)
    assert isinstance(value, dict)
    assert value["a14"] == {"x": 1}


def test_lines_of_the_second_level() -> None:
    value, lines = parse_yaml_lines("services:\n  a: {}\n\n  b:\n    build: .\nvolumes:\n  c:\n")
    assert lines == {("services", "a"): 2, ("services", "b"): 4, ("volumes", "c"): 7}
    assert value == {"services": {"a": {}, "b": {"build": "."}}, "volumes": {"c": None}}


def test_bombs_in_build_files() -> None:
    assert read_compose("compose.yml", BOMB + "services: {a: {build: ., command: *a29}}\n") == ()
    doubling = "".join(f"  V{n}: '{{{{.V{n - 1}}}}}{{{{.V{n - 1}}}}}'\n" for n in range(1, 60))
    tasks = "".join(f"  t{n}: {{deps: [{', '.join([f't{n - 1}'] * 9)}]}}\n" for n in range(1, 16))
    text = f"version: '3'\nvars:\n  V0: x\n{doubling}tasks:\n  t0: ['echo {{{{.V59}}}}']\n{tasks}"
    start = time.process_time()
    task_commands(text, ("t0",), {})
    assert task_commands(text, ("t15",), {}) is None
    assert time.process_time() - start < 10
