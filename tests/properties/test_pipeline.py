"""What holds for every text."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.context.local import NoContext
from dockerslim_rewrite.outcome import InvalidDockerfile, Rewritten, Unchanged
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.report.text import report_text
from dockerslim_rewrite.syntax.parser import parse_dockerfile
from tests.properties.strategies import any_text, dockerfiles, hostile_text
from tests.support import MemoryContext

LINES = st.sampled_from(
    [
        "COPY . .",
        "COPY go.mod main.go ./",
        "RUN go build -o server .",
        "RUN go build",
        "RUN npm ci",
        "RUN npm run build",
        "RUN go install ./...",
        "RUN apt-get update && apt-get install -y git ffmpeg",
        "RUN mkdir -p /data && chown 5 /data",
        "RUN useradd -m app",
        "USER app",
        "WORKDIR /srv/x",
        "WORKDIR sub",
        "ENV PATH=$PATH:/x",
        "ENV A=$GOPATH/y B=2",
        "ARG V=1",
        "LABEL v=$V",
        "EXPOSE 80 $V",
        "VOLUME /data",
        'CMD ["./server"]',
        "CMD ./server -p $A",
        "CMD npm start",
        'ENTRYPOINT ["node", "x.js"]',
        'CMD ["x.js"]',
        "ENTRYPOINT /srv/x/server",
        "STOPSIGNAL INT",
        "# note",
        "",
        'SHELL ["/bin/bash", "-c"]',
        "HEALTHCHECK CMD curl -f http://localhost",
        "HEALTHCHECK NONE",
        "RUN ln -s /srv/x/server /usr/bin/server",
        "RUN {{ x }}",
        'CMD ["{% for %}"]',
        "ADD a.tgz /opt/",
        "COPY --chown=node:node . /srv/x",
        "RUN <<EOF\ngo build -o /bin/s\nEOF",
        "ONBUILD RUN x",
    ]
)
BASES = st.sampled_from(
    ["golang:1.24", "golang:1.24-alpine", "golang", "node:20", "node:20-alpine", "node:20-slim", "node:19", "node"]
)
FILES = {
    "go.mod": "module example.com/m\n\ngo 1.24\n",
    "main.go": 'package main\n\nimport "os"\n\nfunc main() { os.ReadFile("conf.yml") }\n',
    "conf.yml": "a: 1\n",
    "package.json": '{"name": "x", "scripts": {"start": "node x.js"}, "dependencies": {}}',
    "x.js": "require('fs').readFileSync('conf.yml')\n",
}
RELAXED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(st.one_of(any_text, hostile_text, dockerfiles()))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    try:
        outcome = rewrite(text, NoContext())
    except InvalidDockerfile as error:
        assert error.line >= 1
        return
    assert report_text("Dockerfile", outcome)


@settings(RELAXED, max_examples=250)
@given(BASES, st.lists(LINES, max_size=12), st.booleans(), st.booleans(), st.booleans())
def test_what_is_emitted_passes_the_checks_and_is_final(
    base: str, lines: list[str], known: bool, unsafe: bool, crlf: bool
) -> None:
    """The checks run inside, so a CheckFailed here is a finding; and a second run changes nothing."""
    text = "\n".join([f"FROM {base}", *lines]) + "\n"
    text = text.replace("\n", "\r\n") if crlf else text
    context = MemoryContext(FILES) if known else NoContext()
    try:
        outcome = rewrite(text, context, Options(unsafe=unsafe))
    except InvalidDockerfile:
        return
    if not isinstance(outcome, Rewritten):
        return
    emitted = parse_dockerfile(outcome.text)
    assert not emitted.problems
    assert emitted.code == outcome.text
    assert isinstance(rewrite(outcome.text, context), Unchanged)
