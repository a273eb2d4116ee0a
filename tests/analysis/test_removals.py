"""What a later command removes is not copied."""

import pytest

from dockerslim_rewrite.analysis.removals import is_removed
from tests.support import MemoryContext, effects_of, replay


def removed(path: str, rest: str) -> bool:
    text = f"FROM golang:1.24\nWORKDIR /app\nCOPY . .\n{rest}\nCMD ./a\n"
    return is_removed(path, replay(text), effects_of(text, MemoryContext({"a.txt": ""})))


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/app/src", "RUN rm -rf src"),
        ("/app/src/main", "RUN rm -rf /app/src"),
        ("/app/a.txt", "RUN rm -f *.txt"),
        ("/go/src/acme/tool", "RUN make && rm -rf /go/src/* /tmp/*"),
        ("/app/src", "RUN rm -rf src && mkdir -p /app/data"),
        ("/app/src", "RUN rm -rf src\nCOPY x /etc/x"),
    ],
)
def test_removed(path: str, rest: str) -> None:
    assert removed(path, rest)


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/app", "RUN rm -rf src"),
        ("/app/dist", "RUN rm -rf dist && npm run build"),
        ("/app/dist", "RUN rm -rf dist && mkdir dist"),
        ("/app/dist", "RUN rm -rf dist\nCOPY . ."),
        ("/app/dist", "RUN rm -rf dist && ./generate"),
        ("/app/.env", "RUN rm -rf *"),
        ("/app/b.md", "RUN rm -f *.txt"),
        ("/app/srcs", "RUN rm -rf src"),
    ],
)
def test_still_there(path: str, rest: str) -> None:
    assert not removed(path, rest)
