"""Directories around what is copied keep their owner and mode."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.analysis.paths import upwards
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext

FILES = {
    "package.json": '{"dependencies": {"alpha": "1"}}',
    "package-lock.json": '{"lockfileVersion": 3, "packages": {"node_modules/alpha": {"version": "1"}}}',
    "server.js": "require('alpha')",
}


def _runtime(run: str, user: str = "USER node", copy: str = "COPY . .") -> list[str]:
    text = f'FROM node:20\nWORKDIR /app\n{copy}\nRUN npm ci\nRUN {run}\n{user}\nCMD ["node", "server.js"]\n'
    outcome = rewrite(text, MemoryContext(FILES))
    assert isinstance(outcome, Rewritten)
    lines = outcome.text.splitlines()
    return [line for line in lines[lines.index("") + 1 :] if not line.startswith("COPY --from=builder /etc/")]


@pytest.mark.parametrize("owner", ["node", "node:node"])
def test_the_owner_of_the_directory_around(owner: str) -> None:
    lines = _runtime(f"chown {owner} /app")
    assert lines[1:3] == ["USER node", "WORKDIR /app"]
    assert lines[3] == "COPY --from=builder /app/node_modules /app/node_modules"
    assert lines.count("USER node") == 1 and lines.count("WORKDIR /app") == 1


def test_an_owner_who_does_not_run_the_program() -> None:
    lines = _runtime("chown node /app", user="USER 4321")
    at = lines.index("USER node")
    assert lines[at : at + 3] == ["USER node", "WORKDIR /app", "USER root"]
    assert lines[-3:-1] == ["USER 4321", "WORKDIR /app"]


def test_a_directory_that_all_may_write_to() -> None:
    lines = _runtime("chmod 777 /app")
    assert "RUN chmod 777 /app" in lines and lines[0] == "FROM node:20-alpine"


@pytest.mark.parametrize("run", ["chown -R node /app", "true", "chown root:root /app", "chmod 755 /app"])
def test_nothing_is_added_where_the_copies_make_it_so(run: str) -> None:
    lines = _runtime(run)
    assert not any(line.startswith("RUN") for line in lines)
    assert lines.index("USER node") > max(at for at, line in enumerate(lines) if line.startswith("COPY"))


@pytest.mark.parametrize(("owner", "brought"), [("www-data", True), ("4321", False), ("node", False)])
def test_accounts_are_brought_for_an_owner_that_the_new_base_does_not_know(owner: str, brought: bool) -> None:
    lines = f"WORKDIR /app\nCOPY . .\nRUN npm ci\nRUN chown {owner} /app\nUSER 4321\n"
    outcome = rewrite(f"FROM node:20\n{lines}CMD exec node server.js\n", MemoryContext(FILES))
    assert isinstance(outcome, Rewritten)
    assert ("COPY --from=builder /etc/passwd /etc/group /etc/" in outcome.text) is brought


def test_the_codes_of_lines_that_make_a_directory() -> None:
    text = "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN chown node /app\nUSER 4321\nEXPOSE 80\n"
    outcome = rewrite(f'{text}CMD ["node", "server.js"]\n', MemoryContext(FILES))
    assert isinstance(outcome, Rewritten)
    found = [(line.section, line.text, line.code) for line in outcome.plan.runtime]
    start = found.index(("settings", "USER node", "D04"))
    assert found[start : start + 3] == [
        ("settings", "USER node", "D04"),
        ("settings", "WORKDIR /app", "D08"),
        ("directories", "USER root", "D04"),
    ]
    assert found[-4:-1] == [
        ("settings", "USER 4321", "D04"),
        ("settings", "WORKDIR /app", "D08"),
        ("settings", "EXPOSE 80", "D15"),
    ]


def test_what_leads_to_a_directory_of_the_base_is_the_base_s() -> None:
    shared = set(system_paths("shared"))
    assert {folder for path in shared for folder in upwards(path)} == shared
