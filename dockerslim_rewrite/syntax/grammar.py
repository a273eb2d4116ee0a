"""Parsing with a grammar of tree-sitter, in a number of steps that grows with the length of the text and no faster.

A grammar that recovers from errors may take cubic time: 12 KB of `->` keep the one for Go busy for a minute. Steps are
counted, not timed, so that the same text gives the same result on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Point, Query, Tree

CHUNK = 4096  # bytes that the scanner gets at once; going back to an earlier chunk is a step
MIN_STEPS = 2_000
STEPS_PER_CHUNK = 300  # real sources take 20 to 100
MAX_STEPS = 16_000  # seven seconds where each step costs most; a megabyte of real source


def parse_bounded(parser: Parser, data: bytes) -> Tree | None:
    """Return the syntax tree of a text, or None when it takes unreasonably many steps."""
    left = min(MIN_STEPS + len(data) // CHUNK * STEPS_PER_CHUNK, MAX_STEPS)
    parsing = True

    def read(offset: int, _point: Point) -> bytes:
        nonlocal left
        left -= parsing  # later it is asked for the texts of nodes
        return data[offset : offset + CHUNK] if left > 0 else b""

    def stop(_offset: int, _has_error: bool) -> bool:
        nonlocal left
        left -= 1
        return left <= 0

    try:
        tree = parser.parse(read, progress_callback=stop)
    except ValueError:  # stopped
        parser.reset()
        return None
    parsing = False
    return tree if left > 0 else None


def captured(query: Query, root: Node) -> dict[str, list[Node]]:
    """Return what a query captures by name, in the order of the text, outer nodes first: the cursor's own order is that
    of addresses in memory."""
    from tree_sitter import QueryCursor

    found = QueryCursor(query).captures(root)
    return {name: sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte)) for name, nodes in found.items()}
