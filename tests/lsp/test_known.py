"""What was found out once serves other options and later texts, and changes nothing."""

from typing import get_args

import pytest

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.languages.memo import MAX_CHARACTERS, Memo
from dockerslim_rewrite.languages.model import Style
from dockerslim_rewrite.pipeline import Known, rewrite
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from tests.support import FIXTURES

OPTIONS = [
    *(Options(runtime=style) for style in get_args(Style)),
    Options(optimize=True),
    Options(unsafe=True),
    Options(),
]


@pytest.mark.parametrize(
    "name", ["go/g06-templates", "node/n06-typescript", "node/d22-arguments", "python/p06-opencv", "refused/g10-air"]
)
def test_other_options_from_what_is_known(name: str) -> None:
    path = FIXTURES / name / "Dockerfile"
    text = path.read_text()
    known = Known(parse_dockerfile(text))
    context = LocalContext(path.parent, path)
    for options in OPTIONS:
        alone = rewrite(text, LocalContext(path.parent, path), options)
        assert rewrite(text, context, options, known=known) == alone


def test_a_memo_is_bounded() -> None:
    calls: list[str] = []

    @Memo
    def length(kind: str, text: str) -> int:
        calls.append(kind)
        return len(text)

    long = "x" * (MAX_CHARACTERS - 1)
    assert (length("a", "bc"), length("a", "bc"), length("b", "bc")) == (2, 2, 2)
    assert calls == ["a", "b"]
    assert length("c", long) == len(long), "the texts before it are forgotten"
    assert (length("a", "bc"), length("c", long)) == (2, len(long))
    assert calls == ["a", "b", "c", "a", "c"]
