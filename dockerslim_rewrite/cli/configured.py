"""What the command line and the nearest configuration file say together about one Dockerfile."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from dockerslim_rewrite.config.find import Configs
from dockerslim_rewrite.config.model import Choices, Config
from dockerslim_rewrite.config.problem import ConfigError
from dockerslim_rewrite.config.read import read_config
from dockerslim_rewrite.knowledge.overlay import Overlay
from dockerslim_rewrite.planning.model import Options


class Setup(Struct, frozen=True):
    """How one file is rewritten. `context` and `templates` are None where nothing is said."""

    options: Options
    templates: Path | None
    context: Path | None
    overlay: Overlay


def make_configs(path: Path | None, *, enabled: bool) -> Configs:
    """Return the configuration files of a run; `path` names one that holds for all files.

    Raises:
        ConfigError: when that file is wrong.
    """
    fixed: Config | None = None
    if path is not None:
        path = path.resolve()
        fixed = read_config(path, known_codes)
        if fixed is None:
            raise ConfigError(path, "has no table [tool.dockerslim-rewrite]")
    return Configs(fixed, known_codes, enabled=enabled)


def set_up(configs: Configs, path: Path, given: Choices) -> Setup:
    """Return how a file is rewritten: what is `given` wins over its configuration.

    Raises:
        ConfigError: when a configuration file is wrong.
    """
    real = absolute(path)
    choices = given.over(configs.choices(real))
    return Setup(choices.options(), choices.templates, choices.context, configs.of(real).overlay)


def known_codes() -> Iterable[str]:
    """Return the codes that a configuration may name."""
    from dockerslim_rewrite.planning.ignores import AVAILABLE, EVERYTHING
    from dockerslim_rewrite.report.decisions import decision_codes

    return (*decision_codes(), AVAILABLE, EVERYTHING)


def absolute(path: Path) -> str:
    """Return the absolute path: the folder without links, so that it lies below its configuration's folder."""
    return f"{os.path.realpath(path.parent).rstrip('/')}/{path.name}"
