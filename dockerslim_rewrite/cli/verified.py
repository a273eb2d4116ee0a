"""Sizes that `verify --json` measured."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from dockerslim_rewrite.cli.files import UserError
from dockerslim_rewrite.report.model import FileReport

_MEGABYTE = 1_000_000


def with_sizes(paths: Sequence[Path], reports: Iterable[FileReport]) -> list[FileReport]:
    """Return the reports with measured sizes of whole images where one of the JSON files holds them.

    Raises:
        UserError: when a file cannot be read or is not what `verify --json` writes.
    """
    sizes = dict(map(_sizes, paths))
    found = []
    for report in reports:
        pair = sizes.get(os.path.realpath(report.file))
        if pair is not None and report.status == "rewrite":
            report = replace(report, before_mb=pair[0], after_mb=pair[1], measured=True)
        found.append(report)
    return found


def _sizes(path: Path) -> tuple[str, tuple[float, float]]:
    try:
        data = json.loads(path.read_bytes())
        pair = (float(data["original"]["size"]) / _MEGABYTE, float(data["rewritten"]["size"]) / _MEGABYTE)
        return os.path.realpath(data["file"]), pair
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: is not a result of verify --json with both sizes") from None
