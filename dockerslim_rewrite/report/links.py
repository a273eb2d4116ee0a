"""Where and how a code is explained."""

from __future__ import annotations

from functools import cache

from dockerslim_rewrite.report.decisions import decision_page, decision_path


def help_link(code: str, pages: str = "") -> str:
    """Return the address of a code's page, "" for a code without one.

    `pages` is where docs/decisions is published; without it the page that was installed with the program is meant.
    """
    path = decision_path(code)
    if path is None:
        return ""
    return f"{pages.rstrip('/')}/{path.name}" if pages else path.as_uri()


@cache
def title(code: str) -> str:
    """Return the title of a code's page, "" for a code without one."""
    page = decision_page(code) or ""
    return page.partition("\n")[0].partition(": ")[2]
