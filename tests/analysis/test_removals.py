"""What a later command removes is not copied."""

import pytest

from dockerslim_rewrite.analysis.removals import Standing, Writers, standing_of
from tests.support import MemoryContext, effects_of, replay


def standing(path: str, rest: str, writers: Writers | None = None) -> Standing:
    text = f"FROM golang:1.24\nWORKDIR /app\nCOPY . .\n{rest}\nCMD ./a\n"
    effects = effects_of(text, MemoryContext({"a.txt": "", "clean.sh": "rm -r /data\n"}))
    return standing_of(path, replay(text), effects, writers or {})


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/app/src", "RUN rm -rf src"),
        ("/app/src/main", "RUN rm -rf /app/src"),
        ("/app/a.txt", "RUN rm -f *.txt"),
        ("/go/src/acme/tool", "RUN make && rm -rf /go/src/* /tmp/*"),
        ("/app/src", "RUN rm -rf src && mkdir -p /app/data"),
        ("/app/src", "RUN rm -rf src\nCOPY x /etc/x"),
        ("/app/src", "RUN test -d src && rm -rf src"),
        ("/data", "RUN ./frobnicate && sh clean.sh"),
    ],
)
def test_removed(path: str, rest: str) -> None:
    assert standing(path, rest).state == "gone"


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
        ("/app/dist", "RUN if true; then rm -rf dist; fi\nCOPY dist dist"),
        ("/app/src", "RUN if true; then rm -rf dist; fi"),
    ],
)
def test_still_there(path: str, rest: str) -> None:
    assert standing(path, rest).state == "there"


def test_what_a_command_elsewhere_may_bring_back() -> None:
    lines = "RUN rm -rf /srv/x && ./generate\nRUN true"
    assert standing("/srv/x", lines) == Standing("removed", 2)
    assert standing("/srv/x", lines, {(2, 1): None}) == Standing("removed", 2)
    assert standing("/srv/x", "RUN rm -rf /srv/x\nRUN ./generate") == Standing("removed", 3)


@pytest.mark.parametrize(
    ("places", "state"), [((), "gone"), (("/opt",), "gone"), (("/srv/x/y",), "there"), (("/srv",), "there")]
)
def test_what_a_language_knows_of_a_command(places: tuple[str, ...], state: str) -> None:
    assert standing("/srv/x", "RUN rm -rf /srv/x && ./generate", {(2, 1): places}).state == state


def test_what_may_be_removed() -> None:
    """A condition is not known before the build; nor what a function, or a part after `||`, does."""
    for rest in ("if ./ask; then rm -rf /srv/x; fi", "./ask || rm -rf /srv/x", "if ./ask; then sh clean.sh; fi"):
        path = "/data" if "clean" in rest else "/srv/x"
        assert standing(path, f"RUN {rest}") == Standing("unclear", 2)
        assert standing(path, f"RUN {rest}\nRUN rm -rf {path}") == Standing("gone", 3)
    assert standing("/srv/x", "RUN rm -rf /srv/x; if ./ask; then rm -rf /srv/x; fi", {(2, 1): ()}).state == "gone"
    assert standing("/srv/x", "RUN if ./ask; then rm -rf /srv/x; fi\nRUN ./frobnicate") == Standing("unclear", 3)
