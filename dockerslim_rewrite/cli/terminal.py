"""Colours, on a terminal only. NO_COLOR is honoured by rich."""

from __future__ import annotations

from dockerslim_rewrite.report.clean import printable

_STYLES = (("+++", "bold"), ("---", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red"))


def print_diff(diff: str) -> None:
    """Print a unified diff in colour. Control characters are escaped, so this view is not for `patch`."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    for line in diff.splitlines():
        style = next((style for prefix, style in _STYLES if line.startswith(prefix)), "")
        console.print(Text(printable(line), style=style))
