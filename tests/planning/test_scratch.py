"""What stays in scratch space, and what the program finds there."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.23\n",
    "main.go": "package main\n\nfunc main() {}\n",
    "a.conf": "x",
    "conf/b.conf": "x",
    "conf/c.conf": "x",
}


def carried(lines: str, start: str = 'CMD ["/server"]', health: str = "") -> list[str]:
    """Return what the runtime stage takes from the builder beside the program."""
    text = (
        f"FROM golang:1.24\nWORKDIR /app\nCOPY go.mod main.go ./\nRUN go build -o /server .\n{lines}\n{health}{start}\n"
    )
    outcome = rewrite(text, MemoryContext(FILES))
    assert isinstance(outcome, Rewritten), outcome
    copies = [line.text.split()[-1] for line in outcome.plan.runtime if line.text.startswith("COPY --from=builder")]
    return [path for path in copies if path != "/server"]


@pytest.mark.parametrize(
    "path",
    [
        "/tmp/a.conf",
        "/var/tmp/a.conf",
        "/run/x/a.conf",
        "/var/cache/x/a.conf",
        "/root/.config/x/a.conf",
        "/root/.cache/a",
    ],
)
def test_what_is_copied_and_then_left_alone_is_for_the_program(path: str) -> None:
    assert carried(f"COPY a.conf {path}") == [path]
    assert carried(f"COPY a.conf {path}\nRUN chmod 644 {path} && echo done") == [path]
    assert carried(f"RUN cat {path} || true\nCOPY a.conf {path}") == [path]  # the command runs before there is a file
    assert carried(f"COPY a.conf {path}\nRUN cat {path}x {path}.old /opt{path}") == [path]


@pytest.mark.parametrize(
    "lines",
    [
        "COPY a.conf /tmp/\nRUN cat /tmp/a.conf",
        "COPY a.conf /tmp/x/\nRUN cat /tmp/x/*",
        "COPY a.conf /tmp/x/\nRUN ls /tmp/x",
        "COPY a.conf /tmp/x/\nRUN ls '/tmp/x/'",
        'COPY a.conf /tmp/x/\nRUN for f in b a; do cat "/tmp/x/$f.conf"; done',
        "COPY a.conf /tmp/x/\nRUN cd /tmp/x && cat a.conf",
        "COPY a.conf /tmp/x/\nWORKDIR /tmp/x\nRUN cat a.conf\nWORKDIR /app",
        "ENV F=/tmp/a.conf\nCOPY a.conf $F\nRUN cat $F\nENV F=",
        "COPY a.conf /tmp/a.conf\nRUN sort < /tmp/a.conf",
        "COPY conf /tmp/conf\nRUN cat /tmp/conf/b.conf",
        "COPY a.conf /etc/apt/apt.conf",
        "COPY a.conf /root/.config/pip/pip.conf",
        "COPY a.conf /usr/share/doc/a",
        "ENV NPM_CONFIG_USERCONFIG=/tmp/.npmrc\nCOPY a.conf /tmp/.npmrc",
        "ENV PIP_CONFIG_FILE=/tmp/pip.conf\nCOPY a.conf /tmp/pip.conf",
        "COPY a.conf /tmp/.netrc",
    ],
)
def test_what_the_build_uses_stays_behind(lines: str) -> None:
    assert carried(lines) == []


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        ("", 'CMD ["/server", "-c", "/tmp/a.conf"]'),
        ("", 'CMD ["/server", "--config=/tmp/a.conf"]'),
        ("", "CMD exec /server -c '/tmp/a.conf'"),
        ("ENV CONFIG=/tmp/a.conf\n", 'CMD ["/server"]'),
        ("ENV CONFIG=file:/tmp/a.conf\n", 'CMD ["/server"]'),
        ("HEALTHCHECK CMD cat /tmp/a.conf\n", 'CMD ["/server"]'),
        ("", "CMD CONFIG=/tmp/a.conf exec /server"),
    ],
)
def test_what_the_program_names_is_carried_though_the_build_uses_it(lines: str, start: str) -> None:
    assert carried(f"{lines}COPY a.conf /tmp/a.conf\nRUN cat /tmp/a.conf", start) == ["/tmp/a.conf"]
    assert carried(f"{lines}RUN echo x > /tmp/a.conf", start) == ["/tmp/a.conf"]


@pytest.mark.parametrize("start", ['CMD ["/server", "/tmp/a.confx"]', 'CMD ["/server", "/var/tmp/a.conf", "/tmp"]'])
def test_what_the_program_names_is_another(start: str) -> None:
    assert carried("COPY a.conf /tmp/a.conf\nRUN cat /tmp/a.conf", start) == []
    assert carried("RUN echo x > /tmp/a.conf", start) == []


def test_a_directory_that_the_program_names() -> None:
    start = 'CMD ["/server", "/tmp/x/"]'
    assert carried("COPY a.conf /tmp/x/\nRUN ls /tmp/x", start) == ["/tmp/x/a.conf"]
    assert carried("RUN mkdir /tmp/x && touch /tmp/x/a", start) == ["/tmp/x"]
    # the cache of a build is as large as the toolchain
    assert carried("ENV GOCACHE=/tmp/x\nRUN mkdir /tmp/x && ls /tmp/x") == []


def test_files_of_a_directory_that_scratch_space_is_filled_with() -> None:
    start = 'CMD ["/server", "/tmp/b.conf"]'
    assert carried("COPY --from=nginx /etc/nginx/nginx.conf /etc/b.conf /tmp/\nRUN ls /tmp", start) == ["/tmp/b.conf"]
    assert carried("COPY --from=nginx /usr/bin/x /tmp/\nRUN ls /tmp", start) == []
    assert carried("COPY --from=nginx /usr/bin/x /tmp/y/z") == ["/tmp/y/z"]
    assert carried("COPY <<EOF /run/x.conf\na\nEOF") == ["/run/x.conf"]
    assert carried("COPY <<EOF /tmp/x.sh\na\nEOF\nRUN cat /tmp/x.sh") == []


def test_a_directory_that_is_made_for_a_copy() -> None:
    assert carried("RUN mkdir -p /tmp/x\nCOPY a.conf /tmp/x/\nRUN cat /tmp/x/a.conf") == []
    assert carried("RUN mkdir -p /tmp/x") == ["/tmp/x"]
