"""What an image promises, computed apart: BuildKit's own line parser, and rules from its documentation in few lines.

Nothing of the package takes part but the table of base images. Source of the rules:
https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import Any

from dockerslim_rewrite.knowledge.images import resolve_image

SH = ("/bin/sh", "-c")
_NAME = re.compile(r"\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})")


@dataclass
class ImageConfig:
    """The configuration of the image that a Dockerfile's last stage makes."""

    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = ""
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    expose: set[str] = field(default_factory=set)
    volumes: set[str] = field(default_factory=set)
    labels: dict[str, str] = field(default_factory=dict)
    stop_signal: str = ""
    healthcheck: tuple[object, ...] = ()
    maintainer: str = ""
    shell: tuple[str, ...] = SH


def last_image(text: str) -> ImageConfig:
    """Return the configuration that the last stage of a text gives."""
    import dockerfile

    meta: dict[str, str] = {}
    stage: _Stage | None = None
    for entry in dockerfile.parse_string(text):
        keyword = entry.cmd.upper()
        if keyword == "FROM":
            stage = _Stage(expand(entry.value[0], meta), meta)
        elif stage is None:
            name, _, value = entry.value[0].partition("=")
            meta[name] = expand(value, meta)
        else:
            stage.run(keyword, entry)
    assert stage is not None
    return stage.config


class _Stage:
    def __init__(self, base: str, meta: dict[str, str]) -> None:
        image = resolve_image(base)
        assert image is not None, base
        self._meta = meta
        self._args: dict[str, str] = {}
        self._has_cmd = False
        self.config = ImageConfig(
            dict(image.env), image.workdir or "/", image.user, image.entrypoint or (), image.cmd or ()
        )

    def run(self, keyword: str, entry: Any) -> None:
        rule = getattr(self, f"on_{keyword.lower()}", None)
        if rule is not None:
            rule(entry)

    def _expand(self, word: str) -> str:
        return expand(word, {**self._args, **self.config.env})

    def _pairs(self, entry: Any) -> dict[str, str]:
        names = iter(entry.value)
        return {self._expand(name): self._expand(value) for name, value in zip(names, names, strict=True)}

    def on_env(self, entry: Any) -> None:
        self.config.env |= self._pairs(entry)

    def on_label(self, entry: Any) -> None:
        self.config.labels |= self._pairs(entry)

    def on_arg(self, entry: Any) -> None:
        for word in entry.value:
            name, equals, value = word.partition("=")
            if equals:
                self._args[name] = self._expand(value)
            elif name in self._meta:
                self._args[name] = self._meta[name]

    def on_workdir(self, entry: Any) -> None:
        self.config.workdir = posixpath.normpath(posixpath.join(self.config.workdir, self._expand(entry.value[0])))

    def on_user(self, entry: Any) -> None:
        self.config.user = self._expand(entry.value[0])

    def on_stopsignal(self, entry: Any) -> None:
        self.config.stop_signal = self._expand(entry.value[0])

    def on_maintainer(self, entry: Any) -> None:
        self.config.maintainer = entry.value[0]

    def on_shell(self, entry: Any) -> None:
        self.config.shell = tuple(entry.value)

    def on_expose(self, entry: Any) -> None:
        ports = [port for word in entry.value for port in self._expand(word).split()]
        self.config.expose |= {port if "/" in port else f"{port}/tcp" for port in ports}

    def on_volume(self, entry: Any) -> None:
        self.config.volumes |= set(entry.value if entry.json else map(self._expand, entry.value))

    def _command(self, entry: Any) -> tuple[str, ...]:
        return tuple(entry.value) if entry.json else (*self.config.shell, entry.value[0])

    def on_cmd(self, entry: Any) -> None:
        self._has_cmd = True
        self.config.cmd = self._command(entry)

    def on_entrypoint(self, entry: Any) -> None:
        self.config.entrypoint = self._command(entry)
        if not self._has_cmd:  # the base image's CMD was for its own entry point
            self.config.cmd = ()

    def on_healthcheck(self, entry: Any) -> None:
        kind, *words = entry.value
        form = "CMD-SHELL" if kind.upper() == "CMD" and not entry.json else kind.upper()
        self.config.healthcheck = (form, *words, frozenset(entry.flags))


def expand(word: str, variables: dict[str, str]) -> str:
    """Take a word's quotes and escapes off and put variables in; one that is not set is empty."""
    out, at, quote = "", 0, ""
    while at < len(word):
        letter = word[at]
        if quote == "'":
            quote = "" if letter == "'" else quote
            out += "" if letter == "'" else letter
        elif letter == "\\" and at + 1 < len(word):
            at += 1
            out += word[at] if not quote or word[at] in '"\\$' else f"\\{word[at]}"
        elif letter in "\"'" and letter == (quote or letter):
            quote = "" if quote else letter
        elif letter == "$" and (match := _NAME.match(word, at)):
            out += _value(match, variables)
            at = match.end() - 1
        else:
            out += letter
        at += 1
    return out


def _value(match: re.Match[str], variables: dict[str, str]) -> str:
    value = variables.get(match[1] or match[2], "")
    if (match[3] == "-" and not value) or (match[3] == "+" and value):
        return expand(match[4], variables)
    return "" if match[3] == "+" else value
