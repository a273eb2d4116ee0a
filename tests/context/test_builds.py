"""Compose and bake files."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerslim_rewrite.context.bake import read_bake
from dockerslim_rewrite.context.builds import Use
from dockerslim_rewrite.context.compose import read_compose
from dockerslim_rewrite.context.hcl import read_hcl

COMPOSE = """
# services
services:
  web:
    build: ./web
  api:
    image: corp/api
    build:
      context: ${CONTEXT:-api}
      dockerfile: docker/api.Dockerfile
      target: run$$time
      args:
        - GO_VERSION=1.22
        - SECRET
        - OTHER=${UNSET}
    entrypoint: ["sh", "-c"]
    command: "npm run 'dev server'"
    volumes:
      - ./api:/app/:ro
      - data:/data
      - /anonymous
      - {type: bind, source: ., target: /long}
  other: {build: {context: ., args: {A: 1, B: true, C: x}}}
  inline: {build: {dockerfile_inline: "FROM a"}}
  remote: {build: "https://example.com/x.git"}
  unknown: {build: {context: "${NOWHERE}"}}
  pulled: {image: redis}
"""


def test_compose() -> None:
    web, api, other = read_compose("compose.yaml", COMPOSE)
    assert web == Use("compose.yaml", 4, "web", "./web", "Dockerfile")
    assert (api.line, api.context, api.dockerfile, api.target) == (6, "api", "docker/api.Dockerfile", "run$time")
    assert api.args == (("GO_VERSION", "1.22"),)
    assert api.command == ("sh", "-c", "npm", "run", "dev server")
    assert api.mounts == ("/app", "/long")
    assert other.args == (("A", "1"), ("C", "x"))


@pytest.mark.parametrize(
    "text",
    ["", "a: [", "services: 3", "- a", "services: {a: {build: 3}}", "services:\n  ? [a]\n  : b\n", "a: &a [*a]", "\0",
     "services: &s\n  a: {build: .}\n  <<: *s", "!!python/object:os.system x", "services: {1: {build: .}}"],
)  # fmt: skip
def test_odd_compose_files_say_nothing_and_raise_nothing(text: str) -> None:
    assert [use.name for use in read_compose("compose.yaml", text)] in ([], ["a"])


HCL = """
# comment with } and "
variable "TAG" { default = "1.2" }
variable "FROM_ENV" {}
group "default" { targets = ["web", "api"] }
function "f" { params = [a]  result = "${a}}" }
target "_base" {
  context = "services"
  args = {
    GO_VERSION = "${TAG}"
    BAD = upper("x")
    "QUOTED" = TAG
  }
  /* target "no" { } */
}
target "web" {
  inherits = ["_base"]
  dockerfile = "web/Dockerfile"
  target = "run"
  tags = ["corp/web:${TAG}", "corp/web:${FROM_ENV}",]
  contexts = { base = "docker-image://alpine" }
}
target "api" { // matrix
  name = "api-${x}"
  matrix = { x = ["a", "b"] }
  context = "${FROM_ENV}/api"
  dockerfile = equal(1, 2) ? "a" : "b"
}
target "git" { context = "https://example.com/a.git" }
"""


def test_a_service_with_the_image_of_another_one_uses_its_build() -> None:
    text = "services:\n  web: {build: ./w, image: app}\n  job: {image: app, command: x}\n  db: {image: postgres}\n"
    web, job = read_compose("compose.yaml", text)
    assert (web.name, web.context, web.command) == ("web", "./w", None)
    assert (job.name, job.context, job.line, job.command) == ("job", "./w", 3, ("x",))
    assert read_compose("compose.yaml", "services:\n  a: {build: ., image: [x]}\n  b: {image: [x]}\n")[0].name == "a"


def test_bake_hcl() -> None:
    base, web, api = read_bake("docker-bake.hcl", HCL)
    assert (base.name, base.line, base.context) == ("_base", 7, "services")
    assert (web.context, web.dockerfile, web.target) == ("services", "web/Dockerfile", "run")
    assert web.args == (("GO_VERSION", "1.2"), ("QUOTED", "1.2"))
    assert (api.context, api.dockerfile) == (".", "Dockerfile")


def test_values_that_are_not_known_are_left_out() -> None:
    (block,) = read_hcl('target "a" {\n x = "${B}"\n y = [C, "d", ["e"]]\n z = a.b[0]\n w = "\\"q\\""\n}', {})
    assert block.attributes == {"y": [None, "d", ["e"]], "w": '"q"'}


def test_bake_json() -> None:
    data = {"target": {"a": {"dockerfile": "x.Dockerfile"}, "b": {"inherits": ["a", "b"], "context": "b"}}}
    a, b = read_bake("docker-bake.json", json.dumps(data))
    assert (a.context, a.dockerfile) == (".", "x.Dockerfile")
    assert (b.context, b.dockerfile) == ("b", "x.Dockerfile")


@given(st.text(st.sampled_from('target"ax {}[]=,${}\n#/*:()\\'), max_size=60))
def test_no_text_stops_the_readers(text: str) -> None:
    read_bake("docker-bake.hcl", text)
    read_bake("docker-bake.json", text)
    read_compose("compose.yaml", text)


def test_deep_and_long_texts_end() -> None:
    read_bake("docker-bake.hcl", 'target "a" { x = ' + "[" * 20_000)
    read_bake("docker-bake.hcl", "target {" * 20_000)
    read_compose("compose.yaml", "services: " + "[" * 5_000)


def test_only_folders_of_the_machine_are_mounts() -> None:
    text = (
        "services:\n  a:\n    build: .\n    volumes:\n      - data:/data\n      - ./x:/x:ro\n      - 5\n"
        "      - {type: volume, source: v, target: /v}\n      - {type: bind, source: ., target: /y/}\n"
    )
    (use,) = read_compose("compose.yaml", text)
    assert use.mounts == ("/x", "/y")


def test_a_compose_file_of_a_megabyte_says_nothing() -> None:
    assert read_compose("compose.yaml", "services:\n  a: {build: .}\n" + "#" * 1_100_000) == ()
