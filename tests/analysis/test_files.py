import pytest

from dockerslim_rewrite.analysis.files import ImageFiles
from tests.support import MemoryContext, replay

CONTEXT = MemoryContext({"main.go": "", "conf/a.yml": "", "conf/sub/b.yml": "", "run.sh": "", "web/x.js": ""})


def files(lines: str) -> ImageFiles:
    return ImageFiles(replay(f"FROM golang:1.24\n{lines}\nRUN true\n"), CONTEXT)


@pytest.mark.parametrize(
    ("lines", "image", "context"),
    [
        ("COPY . /app", "/app/main.go", "main.go"),
        ("COPY . /app", "/app/conf/sub/b.yml", "conf/sub/b.yml"),
        ("WORKDIR /srv\nCOPY . .", "/srv/conf", "conf"),
        ("COPY conf /etc/app", "/etc/app/sub/b.yml", "conf/sub/b.yml"),
        ("COPY conf /etc/app", "/etc/app/conf/a.yml", None),
        ("COPY run.sh /usr/bin/start", "/usr/bin/start", "run.sh"),
        ("COPY run.sh /usr/bin/", "/usr/bin/run.sh", "run.sh"),
        ("WORKDIR /usr/bin\nWORKDIR /\nCOPY run.sh /usr/bin", "/usr/bin/run.sh", "run.sh"),
        ("RUN mkdir -p /opt/x\nCOPY run.sh /opt/x", "/opt/x/run.sh", "run.sh"),
        ("COPY *.go run.sh /app/", "/app/main.go", "main.go"),
        ("COPY conf/*.yml /app/", "/app/a.yml", "conf/a.yml"),
        ("COPY . /app", "/app/absent", None),
        ("COPY . /app", "/application/main.go", None),
        ("COPY --from=other / /app", "/app/main.go", None),
    ],
)
def test_to_context(lines: str, image: str, context: str | None) -> None:
    assert files(lines).to_context(image) == context


def test_to_image_names_every_copy() -> None:
    both = files("COPY . /app\nCOPY conf /etc/app")
    assert both.to_image("conf/a.yml") == ("/app/conf/a.yml", "/etc/app/a.yml")
    assert files("COPY conf /etc/app").to_image("main.go") == ()


def test_before_limits_to_earlier_steps() -> None:
    later = files("RUN true\nCOPY . /app")
    assert later.to_context("/app/main.go", before=1) is None
    assert later.to_context("/app/main.go", before=2) == "main.go"
