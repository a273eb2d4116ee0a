import pytest

from dockerslim_rewrite.analysis.ownership import Ownership
from dockerslim_rewrite.shell.modes import apply_mode
from tests.support import effects_of, replay


def ownership(lines: str) -> Ownership:
    text = f"FROM node:20\n{lines}\n"
    return Ownership(replay(text), effects_of(text))


@pytest.mark.parametrize(
    ("lines", "path", "owner"),
    [
        ("WORKDIR /app", "/app", ""),
        ("USER node\nWORKDIR /a/b", "/a", "node"),
        ("WORKDIR /app\nUSER node\nWORKDIR /app", "/app", ""),
        ("COPY --chown=node:node . /app", "/app", "node:node"),
        ("COPY --chown=node:node . /app", "/app/views", "node:node"),
        ("WORKDIR /app\nCOPY --chown=node:node . /app", "/app", ""),
        ("WORKDIR /app\nCOPY --chown=node:node . /app", "/app/views", "node:node"),
        ("WORKDIR /app\nRUN chown node /app", "/app", "node"),
        ("WORKDIR /app\nRUN chown node /app", "/app/x", ""),
        ("WORKDIR /app\nRUN chown -R node:node .", "/app/x", "node:node"),
        ("RUN mkdir -p /data && chown 5:6 /data", "/data", "5:6"),
        ("RUN mkdir /data && chown node /data && chown root /data", "/data", ""),
        ("USER node\nRUN mkdir -p /tmp/x", "/tmp/x", "node"),
        ("RUN mkdir /data && chown node: /data", "/data", "node"),
        ("RUN mkdir /data && chown node.node /data", "/data", "node:node"),
        ("RUN mkdir /data && chown :node /data", "/data", "root:node"),
        ("RUN mkdir /data && chown 5 /data && chgrp 6 /data", "/data", "5:6"),
        ("RUN mkdir /data && chown -R node /data\nCOPY . /data", "/data/x", ""),
    ],
)
def test_owner(lines: str, path: str, owner: str) -> None:
    assert ownership(lines).owner(path) == owner


@pytest.mark.parametrize(
    ("lines", "mode"),
    [
        ("RUN mkdir /data", 0o755),
        ("RUN mkdir -m 700 /data", 0o700),
        ("RUN mkdir /data && chmod 2770 /data", 0o2770),
        ("RUN mkdir /data && chmod g+w,o-rx /data", 0o770),
    ],
)
def test_mode(lines: str, mode: int) -> None:
    assert ownership(lines).mode("/data") == mode


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [("755", 0, 0o755), ("+x", 0o644, 0o755), ("a+rwx", 0, 0o777), ("u=rwx,go=", 0o777, 0o700), ("+t", 0o777, 0o1777)],
)
def test_apply_mode(text: str, before: int, after: int) -> None:
    assert apply_mode(text, before) == after
