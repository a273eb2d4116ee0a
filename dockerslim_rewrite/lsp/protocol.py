"""The transport: the protocol has stdout for itself, and errors reach the client as one line."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from lsprotocol.types import ResponseError
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

if TYPE_CHECKING:
    from pygls.protocol.json_rpc import MessageCallback, MessageHandler, MsgId

_LOGGER = "dockerslim_rewrite.lsp"


class QuietProtocol(LanguageServerProtocol):
    """Answers a malformed request instead of leaving it without an answer, and sends no traceback."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Read a message; see the base class."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def _execute_handler(
        self,
        msg_id: MsgId,
        handler: MessageHandler,
        callback: MessageCallback,
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        super()._execute_handler(msg_id, handler, callback, args, kwargs)
        # pygls 2.1 forgets the futures of requests only: each notification, so each keystroke, would stay in memory.
        if (future := self._request_futures.get(msg_id)) is not None:
            future.add_done_callback(lambda _: self._request_futures.pop(msg_id, None))

    def _send_response(self, msg_id: MsgId, result: Any | None = None, error: ResponseError | None = None) -> None:
        if error is not None:
            error.data = None
        super()._send_response(msg_id, result, error)


class _OneLine(logging.Formatter):
    def formatException(self, ei: object) -> str:  # noqa: N802 - the name of the base class
        return ""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).strip().replace("\n", " ")


def log(message: str) -> None:
    """Write one line on stderr, which editors show in their log."""
    logging.getLogger(_LOGGER).warning("dockerslim-rewrite lsp: %s", message)


def set_up_logging() -> None:
    """Send this program's lines, and nothing of the protocol library, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("pygls").setLevel(logging.CRITICAL)


def take_stdout() -> BinaryIO:
    """Return the protocol's output stream; whatever else is printed from now on goes to stderr."""
    sys.stdout.flush()
    stream = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return stream
