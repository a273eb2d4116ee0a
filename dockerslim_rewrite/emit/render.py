"""Renders a plan. The only importer of jinja2."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from msgspec import Struct

from dockerslim_rewrite.planning.model import BuilderItem, Carry, Edit, Insert, RewritePlan, RuntimeLine
from dockerslim_rewrite.syntax.model import Dockerfile

# Stands for the builder stage while the layout is rendered: no Dockerfile that BuildKit accepts holds a NUL.
_BUILDER = "\0builder\0"
_PACKAGE = Path(__file__).resolve().parent.parent
TEMPLATE_DIRECTORIES = (_PACKAGE / "_templates", _PACKAGE.parent / "templates")


class TemplateFailed(Exception):
    """A template of the user cannot be rendered; the message names file and line."""


class RuntimeView(Struct, frozen=True):
    """What a template sees of the runtime stage: `base`, and `groups` of lines in the layout's order."""

    base: str
    groups: tuple[tuple[str, ...], ...]


def render_plan(plan: RewritePlan, dockerfile: Dockerfile, templates: Path | None = None) -> str:
    """Return the multi-stage Dockerfile with the source's line ends.

    `templates` is a directory of the user's own templates, searched first.

    Raises:
        TemplateFailed: when a template has an error.
    """
    layout = _render(
        templates, builder=_BUILDER, runtime=RuntimeView(plan.runtime_base, _groups(plan.runtime)), plan=plan
    )
    layout = layout.replace("\r\n", "\n").rstrip("\n") + "\n"
    if dockerfile.newline == "\r\n":
        layout = layout.replace("\n", "\r\n")
    return layout.replace(_BUILDER, builder_text(plan.builder, dockerfile))


def _groups(lines: tuple[RuntimeLine, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(text for line in group for text in ([line.comment, line.text] if line.comment else [line.text]))
        for _, group in groupby(lines, key=lambda line: line.section)
    )


def builder_text(items: tuple[BuilderItem, ...], dockerfile: Dockerfile) -> str:
    """Return the builder stage (and what stands before it) without trailing blank lines."""
    text = dockerfile.text
    parts: list[str] = []
    last = 0
    for item in items:
        if isinstance(item, Carry):
            moved = item.index < last and bool(parts) and not parts[-1].endswith("\n")
            parts.append((dockerfile.newline if moved else "") + text[item.start : item.end])
        elif isinstance(item, Edit):
            parts.append(_edited(item, dockerfile))
        else:
            ended = not parts or parts[-1].endswith("\n")
            parts.append(("" if ended else dockerfile.newline) + item.text + dockerfile.newline)
        last = last if isinstance(item, Insert) else max(last, item.index)
    while parts and not parts[-1].strip():
        parts.pop()
    return "".join(parts).rstrip("\r\n")


def _edited(item: Edit, dockerfile: Dockerfile) -> str:
    span = dockerfile.items[item.index].span
    pieces: list[str] = []
    position = span.start
    for start, end, inserted in item.changes:
        pieces += [dockerfile.text[position:start], inserted]
        position = end
    return "".join([*pieces, dockerfile.text[position : span.end]])


def _render(templates: Path | None, **values: Any) -> str:
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        return str(_environment(templates).get_template("dockerfile.j2").render(values))
    except TemplateSyntaxError as error:
        raise TemplateFailed(f"{error.filename or error.name}:{error.lineno}: {error.message}") from error
    except (TemplateError, OSError, TypeError, ValueError, ArithmeticError) as error:
        raise TemplateFailed(f"{templates or 'templates'}/dockerfile.j2: {error}") from error


@lru_cache(maxsize=8)
def _environment(templates: Path | None) -> Any:
    """Return the environment, which compiles a template once and again when its file changes."""
    from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    own = [FileSystemLoader(str(templates))] if templates is not None else []
    shipped = FileSystemLoader([str(directory) for directory in TEMPLATE_DIRECTORIES])
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*own, shipped]),
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
