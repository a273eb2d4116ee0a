"""Hypothesis strategies for projects: a Dockerfile that could be somebody's, and the files beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

Files = Mapping[str, str]


@dataclass(frozen=True)
class Project:
    """A Dockerfile and the texts of its build context."""

    dockerfile: str
    files: Files


# Settings that say the same wherever they stand; each may use what stands before it.
_SETTINGS = (
    "ENV A=1",
    "ENV A=$A-x B='$A'",
    'ENV B="two words" C=three\\ words',
    "ENV LEGACY some  words",
    'ENV D="${A:-default}/${NONE:-none}" E=${A:+set} F=',
    "ENV PATH=/opt/tools:$PATH",
    "ENV PORT=8080 DIR=/srv/files",
    'ENV QUOTE="it\'s \\$HOME" BACK=a\\\\b',
    "ENV LONG=1 \\\n    NEXT=$A \\\n    # a comment inside\n    LAST=$V",
    "ARG V=1",
    "ARG V",
    'ARG W="$A and $V"',
    "ENV FROMARG=$V-$W",
    "LABEL v=$V",
    'LABEL "org.example.name"="a b" path=$PATH',
    "LABEL multi=1 \\\n      other='$V'",
    "EXPOSE 8080",
    "EXPOSE 80/tcp 53/udp",
    "EXPOSE ${PORT:-9000}",
    "VOLUME /data",
    'VOLUME ["/data", "/srv/more"]',
    "VOLUME ${DIR:-/var/lib/x} /data",
    "STOPSIGNAL SIGINT",
    "STOPSIGNAL 9",
    "ENV NODE_ENV=production PYTHONUNBUFFERED=1",
    "ENV GOPATH=$GOPATH:/more OLD=$GOLANG_VERSION$NODE_VERSION$PYTHON_VERSION",
    "ENV COPYOFPATH=$PATH TWICE=$PATH:$PATH",
    "ENV PATH=/only/mine:/usr/local/bin:/usr/bin:/bin",
    "LABEL go=${GOPATH} production=$NODE_ENV",
    'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
    "HEALTHCHECK NONE",
    "HEALTHCHECK --interval=5s --retries=2 CMD true || exit 1",
    'SHELL ["/bin/sh", "-ec"]',
    "MAINTAINER somebody",
    "# what follows matters",
    "",
)
_LAST_SETTINGS = ("USER 1000", "USER 1000:1000", "USER nobody", "USER ${A:-5}", "WORKDIR /srv", "WORKDIR $DIR")
_MIDDLE_STEPS = (
    "RUN mkdir -p /data && chown 1000 /data",
    "RUN useradd -m app\nUSER app",
    "RUN apt-get update",
    "RUN true",
)
_NOISE = st.dictionaries(
    st.sampled_from(
        [".dockerignore", "README.md", "docs/a b.md", "data/$x.json", "-dash", "é/ü.txt", "tmp/deep/er/f", "Makefile"]
    ),
    st.sampled_from(["", "x\n", "*.md\n!README.md\n", "tmp\n", "all:\n\techo\n", "\ufeff{}"]),
    max_size=3,
)
_GO_MAIN = """package main

import ("fmt"; "os"; "net/http")

func main() {
%s	fmt.Println(os.Args)
	http.ListenAndServe(":8080", nil)
}
"""


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Return a project of Go, Node or Python whose rewrite is plausible."""
    return draw(st.one_of(go_projects(), node_projects(), python_projects()))


@st.composite
def go_projects(draw: st.DrawFn) -> Project:
    base = draw(st.sampled_from(["golang:1.24", "golang:1.24-alpine", "golang:1.23-bookworm", "golang:${GO}"]))
    folder = draw(st.sampled_from(["/app", "/go/src/app", "/srv/x y/../app", "$GOPATH/src/a"]))
    output = draw(st.sampled_from(["/usr/local/bin/server", "/out/server", "/server"]))
    build = draw(st.sampled_from([f"go build -o {output} .", f"CGO_ENABLED=0 go build -v -o {output} ./"]))
    reads = draw(st.sampled_from(["", '\tos.ReadFile("/app/conf.yml")\n', '\tos.Open("conf.yml")\n']))
    start = draw(_starts(output, "-p $PORT"))
    steps = ["COPY go.mod ./", "RUN go mod download", "COPY . .", f"RUN {build}"]
    files = {"go.mod": "module example.com/m\n\ngo 1.23\n", "main.go": _GO_MAIN % reads, "conf.yml": "a: 1\n"}
    head = (
        ["ARG GO=1.24"] if "$" in base else draw(st.sampled_from([[], ["ARG V=7"], ["# syntax=docker/dockerfile:1"]]))
    )
    return draw(_projects(head, f"FROM {base}", folder, steps, start, files))


