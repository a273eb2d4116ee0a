"""Measures the language server: keystroke to diagnostics, code action, memory.

Usage: python benchmarks/lsp.py [edits]

A Dockerfile of 200 lines stands in a context of 5,000 files (4,000 sources in 200 folders, of which the program imports
a hundred, and 1,000 other files). Each edit changes one comment, waits for the diagnostics, and is timed by the client.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest_lsp
from lsprotocol import types
from pytest_lsp import client_capabilities

ROOT = Path(__file__).resolve().parent.parent
SERVER = (sys.executable, "-c", "from dockerslim_rewrite.cli.app import main; main()", "lsp")
FOLDERS, SOURCES, OTHERS, IMPORTED, LINES = 200, 20, 1000, 100, 200


def make_project(folder: Path) -> str:
    """Write the context and return the Dockerfile's text."""
    for number in range(FOLDERS):
        part = folder / "src" / f"part{number}"
        part.mkdir(parents=True)
        for source in range(SOURCES):
            (part / f"module{source}.js").write_text("const fs = require('fs');\nmodule.exports = { name: 'x' };\n")
    assets = folder / "public"
    assets.mkdir()
    for number in range(OTHERS):
        (assets / f"asset{number}.txt").write_text("x\n")
    imports = "".join(f"require('./src/part{number}/module0');\n" for number in range(IMPORTED))
    (folder / "server.js").write_text(f"{imports}require('http').createServer().listen(3000);\n")
    manifest = {"name": "bench", "version": "1.0.0", "dependencies": {}, "scripts": {"start": "node server.js"}}
    (folder / "package.json").write_text(json.dumps(manifest))
    lock = {"name": "bench", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": manifest}}
    (folder / "package-lock.json").write_text(json.dumps(lock))
    text = dockerfile()
    (folder / "Dockerfile").write_text(text)
    return text


def dockerfile() -> str:
    """Return 200 lines: instructions of one line and of many, every block with remarks."""
    head = "FROM node:20\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
    tail = 'EXPOSE 3000\nCMD ["node", "server.js"]\n'
    blocks = []
    for number in range(12):
        pairs = " \\\n".join(f'    key{number}.{line}="text of line {line}"' for line in range(10))
        keyword = "ENV" if number % 2 else "LABEL"
        blocks.append(f"# a remark on what follows\n# and why it is so\n{keyword} \\\n{pairs}\n\n".replace(".", "_"))
    body = "".join(blocks)
    remarks = LINES - (head + body + tail).count("\n")
    return head + "# a remark in a long comment\n" * remarks + body + tail


def resident_mb(process: int) -> float:
    """Return a process's resident memory in megabytes."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Bench:
    """A client with one open document."""

    def __init__(self, client: Any, uri: str, text: str) -> None:
        self.client, self.uri, self.text, self.version = client, uri, text, 1

    async def published(self, started: float) -> float:
        """Wait for diagnostics and return the milliseconds since `started`."""
        await self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        return 1000 * (time.perf_counter() - started)

    async def open(self) -> float:
        """Open the document; return the milliseconds until its diagnostics."""
        started = time.perf_counter()
        item = types.TextDocumentItem(self.uri, "dockerfile", self.version, self.text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.published(started)

    async def type(self) -> float:
        """Change a comment; return the milliseconds until the diagnostics."""
        self.version += 1
        started = time.perf_counter()
        changed = self.text.replace("# a remark", f"# a remark {self.version}", 1)
        document = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        change = types.TextDocumentContentChangeWholeDocument(changed)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        return await self.published(started)

    async def act(self) -> float:
        """Ask for the code actions on FROM; return the milliseconds until the answer."""
        where = types.Range(types.Position(0, 0), types.Position(0, 0))
        document = types.TextDocumentIdentifier(self.uri)
        request = types.CodeActionParams(document, where, types.CodeActionContext([]))
        started = time.perf_counter()
        if not await self.client.text_document_code_action_async(request):
            raise SystemExit("no code action was offered")
        return 1000 * (time.perf_counter() - started)


def cpu_ms(process: int) -> float:
    """Return the processor time that a process has used, in milliseconds; it does not depend on the machine's load."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(edits: int, folder: Path) -> None:
    """Run the benchmark and print its figures."""
    text = make_project(folder)
    client: Any = pytest_lsp.make_test_lsp_client()
    await client.start_io(*SERVER, env={**os.environ, "PYTHONPATH": str(ROOT)})
    capabilities = client_capabilities("visual_studio_code")
    if capabilities.workspace is not None:
        capabilities.workspace.did_change_watched_files = None
    await client.initialize_session(types.InitializeParams(capabilities=capabilities))
    bench = Bench(client, (folder / "Dockerfile").as_uri(), text)
    print(f"open to diagnostics: {await bench.open():.0f} ms")
    keystrokes, at_once, later, memory = [], [], [], []
    cpu = cpu_ms(client._server.pid)
    for number in range(1, edits + 1):
        keystrokes.append(await bench.type())
        if number % 100 == 0:
            memory.append(resident_mb(client._server.pid))
        if number % 40 == 0:
            at_once.append(await bench.act())
        elif number % 40 == 20:
            await asyncio.sleep(1)
            later.append(await bench.act())
    cpu = cpu_ms(client._server.pid) - cpu
    await client.shutdown_session()
    await client.stop()
    show("keystroke to diagnostics", keystrokes)
    print(f"processor time of the server: {cpu / edits:.1f} ms an edit, code actions and preparation included")
    show("code action right after a keystroke", at_once)
    show("code action after a pause of a second", later)
    print(f"memory after each 100 edits, MB: {' '.join(f'{value:.0f}' for value in memory)}")


def show(title: str, values: list[float]) -> None:
    """Print median and 95th percentile."""
    cuts = statistics.quantiles(values, n=20)
    print(f"{title}: median {statistics.median(values):.1f} ms, p95 {cuts[-1]:.1f} ms, n={len(values)}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, Path(name)))
