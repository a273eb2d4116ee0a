"""Libraries that a build installs from their sources, and the loader's cache of them."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.libraries import install_prefix
from tests.support import MemoryContext, project_of

GO = {"go.mod": "module example.org/a\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {}\n", "libx.so.1": ""}
CGO = {**GO, "main.go": 'package main\n\nimport "C"\n\nfunc main() {}\n'}
END = 'WORKDIR /app\nCOPY . .\nRUN go build -o app .\nCMD ["./app"]\n'
FETCH = "RUN cd /tmp && git clone https://host.example/x.git && cd x"
INSTALL = f"{FETCH} && ./configure && make && make install && ldconfig\n"
LIBRARIES = {
    "COPY --from=builder /usr/local/lib /usr/local/lib",
    "COPY --from=builder /usr/local/share /usr/local/share",
}


def outcome_of(lines: str, files: dict[str, str], base: str = "golang:1.24-bookworm") -> Outcome:
    return rewrite(f"FROM {base}\n{lines}{END}", MemoryContext(files))


def runtime(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Rewritten), outcome
    return [line.text for line in outcome.plan.runtime]


def test_a_static_program_needs_no_library() -> None:
    lines = runtime(outcome_of(INSTALL, GO))
    assert "RUN ldconfig" not in lines and not LIBRARIES & set(lines)


@pytest.mark.parametrize("lines", ["RUN ldconfig\n", "RUN apt-get update && apt-get install -y libx-dev && ldconfig\n"])
def test_a_cache_without_libraries_that_are_carried_is_the_base_s(lines: str) -> None:
    assert "RUN ldconfig" not in runtime(outcome_of(lines, CGO))


def test_musl_has_no_cache() -> None:
    lines = runtime(outcome_of("RUN apk add build-base\n" + INSTALL, CGO, "golang:1.24-alpine"))
    assert set(lines) > LIBRARIES and "RUN ldconfig" not in lines


def test_what_make_installs_is_carried_with_the_loader_s_cache() -> None:
    outcome = outcome_of(INSTALL, CGO)
    assert isinstance(outcome, Rewritten) and outcome.plan.runtime_base == "debian:bookworm-slim"
    lines = runtime(outcome)
    assert set(lines) > LIBRARIES and "COPY --from=builder /usr/local/bin /usr/local/bin" not in lines
    assert lines.index("RUN ldconfig") > max(lines.index(line) for line in LIBRARIES)


def test_a_library_that_is_copied() -> None:
    lines = runtime(outcome_of("COPY libx.so.1 /usr/local/lib/\nRUN ldconfig\n", CGO))
    assert "RUN ldconfig" in lines


def test_a_directory_that_the_loader_is_told() -> None:
    lines = runtime(outcome_of("COPY libx.so.1 /opt/x/\nRUN echo /opt/x > /etc/ld.so.conf.d/x.conf && ldconfig\n", CGO))
    assert lines.index("RUN ldconfig") > lines.index(
        "COPY --from=builder /etc/ld.so.conf.d/x.conf /etc/ld.so.conf.d/x.conf"
    )


@pytest.mark.parametrize("build", ["./configure --prefix=/opt/x", "cmake -DCMAKE_INSTALL_PREFIX=/opt/x ."])
def test_a_prefix_of_its_own_is_carried(build: str) -> None:
    lines = runtime(outcome_of(f"{FETCH} && {build} && make && make install\n", CGO))
    assert "COPY --from=builder /opt/x /opt/x" in lines and not LIBRARIES & set(lines)


@pytest.mark.parametrize("prefix", ["/usr", "$PLACE", "relative"])
def test_a_prefix_among_the_base_s_files_is_refused(prefix: str) -> None:
    outcome = outcome_of(f"{FETCH} && ./configure --prefix={prefix} && make install\n", CGO)
    assert isinstance(outcome, Refused) and {item.code for item in outcome.blockers} == {"D09"}


def test_a_go_project_s_own_install_target_is_followed() -> None:
    files = {**CGO, "Makefile": "install:\n\tgo build -o /usr/local/bin/app .\n"}
    text = 'FROM golang:1.24-bookworm\nWORKDIR /app\nCOPY . .\nRUN make install\nCMD ["app"]\n'
    lines = runtime(rewrite(text, MemoryContext(files)))
    assert not LIBRARIES & set(lines) and "COPY --from=builder /usr/local/bin/app /usr/local/bin/app" in lines


def test_what_is_unpacked_at_the_root_is_for_the_build_and_among_libraries_is_not_known() -> None:
    line = "RUN curl -L https://host.example/x.tgz | tar -xz -C {}\n"
    assert isinstance(outcome_of(line.format("/"), CGO), Rewritten)
    outcome = outcome_of(line.format("/usr"), CGO)
    assert isinstance(outcome, Refused) and [item.code for item in outcome.blockers] == ["D09"]


@pytest.mark.parametrize(
    ("run", "prefix"),
    [
        ("make install", "/usr/local"),
        ("./configure --prefix=/opt/x/ && make install", "/opt/x"),
        ("./configure --prefix=/opt/x && ./configure --prefix '/opt/y' && make install", "/opt/y"),
        ("make PREFIX=/opt/x install", "/opt/x"),
        ("make install PREFIX=/opt/X", "/opt/X"),
        ("make install && ./configure --prefix=/opt/x", "/usr/local"),
        ("./configure --prefix=opt/x && make install", None),
        ("./configure --prefix=/opt/$(arch)/x && make install", None),
        ("./configure --prefix=/opt/`arch`/x && make install", None),
    ],
)
def test_where_a_build_installs(run: str, prefix: str | None) -> None:
    effects = project_of(f"FROM golang:1.24\nRUN {run}\n", MemoryContext({})).effects
    (command,) = (item for item in effects if "install" in item.text)
    assert install_prefix(command, effects) == prefix