@st.composite
def node_projects(draw: st.DrawFn) -> Project:
    base = draw(st.sampled_from(["node:22", "node:20-bookworm", "node:20-alpine", "node:22-slim"]))
    scripts = {"start": "node /app/server.js", "build": "node build.js"}
    manifest = {"name": "x", "version": "1.0.0", "scripts": scripts, "dependencies": {}, "devDependencies": {}}
    lock = {"name": "x", "lockfileVersion": 3, "packages": {"": {"name": "x"}}}
    start = draw(st.one_of(_starts("node", "/app/server.js"), st.just(['CMD ["npm", "start"]'])))
    steps = ["COPY package*.json ./", draw(st.sampled_from(["RUN npm ci", "RUN npm install"])), "COPY . ."]
    steps += draw(st.sampled_from([[], ["RUN npm run build"]]))
    files = {
        "package.json": json.dumps(manifest),
        "package-lock.json": json.dumps(lock),
        "server.js": "require('http').createServer().listen(8080)\n",
        "build.js": "require('fs').writeFileSync('built.txt', 'x')\n",
    }
    return draw(_projects([], f"FROM {base}", "/app", steps, start, files))


@st.composite
def python_projects(draw: st.DrawFn) -> Project:
    base = draw(st.sampled_from(["python:3.12", "python:3.13-bookworm", "python:3.12-alpine"]))
    start = draw(st.one_of(_starts("python", "/app/app.py"), st.just(['CMD ["gunicorn", "app:app"]'])))
    install = draw(
        st.sampled_from(["pip install -r requirements.txt", "pip install --no-cache-dir -r requirements.txt"])
    )
    steps = ["COPY requirements.txt .", f"RUN {install}", "COPY . ."]
    files = {
        "requirements.txt": "flask==3.0.3\ngunicorn==22.0.0\n",
        "app.py": "from flask import Flask\napp = Flask('x')\n",
    }
    return draw(_projects([], f"FROM {base}", "/app", steps, start, files))


def _starts(program: str, argument: str) -> st.SearchStrategy[list[str]]:
    """Return start commands in every form: exec and shell, one instruction or two in either order, one repeated."""
    words = json.dumps([program, *argument.split()])
    return st.sampled_from(
        [
            [f"CMD {words}"],
            [f"CMD {program} {argument}"],
            [f"ENTRYPOINT {words}"],
            [f"ENTRYPOINT exec {program} {argument}"],
            [f'ENTRYPOINT ["{program}"]', f"CMD {json.dumps(argument.split())}"],
            [f"CMD {json.dumps(argument.split())}", f'ENTRYPOINT ["{program}"]'],
            ['CMD ["overridden"]', f"CMD {words}"],
            [f'ENTRYPOINT ["{program}"]', f"CMD {json.dumps(argument.split())}", f"HEALTHCHECK CMD {words}"],
        ]
    )


@st.composite
def _projects(
    draw: st.DrawFn, head: list[str], from_: str, folder: str, steps: list[str], start: list[str], files: Files
) -> Project:
    setting = st.sampled_from(_SETTINGS)
    middle = st.one_of(setting, setting, setting, st.sampled_from(_MIDDLE_STEPS))
    lines = [*head, from_, *draw(st.lists(setting, max_size=3)), f"WORKDIR {folder}"]
    for step in steps:
        lines += [*draw(st.lists(middle, max_size=2)), step]
    last = st.one_of(setting, setting, st.sampled_from(_LAST_SETTINGS))
    lines += draw(st.lists(last, max_size=5))
    lines += start
    lines += draw(st.lists(setting, max_size=1))
    newline = draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))
    text = newline.join("\n".join(lines).split("\n")) + draw(st.sampled_from([newline, ""]))
    return Project(text, {**files, **draw(_NOISE)})
