import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from dockerslim_rewrite.lsp.analysis import Analysis
from tests.lsp.editor import SERVER, capabilities, editor, server_environment
from tests.support import FIXTURES


@pytest.mark.asyncio
async def test_hover_says_when_why_and_how_sure() -> None:
    async with editor(FIXTURES / "node/n06-typescript/Dockerfile") as it:
        it.open()
        texts = []
        for line in range(len(it.text.splitlines())):
            found = await it.hover(line)
            assert found is not None
            assert isinstance(found.contents, types.MarkupContent)
            assert found.range is not None
            assert found.range.start.line == line
            texts.append(found.contents.value)
    assert texts[0].startswith("**Build stage**: builds on node:20-bookworm")
    assert texts[3].startswith("**Build time**")
    assert "Confidence: high" in texts[3]
    assert "Evidence: Dockerfile:4: RUN npm ci" in texts[3]
    assert any(text.startswith(("**Run time**", "**Build and run time**")) for text in texts)


@pytest.mark.asyncio
async def test_hover_on_a_refused_line_and_in_plain_text() -> None:
    can = capabilities()
    assert can.text_document is not None
    can.text_document.hover = types.HoverClientCapabilities(content_format=[types.MarkupKind.PlainText])
    async with editor(FIXTURES / "refused/d17-no-cmd/Dockerfile", client_can=can) as it:
        it.open()
        (blocked,) = await it.published()
        found = await it.hover(blocked.range.start.line)
        assert found is not None
        assert isinstance(found.contents, types.MarkupContent)
        assert found.contents.kind is types.MarkupKind.PlainText
        assert found.contents.value.startswith("Stays single-stage [D17]")
        assert await it.hover(9999) is None or it.text.count("\n") < 9999


@pytest.mark.asyncio
async def test_hover_says_what_is_left_as_it_is() -> None:
    async with editor(FIXTURES / "unchanged/nginx/Dockerfile") as it:
        it.open()
        found = [await it.hover(line) for line in range(len(it.text.splitlines()))]
    said = [entry.contents.value for entry in found if entry and isinstance(entry.contents, types.MarkupContent)]
    assert len(said) == 1 and said[0].startswith("**Unchanged**")
    path = FIXTURES / "go/article/Dockerfile"
    async with editor(path, "ARG TAG=1.24\n" + path.read_text()) as it:
        it.open()
        before = await it.hover(0)
        assert before is not None and isinstance(before.contents, types.MarkupContent)
        assert before.contents.value == "**Before the stage that is split**: stays as it is"


@pytest.mark.asyncio
async def test_hover_on_a_silenced_refusal_says_nothing() -> None:
    path = FIXTURES / "refused/d17-no-cmd/Dockerfile"
    async with editor(path, options={"ignore": ["D17"]}) as it:
        it.open()
        assert [await it.hover(line) for line in range(len(it.text.splitlines()))] == [None] * len(it.text.splitlines())


@pytest.mark.asyncio
async def test_preview_opens_the_rewritten_file_beside_the_original() -> None:
    path = FIXTURES / "go/article/Dockerfile"
    async with editor(path) as it:
        it.open()
        result = await it.command("dockerslim.preview", it.uri)
        await asyncio.sleep(0.2)
        shown = Path(it.client.shown_documents[0].uri.removeprefix("file://"))
        assert shown.read_text() == result["text"]
        assert "AS builder" in result["text"]
        assert path.read_text() == it.text, "the file itself is untouched"
    assert not shown.exists(), "nothing is left behind"


@pytest.mark.asyncio
async def test_preview_is_left_to_an_editor_that_has_its_own() -> None:
    async with editor(FIXTURES / "go/article/Dockerfile", options={"previews": True}) as it:
        it.open()
        result = await it.command("dockerslim.preview", it.uri, {"options": "nonsense"})
        assert "AS builder" in result["text"]
        await asyncio.sleep(0.2)
        assert it.client.shown_documents == []


