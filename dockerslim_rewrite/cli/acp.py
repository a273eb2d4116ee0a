"""The `acp` command: the same rewrite for tools that ask an agent, such as tally."""

from __future__ import annotations

import sys


def acp_command() -> None:
    """Speak the Agent Client Protocol on stdin and stdout, for tally's prefer-multi-stage-build."""
    from dockerslim_rewrite.acp.agent import serve
    from dockerslim_rewrite.acp.answer import answer_prompt

    serve(sys.stdin.buffer, sys.stdout.buffer, answer_prompt)
