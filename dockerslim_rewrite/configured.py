"""How one Dockerfile is rewritten: what the caller, the nearest configuration, and compose and bake files say together.

Every command, the language server and the agent ask here, so that they all give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from dockerslim_rewrite.config.find import Configs, absolute
from dockerslim_rewrite.config.model import Choices, Config
from dockerslim_rewrite.config.problem import ConfigError
from dockerslim_rewrite.config.read import read_config
from dockerslim_rewrite.context.builds import Use
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.discovery.builds import Builds, choose_context
from dockerslim_rewrite.discovery.contexts import context_in_repository
from dockerslim_rewrite.knowledge.overlay import Overlay, use_overlay
from dockerslim_rewrite.outcome import Outcome
from dockerslim_rewrite.pipeline import Known, rewrite
from dockerslim_rewrite.planning.model import Options


class Setup(Struct, frozen=True):
    """How one file is rewritten. `context` is the build context's folder, and `stated` tells whether anybody names it;
    else it is the file's own folder, or the nearest above it in the repository that holds every file that COPY names.
    `uses` are the builds with that context."""

    options: Options
    templates: Path | None
    context: Path
    uses: tuple[Use, ...]
    overlay: Overlay
    stated: bool = False


def make_configs(path: Path | None = None, *, enabled: bool = True) -> Configs:
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


def set_up(configs: Configs, builds: Builds, path: Path, given: Choices) -> Setup:
    """Return how a file is rewritten: what is `given` wins over the configuration, that over compose and bake files.

    Raises:
        ConfigError: when a configuration file is wrong.
    """
    real = absolute(path)
    choices = given.over(configs.choices(real))
    context, uses = choose_context(builds, str(path), choices.context)
    stated = choices.context is not None or bool(uses)
    context = context if stated else context_in_repository(path)
    return Setup(choices.options(), choices.templates, context, uses, configs.of(real).overlay, stated)


def rewrite_as(setup: Setup, text: str, context: Context, known: Known | None = None) -> Outcome:
    """Rewrite a text as it is set up. `known` is that of `pipeline.rewrite`.

    Raises:
        InvalidDockerfile, TemplateFailed, CheckFailed: as `pipeline.rewrite`.
    """
    with use_overlay(setup.overlay):
        return rewrite(text, context, setup.options, setup.templates, setup.uses, known)


def known_codes() -> Iterable[str]:
    """Return the codes that a configuration may name."""
    from dockerslim_rewrite.planning.ignores import AVAILABLE, EVERYTHING
    from dockerslim_rewrite.report.decisions import decision_codes

    return (*decision_codes(), AVAILABLE, EVERYTHING)