@pytest.mark.asyncio
async def test_explain_shows_the_page() -> None:
    async with editor(FIXTURES / "go/article/Dockerfile") as it:
        result = await it.command("dockerslim.explain", "d17")
        assert result["text"].startswith("# D17")
        assert result["uri"].endswith("/D17.md")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("dockerslim.explain", ["../../etc/passwd"]),
        ("dockerslim.explain", []),
        ("dockerslim.preview", []),
        ("dockerslim.preview", ["file:///nowhere"]),
        ("dockerslim.unknown", []),
    ],
)
async def test_wrong_commands_are_errors_without_a_traceback(name: str, arguments: list[Any]) -> None:
    async with editor(FIXTURES / "go/article/Dockerfile") as it:
        with pytest.raises(JsonRpcException) as caught:
            await it.command(name, *arguments)
        assert caught.value.data is None
        assert "Traceback" not in caught.value.message


def framed(message: dict[str, Any]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def talk(*messages: dict[str, Any]) -> tuple[list[dict[str, Any]], str, int]:
    """Send raw messages and return everything that came back: parsed stdout, stderr, exit code."""
    data = b"".join(map(framed, messages))
    done = subprocess.run(SERVER, input=data, capture_output=True, env=server_environment(), timeout=30, check=False)
    answers, rest = [], done.stdout
    while rest:
        head, _, rest = rest.partition(b"\r\n\r\n")
        fields = dict(line.split(b": ") for line in head.split(b"\r\n"))
        length = int(fields[b"Content-Length"])
        answers.append(json.loads(rest[:length]))
        rest = rest[length:]
    return answers, done.stderr.decode(), done.returncode


def initialize() -> dict[str, Any]:
    return {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}}


def test_malformed_messages_are_answered_and_stdout_holds_the_protocol_only() -> None:
    answers, errors, code = talk(
        initialize(),
        {"method": "initialized", "params": {}},
        {"id": 2, "method": "textDocument/hover", "params": {"nothing": True}},
        {"id": 3, "method": "textDocument/unknown", "params": {}},
        {"method": "textDocument/didChange", "params": 3},
        {"id": 4, "method": "shutdown"},
        {"method": "exit"},
    )
    replies = {answer["id"]: answer for answer in answers if "id" in answer}
    assert set(replies) == {1, 2, 3, 4}
    assert replies[2]["error"]["code"] == -32602
    assert replies[3]["error"]["code"] == -32601
    assert replies[4]["result"] is None
    assert "Traceback" not in json.dumps(answers) + errors
    assert code == 0


def test_the_server_ends_when_the_editor_goes_away() -> None:
    answers, errors, code = talk(initialize())
    assert [answer["id"] for answer in answers] == [1]
    assert (errors, code) == ("", 0)


def test_the_server_ends_on_exit_while_the_pipe_is_still_open() -> None:
    messages = [initialize(), {"id": 2, "method": "shutdown"}, {"method": "exit"}]
    with subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=server_environment()) as server:
        assert server.stdin is not None
        server.stdin.write(b"".join(map(framed, messages)))
        server.stdin.flush()
        assert server.wait(20) == 0


@pytest.mark.asyncio
async def test_a_defect_in_one_file_does_not_end_the_server(tmp_path: Path) -> None:
    code = (
        "from dockerslim_rewrite.cli.app import main; from dockerslim_rewrite.lsp import analysis\n"
        "whole = analysis.rewrite_as\n"
        "analysis.rewrite_as = lambda *args: 1 / 0 if 'crash' in args[1] else whole(*args)\n"
        "main()"
    )
    path = FIXTURES / "go/article/Dockerfile"
    async with editor(path, server=(sys.executable, "-c", code, "lsp")) as it:
        it.text += "# crash\n"
        it.open()
        assert await it.published() == []
        assert await it.rewrites() == []
        assert await it.hover(0) is None
        it.type(path.read_text())
        await it.published()
        assert "multi-stage" in it.codes()


def test_a_defect_in_one_file_is_one_line_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from dockerslim_rewrite.context.local import NoContext
    from dockerslim_rewrite.lsp import analysis
    from dockerslim_rewrite.lsp.settings import Settings
    from dockerslim_rewrite.lsp.setup import plain_setup
    from dockerslim_rewrite.syntax.parser import parse_dockerfile

    def broken(*_: object) -> None:
        raise ZeroDivisionError("first\nsecond")

    monkeypatch.setattr(analysis, "rewrite_as", broken)
    it = Analysis(parse_dockerfile("FROM golang:1.24\n"), NoContext(), plain_setup(Settings()))
    assert it.outcome is None
    assert it.problem is not None
    assert it.problem.startswith("ZeroDivisionError: first second (")
    assert it.variants == ()
