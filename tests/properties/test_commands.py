"""Whatever known words a command consists of: an outcome, and a final one."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.outcome import InvalidDockerfile, Rewritten, Unchanged
from dockerslim_rewrite.pipeline import rewrite
from tests.properties.commands import argument_lists, lines, starts
from tests.support import MemoryContext

BUILDS = {
    "golang:1.24": ("RUN go build -o /app/s .", 'CMD ["/app/s"]'),
    "node:20-alpine": ("RUN npm ci", 'CMD ["npm", "start"]'),
    "python:3.12-slim": ("RUN pip install -r requirements.txt", 'CMD ["python", "main.py"]'),
}


def _files(script: str, words: list[str]) -> dict[str, str]:
    manifest = {
        "scripts": dict.fromkeys(("start", "build", "postinstall"), script),
        "dependencies": dict.fromkeys(words, "1"),
        "workspaces": words,
    }
    return {
        "package.json": json.dumps(manifest),
        "main.js": f'require("child_process").exec({json.dumps(script)})\n',
        "requirements.txt": "\n".join(words),
        "main.py": f"import subprocess\nsubprocess.run({json.dumps(script)}, shell=True)\n",
        "go.mod": "module example.com/m\n\ngo 1.24\n",
        "main.go": f'package main\n\nimport "os/exec"\n\nfunc main() {{ exec.Command({json.dumps(script)}) }}\n',
        "start.sh": f"{script}\n",
        "Makefile": f"all:\n\t{script}\n",
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(BUILDS)), st.lists(lines, max_size=2), lines, argument_lists, st.one_of(st.none(), starts)
)
def test_any_commands(base: str, runs: list[str], script: str, words: list[str], start: str | None) -> None:
    build, usual = BUILDS[base]
    steps = "".join(f"RUN {line}\n" for line in runs)
    cmd = usual if start is None else f"CMD {start}"
    context = MemoryContext(_files(script, words))
    try:
        outcome = rewrite(f"FROM {base}\nWORKDIR /app\nCOPY . .\n{steps}{build}\n{cmd}\n", context)
    except InvalidDockerfile:
        return
    if isinstance(outcome, Rewritten):
        assert isinstance(rewrite(outcome.text, context), Unchanged)


@pytest.mark.parametrize("base", BUILDS)
@pytest.mark.parametrize("start", ["nx", "turbo", "lerna", '["/"]', '["nx"]', '["sh", "-c"]', '[""]'])
def test_programs_without_operands(base: str, start: str) -> None:
    """Each of these once ended in an exception or in a result that the checks stopped."""
    build, _ = BUILDS[base]
    dockerfile = f"FROM {base}\nWORKDIR /app\nCOPY . .\nRUN {start}\n{build}\nCMD {start}\n"
    rewrite(dockerfile, MemoryContext(_files(start, [start])))
