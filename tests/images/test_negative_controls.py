"""Rewrites broken on purpose: each is caught, and the message names the cause."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from dockerslim_rewrite.verify.session import Session
from tests.images.harness import Bench, read_dockerfile
from tests.support import FIXTURES

pytestmark = pytest.mark.image

STATIC = "gcr.io/distroless/static-debian12"


@dataclass(frozen=True, slots=True)
class Broken:
    """A fixture, the runtime stage of a bad rewrite, and the difference with its cause that must be reported.

    `change` is a replacement in the author's part.
    """

    fixture: str
    runtime: str
    kind: str
    cause: str
    change: tuple[str, str] = ("", "")


BROKEN = {
    "a dropped template": Broken(
        "go/g06-templates",
        f"FROM {STATIC}\nWORKDIR /blog\n"
        "COPY --from=builder /blog/blog .\nCOPY --from=builder /blog/static static\n"
        'EXPOSE 8080\nCMD ["./blog"]\n',
        "start",
        "templates was not copied to the runtime stage",
        ("go build", "CGO_ENABLED=0 go build"),
    ),
    "a dropped data file": Broken(
        "go/g06-beside-executable",
        f"FROM {STATIC}\nCOPY --from=builder /opt/dict/dict /opt/dict/dict\n"
        'ENTRYPOINT ["/opt/dict/dict"]\nCMD ["moon"]\n',
        "exit code",
        "the file /opt/dict/assets/words.tsv is missing",
    ),
    "a dropped library": Broken(
        "go/g02-shared-library",
        "FROM debian:bookworm-slim\nWORKDIR /query\nCOPY --from=builder /usr/local/bin/query /usr/local/bin/query\n"
        'CMD ["/usr/local/bin/query", "select 6 * 7"]\n',
        "exit code",
        "the shared library libsqlite3.so.0 is missing",
    ),
    "a musl base under a glibc program": Broken(
        "go/g02-cgo-own-code",
        "FROM alpine:3.20\nWORKDIR /primes\nCOPY --from=builder /primes/primes .\n"
        'ENTRYPOINT ["./primes"]\nCMD ["30"]\n',
        "exit code",
        "is a glibc program on a musl or empty base",
    ),
    "a lost ENV": Broken(
        "go/d06-env-path",
        f"FROM {STATIC}\nENV APP_HOME=/opt/tide\nENV PATH=/opt/tide/bin:$PATH\nWORKDIR /opt/tide\n"
        'COPY --from=builder /opt/tide/bin bin\nCMD ["tide"]\n',
        "env:TIDE_STATION",
        "ENV TIDE_STATION is lost",
    ),
    "a wrong user": Broken(
        "go/d14-strip",
        f'FROM {STATIC}\nWORKDIR /thin\nCOPY --from=builder /thin/thin /thin/thin\nCMD ["/thin/thin"]\n',
        "process user",
        "the process runs as 0:0 instead of 65534:65534",
    ),
    "a missing program": Broken(
        "go/g11-git",
        "FROM alpine:3.20\nWORKDIR /blobid\nCOPY --from=builder /usr/local/bin/blobid /usr/local/bin/blobid\n"
        'CMD ["blobid", "hello"]\n',
        "exit code",
        "the program git is not on PATH",
    ),
    "missing dependencies": Broken(
        "node/n02-pure-js",
        "FROM node:20-slim\nWORKDIR /app\nCOPY --from=builder /app/index.mjs /app/package.json ./\n"
        'COPY --from=builder /app/lib lib\nENV PORT=4000\nEXPOSE 4000\nCMD ["node", "index.mjs"]\n',
        "start",
        "the module fastify is missing",
    ),
    "a health check without its tool": Broken(
        "node/d03-healthcheck-curl",
        "FROM node:20-slim\nWORKDIR /app\nCOPY --from=builder /app .\nEXPOSE 3000\n"
        "HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \\\n"
        "  CMD curl --fail http://localhost:3000/health || exit 1\n"
        'CMD ["node", "server.js"]\n',
        "health",
        "the program curl is not in the rewritten image",
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_broken_rewrite_is_caught(broken: Broken, session: Session, tmp_path: Path) -> None:
    bench = Bench(session, FIXTURES / broken.fixture, tmp_path)
    original = read_dockerfile(bench.folder)
    first, _, rest = (original.replace(*broken.change, 1) if broken.change[0] else original).partition("\n")
    found = bench.compare_with(f"{first} AS builder\n{rest}\n{broken.runtime}")
    matching = [item for item in found if item.kind == broken.kind]
    assert matching, [str(item) for item in found]
    assert broken.cause in matching[0].cause
