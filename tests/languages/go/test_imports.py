"""Which package an import means, by go.work, replace, GOPATH and vendor."""

from __future__ import annotations

import pytest

from tests.languages.go.support import HEAD, MOD, artifacts, infer, no_cache

__all__ = ["no_cache"]

USES = 'package {0}\n\nimport "os"\n\nvar F, _ = os.Open("notes.txt")\n'


def main(*imports: str) -> str:
    lines = "".join(f'\t_ "{path}"\n' for path in imports)
    return f"package main\n\nimport (\n{lines})\n\nfunc main() {{}}\n"


def carried(files: dict[str, str], head: str = HEAD) -> bool:
    """Tell whether the file is carried that only the imported package opens."""
    text = f'{head}RUN go build -o parcel .\nCMD ["./parcel"]\n'
    return any(path.endswith("notes.txt") for path in artifacts(infer(text, {"notes.txt": "n", **files})))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"go.mod": MOD, "main.go": main("example.com/acme/parcel/in"), "in/a.go": USES.format("in")}, True),
        ({"go.mod": MOD, "main.go": main("example.com/acme/parcel/none"), "in/a.go": USES.format("in")}, False),
        (
            {
                "go.mod": MOD + "replace example.com/other => ./other\n",
                "main.go": main("example.com/other"),
                "other/go.mod": "module example.com/other\n",
                "other/a.go": USES.format("other"),
            },
            True,
        ),
        (
            {
                "go.mod": MOD,
                "go.work": "go 1.22\nuse (\n\t.\n\t./lib\n\t./none\n)\n",
                "main.go": main("example.com/lib/in"),
                "lib/go.mod": "module example.com/lib\n",
                "lib/in/a.go": USES.format("in"),
            },
            True,
        ),
        (
            {
                "go.mod": MOD + "replace example.com/other => example.com/fork v1.0.0\n",
                "main.go": main("example.com/other"),
                "other/go.mod": "module example.com/other\n",
                "other/a.go": USES.format("other"),
            },
            False,
        ),
        (
            {
                "go.mod": MOD,
                "main.go": main("example.com/acme/parcel/one", "example.com/acme/parcel/two"),
                "one/a.go": 'package one\n\nimport _ "example.com/acme/parcel/in"\n',
                "two/a.go": 'package two\n\nimport (\n\t_ "example.com/acme/parcel/in"\n\t_ "embed"\n)\n',
                "in/a.go": USES.format("in"),
            },
            True,
        ),
        ({"go.mod": "module parcel\n", "main.go": main("parcel/in"), "in/a.go": USES.format("in")}, True),
    ],
)
def test_packages_of_the_image(files: dict[str, str], expected: bool) -> None:
    assert carried(files) == expected


def test_packages_in_gopath() -> None:
    head = "FROM golang:1.10\nWORKDIR /go/src/example.com/p\nCOPY . .\n"
    files = {"main.go": main("example.com/p/in", "./rel"), "in/a.go": USES.format("in"), "rel/r.go": "package rel\n"}
    assert carried(files, head)
    assert carried({**files, "in/a.go": "package in\n", "rel/r.go": USES.format("rel")}, head)


def test_a_package_that_is_nowhere_in_gopath_is_not_read() -> None:
    head = "FROM golang:1.10\nWORKDIR /go/src/example.com/p\nCOPY . .\n"
    files = {"main.go": main("example.com/away"), "away/a.go": USES.format("away")}
    assert not carried(files, head)
