"""The VS Code extension in a real VS Code: code-server, shown by a headless Chromium. Opt-in: `make vscode-host`."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.editor import SERVER, server_environment
from tests.lsp.test_actions import command_line
from tests.lsp.test_vscode import EXTENSION, NPM, extension  # noqa: F401 - the fixture
from tests.support import FIXTURES, copy_project

HOST = os.environ.get("DOCKERSLIM_VSCODE_HOST")
WAIT = 180

pytestmark = pytest.mark.skipif(not HOST, reason="needs code-server and Chromium: make vscode-host")


@pytest.fixture(scope="module")
def profile(extension: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """Return the folder of a code-server in which the extension and the driver are installed."""
    folder = tmp_path_factory.mktemp("code-server")
    driver = folder / "driver"
    shutil.copytree(EXTENSION / "host", driver)
    shutil.copy(EXTENSION / "LICENSE", driver)
    subprocess.run([str(NPM), "run", "package"], cwd=extension, check=True, capture_output=True)
    pack = [str(extension / "node_modules/.bin/vsce"), "package", "--no-dependencies", "--allow-missing-repository"]
    subprocess.run([*pack, "--out", "driver.vsix"], cwd=driver, check=True, capture_output=True)
    for package in (extension / "dockerslim-rewrite.vsix", driver / "driver.vsix"):
        subprocess.run(code_server(folder, "--install-extension", str(package)), check=True, capture_output=True)
    for scope in ("User", "Machine"):
        settings = folder / "data" / scope / "settings.json"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps({"dockerslim.command": SERVER}))
    return folder


def code_server(folder: Path, *arguments: str) -> list[str]:
    home = ["--user-data-dir", str(folder / "data"), "--extensions-dir", str(folder / "extensions")]
    config = folder / "config.yaml"
    config.touch()
    return [f"{HOST}/node/bin/node", f"{HOST}/node_modules/code-server", "--config", str(config), *home, *arguments]


@contextmanager
def running(call: list[str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            call,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            env=server_environment(),
            start_new_session=True,
        )
        try:
            yield
        finally:
            # The session that was made for it: the node of the Python package starts the real one as its child.
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(look: Any, what: str, log: Path) -> None:
    end = time.monotonic() + WAIT
    while not look():
        assert time.monotonic() < end, f"{what} did not come: {log.read_text()[-2000:]}"
        time.sleep(0.2)


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("name", ["go/article", "node/n06-typescript", "python/p06-opencv"])
def test_vs_code_applies_the_preferred_rewrite(name: str, profile: Path, tmp_path: Path) -> None:
    path = copy_project(FIXTURES / name, tmp_path / "app") / "Dockerfile"
    expected = command_line(path)
    result, log, port = tmp_path / "result.json", tmp_path / "log", free_port()
    (path.parent / ".vscode").mkdir()
    (path.parent / ".vscode" / "driver.json").write_text(json.dumps({"file": path.name, "result": str(result)}))
    options = ["--auth", "none", "--bind-addr", f"127.0.0.1:{port}", "--disable-workspace-trust", "--disable-telemetry"]
    browser = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
        f"--user-data-dir={tmp_path}/chromium", f"http://127.0.0.1:{port}/?folder={path.parent}",
    ]  # fmt: skip
    with running(code_server(profile, *options, "--disable-update-check", "--disable-getting-started-override"), log):
        wait_for(lambda: listens(port), "code-server", log)
        with running(browser, tmp_path / "browser"):
            wait_for(result.exists, "the driver's result", log)
    found = json.loads(result.read_text())
    assert "error" not in found, found
    assert found["hint"].startswith("ships ")
    assert found["hovers"][0].startswith("**Build stage**")
    assert found["actions"][0].startswith("Convert to multi-stage build")
    assert found["previewed"] == expected
    assert path.read_bytes() == expected.encode()
