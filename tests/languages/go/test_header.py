from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerslim_rewrite.languages.go.constraints import Tags, holds, name_matches, plus_build_holds
from dockerslim_rewrite.languages.go.header import read_header

TEXT = """\
// Copyright notice: import "not/this"
/* import "nor/this" */

//go:build linux && !nothing

// Package ledger keeps accounts.
package ledger // trailing

import "fmt"
import (
\t"os"
\tlog "example.com/log/v2" // named
\t_ `embed`
\t. "strings"
)

/*
#cgo LDFLAGS: -lfoo -L/opt/lib
#cgo linux LDFLAGS: -lbar
#cgo pkg-config: glib-2.0 gio-2.0
#include <stdio.h>
*/
import "C"

//go:embed data/*.txt "with space.txt"
var files embed.FS

var text = `import "in/a/string"`
"""


def test_header() -> None:
    header = read_header(TEXT)
    assert header.package == "ledger"
    assert header.build == "linux && !nothing"
    assert [(item.path, item.alias) for item in header.imports] == [
        ("fmt", ""),
        ("os", ""),
        ("example.com/log/v2", "log"),
        ("embed", "_"),
        ("strings", "."),
        ("C", ""),
    ]
    assert header.imports[2].line == 12
    assert header.cgo_line == 23
    assert header.linker_flags == ("-lfoo", "-L/opt/lib", "-lbar")
    assert header.embeds == ("data/*.txt", "with space.txt")


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("package a", []),
        ('package a; import "x"; import "y"; var z = 1', ["x", "y"]),
        ('package a\nimport()\nimport "x"\nfunc f() { import_("y") }', ["x"]),
        ('\ufeffpackage a\nimport "x"', ["x"]),
        ('package a\r\n\r\nimport (\r\n\t"x"\r\n\t"y"\r\n)\r\n', ["x", "y"]),
        ('not go\nimport "x"', []),
        ('package a\nimport /* here */ "x"\n', ["x"]),
    ],
)
def test_imports(text: str, imports: list[str]) -> None:
    assert [item.path for item in read_header(text).imports] == imports


@given(st.text(alphabet='packge import"`/*()\n\\_:C.', max_size=200))
def test_any_text_is_read(text: str) -> None:
    read_header(text)
    read_header("package a\n" + text)


@pytest.mark.parametrize(
    ("expression", "tags", "expected"),
    [
        ("linux", Tags(), True),
        ("windows", Tags(), False),
        ("!windows && cgo", Tags(), True),
        ("cgo", Tags(cgo=False), False),
        ("!cgo", Tags(), False),
        ("linux || darwin", Tags(), True),
        ("(linux && amd64) || windows", Tags(arch="arm64"), False),
        ("(linux && amd64) || windows", Tags(), True),
        ("!amd64", Tags(), True),
        ("!(linux || amd64)", Tags(), False),
        ("!(windows || amd64)", Tags(arch="arm64"), True),
        ("!!linux", Tags(), True),
        ("unix", Tags(), True),
        ("go1.18", Tags(minor=17), False),
        ("go1.18", Tags(minor=18), True),
        ("sqlite", Tags(extra=frozenset({"sqlite"})), True),
        ("sqlite", Tags(), False),
        ("linux &&", Tags(), True),
        ("", Tags(), True),
    ],
)
def test_build_constraints(expression: str, tags: Tags, expected: bool) -> None:
    assert holds(expression, tags) is expected


def test_plus_build_lines() -> None:
    assert plus_build_holds(["linux darwin", "!windows"], Tags())
    assert not plus_build_holds(["linux,windows"], Tags())
    assert not plus_build_holds(["linux", "ignore"], Tags())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.go", True),
        ("a_linux.go", True),
        ("a_windows.go", False),
        ("a_windows_amd64.go", False),
        ("a_linux_arm64.go", False),
        ("a_amd64.go", True),
        ("linux.go", True),
        ("windows.go", True),
        ("a_unix.go", True),
        ("a_darwin_test.go", False),
    ],
)
def test_file_names(name: str, expected: bool) -> None:
    assert name_matches(name, Tags(arch="amd64")) is expected
