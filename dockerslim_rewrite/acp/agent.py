"""The Agent Client Protocol on two streams: one JSON-RPC message a line."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from dockerslim_rewrite import __version__

PROTOCOL_VERSION = 1
_PARSE_ERROR, _INVALID_REQUEST, _UNKNOWN_METHOD, _INTERNAL = -32700, -32600, -32601, -32603


def serve(source: BinaryIO, sink: BinaryIO, answer: Callable[[str], str]) -> None:
    """Answer every message until the stream ends. A failure in one prompt is reported and ends nothing."""
    for line in source:
        for message in _replies(line, answer):
            sink.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
            sink.flush()


def _replies(line: bytes, answer: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    if not line.strip():
        return
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        yield _error(None, _PARSE_ERROR, "not a JSON message")
        return
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        yield _error(None, _INVALID_REQUEST, "not a request")
        return
    params = message.get("params")
    replies = list(_handle(message["method"], params if isinstance(params, dict) else {}, answer))
    if "id" not in message:
        return  # a notification: session/cancel has nothing to cancel, since answers are immediate
    for reply in replies:
        yield reply if "method" in reply else {"id": message["id"], **reply}


def _handle(method: str, params: dict[str, Any], answer: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    if method == "initialize":
        yield {
            "result": {
                "protocolVersion": PROTOCOL_VERSION,
                "agentCapabilities": {"loadSession": False},
                "agentInfo": {"name": "dockerslim-rewrite", "version": __version__},
                "authMethods": [],
            }
        }
    elif method == "authenticate":
        yield {"result": {}}
    elif method == "session/new":
        yield {"result": {"sessionId": uuid.uuid4().hex}}
    elif method == "session/prompt":
        yield from _prompt(params, answer)
    else:
        yield _failure(_UNKNOWN_METHOD, f"unknown method {method}")


def _prompt(params: dict[str, Any], answer: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    blocks = params.get("prompt")
    texts = [block.get("text") for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    try:
        text = answer("\n".join(entry for entry in texts if isinstance(entry, str)))
    except Exception as error:  # a defect must reach the client as an answer, not as a broken stream
        yield _failure(_INTERNAL, f"{type(error).__name__}: {error}")
        return
    update = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": text}}
    yield {"method": "session/update", "params": {"sessionId": params.get("sessionId"), "update": update}}
    yield {"result": {"stopReason": "end_turn"}}


def _failure(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _error(identifier: object, code: int, message: str) -> dict[str, Any]:
    return {"id": identifier, **_failure(code, message)}
