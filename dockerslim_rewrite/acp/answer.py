"""The answer to a prompt of tally's `prefer-multi-stage-build`: a patch that passes tally's own validation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.acp.apart import environment_apart
from dockerslim_rewrite.config.model import Choices
from dockerslim_rewrite.configured import Setup, make_configs, rewrite_as, set_up
from dockerslim_rewrite.context.local import LocalContext, NoContext
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.discovery.builds import Builds
from dockerslim_rewrite.knowledge.overlay import Overlay
from dockerslim_rewrite.languages.model import Style
from dockerslim_rewrite.outcome import CheckFailed, InvalidDockerfile, Rewritten
from dockerslim_rewrite.planning.model import Options
from dockerslim_rewrite.report.diff import unified_diff
from dockerslim_rewrite.syntax.parser import parse_dockerfile

NO_CHANGE = "NO_CHANGE"

_FENCE = "```Dockerfile\n"
_AFTER = "\nOutput format:\n"
_WHOLE_FILE = "exactly one ```Dockerfile fenced code block"
_PATH, _CONTEXT = "- Path: ", "- Build context: "
# tally compares the last stage before and after: of these only the last one counts, of those every one.
_LAST = ("CMD", "ENTRYPOINT", "USER", "WORKDIR", "HEALTHCHECK", "SHELL", "STOPSIGNAL")
_EVERY = ("ENV", "LABEL", "EXPOSE", "VOLUME")


class Request(Struct, frozen=True):
    """What a prompt asks for: a text, its file and build context (None when not told), and the form of the answer."""

    text: str
    path: Path | None
    context: Path | None
    whole_file: bool


def answer_prompt(prompt: str) -> str:
    """Return the answer to a prompt: a fenced patch or file, or NO_CHANGE when there is none that is safe.

    Raises:
        ConfigError: when a configuration file is wrong.
        TemplateFailed: when a template of the user has an error.
    """
    request = read_prompt(prompt)
    text = _rewritten(request) if request is not None else None
    if request is None or text is None:
        return NO_CHANGE
    if request.whole_file:
        return f"```Dockerfile\n{text}```"
    name = request.path.name if request.path is not None else "Dockerfile"
    patch = unified_diff(request.text, text, f"a/{name}", f"b/{name}")
    return f"```diff\ndiff --git a/{name} b/{name}\n{patch}```"


def read_prompt(prompt: str) -> Request | None:
    """Read a prompt; None when it holds no Dockerfile."""
    start = prompt.find(_FENCE)
    end = prompt.rfind("```", start + len(_FENCE), max(prompt.rfind(_AFTER), 0))
    if start < 0 or end < 0:
        return None
    head = prompt[:start].splitlines()
    path, context = _value(head, _PATH), _value(head, _CONTEXT)
    file = Path(path) if path else None
    text = _exact(prompt[start + len(_FENCE) : end], file)
    return Request(text, file, Path(context) if context else None, _WHOLE_FILE in prompt[end:])


def _value(lines: list[str], key: str) -> str:
    return next((line[len(key) :].strip() for line in lines if line.startswith(key)), "")


def _exact(text: str, file: Path | None) -> str:
    """Prompts end every file with a line end; the file on disk tells whether it has one."""
    try:
        on_disk = file.read_bytes().decode("utf-8").replace("\r\n", "\n") if file is not None else ""
    except (OSError, UnicodeDecodeError):
        on_disk = ""
    return on_disk if f"{on_disk}\n" == text else text


def _rewritten(request: Request) -> str | None:
    """Return the smallest rewrite that leaves the last stage's settings alone. Nothing is hardened or optimised."""
    setup, context = _set_up(request)
    plain = replace(setup.options, nonroot=False, optimize=False)
    given = _settings(request.text)
    for style in dict.fromkeys((plain.runtime, "auto", *get_args(Style))):
        try:
            outcome = rewrite_as(replace(setup, options=replace(plain, runtime=style)), request.text, context)
        except (InvalidDockerfile, CheckFailed):
            continue
        if isinstance(outcome, Rewritten):
            text = environment_apart(outcome.text, [value for keyword, value in given[1] if keyword == "ENV"])
            if _settings(text) == given:
                return text
    return None


def _set_up(request: Request) -> tuple[Setup, Context]:
    told = request.context if request.context is not None and request.context.is_dir() else None
    if request.path is None:
        setup = Setup(Options(), None, told or Path(), (), Overlay())
        return setup, LocalContext(told) if told is not None else NoContext()
    setup = set_up(make_configs(), Builds(), request.path, Choices(context=told))
    return setup, LocalContext(setup.context, request.path) if setup.context.is_dir() else NoContext()


def _settings(text: str) -> tuple[dict[str, str], Counter[tuple[str, str]]]:
    stages = parse_dockerfile(text).stages
    instructions = stages[-1].instructions if stages else ()
    last = {item.keyword: item.value for item in instructions if item.keyword in _LAST}
    return last, Counter((item.keyword, item.value) for item in instructions if item.keyword in _EVERY)
