import pytest

from dockerslim_rewrite.planning.ignores import ignored_codes, is_ignored
from dockerslim_rewrite.syntax.parser import parse_dockerfile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# dockerslim: ignore=G01\nFROM x\n", {"g01"}),
        ("FROM x\n#dockerslim:ignore = N07 , d09\n", {"n07", "d09"}),
        ("FROM x\nRUN a \\\n  # dockerslim: ignore=D21\n  b\n", {"d21"}),
        ("# DockerSlim: Ignore=multi-stage\n# dockerslim: ignore=G02\nFROM x\n", {"multi-stage", "g02"}),
        ("FROM x\nRUN echo '# dockerslim: ignore=G01'\n", set()),
        ("FROM x\nRUN <<EOF\n# dockerslim: ignore=G01\nEOF\n", set()),
        ("# dockerslim: ignore\n# dockerslim: ignored=G01\n# slim: ignore=G01\n# dockerslim: ignore=\nFROM x\n", set()),
        ("### dockerslim: ignore=G01\nFROM x\n", {"g01"}),
        ("#Xdockerslim: ignore=G01\n# no dockerslim: ignore=G01\nFROM x\n", set()),
        ("", set()),
    ],
)
def test_comments(text: str, expected: set[str]) -> None:
    assert ignored_codes(parse_dockerfile(text)) == expected


def test_settings_and_everything() -> None:
    ignored = ignored_codes(parse_dockerfile("# dockerslim: ignore=G01\nFROM x\n"), ["N01"])
    assert is_ignored("G01", ignored)
    assert is_ignored("n01", ignored)
    assert not is_ignored("G02", ignored)
    assert is_ignored("G02", ignored_codes(parse_dockerfile("# dockerslim: ignore=all\n")))
