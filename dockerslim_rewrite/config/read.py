"""Reads a configuration file. What is not known is an error, so that a typing mistake is seen."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

import rtoml

from dockerslim_rewrite.config.facts import read_overlay
from dockerslim_rewrite.config.keys import check_keys
from dockerslim_rewrite.config.model import Choices, Config, FailOn, Override
from dockerslim_rewrite.config.problem import ConfigError
from dockerslim_rewrite.languages.model import Style

FILE = "dockerslim-rewrite.toml"
TABLE = "dockerslim-rewrite"

_RUNTIMES = ("auto", *get_args(Style))
_TEXTS = ("ignore", "safe", "review", "skip")
_FLAGS = ("unsafe", "optimize", "nonroot")
_FOLDERS = ("templates", "context")
_CHOICES = ("runtime", "fail-on", *_FLAGS, *_FOLDERS, *_TEXTS)
_TOP = (*_CHOICES, "include", "exclude", "overrides", "images", "packages")
MAX_BYTES = 1024 * 1024

# Returns the codes that a file may name.
Codes = Callable[[], Iterable[str]]


def any_code() -> Iterable[str]:
    """Return nothing: codes are not checked."""
    return ()


def read_config(path: Path, codes: Codes = any_code) -> Config | None:
    """Return the configuration that a file holds, or None for a pyproject.toml without our table.

    Raises:
        ConfigError: when the file cannot be read, is no TOML, or says something unknown.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(path, f"larger than {MAX_BYTES // 1024 // 1024} MiB")
        data = rtoml.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ConfigError(path, error.strerror or str(error)) from None
    except ValueError as error:
        raise ConfigError(path, str(error)) from None
    prefix = ""
    if path.name == "pyproject.toml":
        tools = data.get("tool", {})
        if TABLE not in tools:
            return None
        data, prefix = tools[TABLE], f"tool.{TABLE}."
    if not isinstance(data, dict):
        raise ConfigError(path, f"{prefix.rstrip('.')} is not a table")
    try:
        config = _config(path.parent, data)
        _check_codes(config, codes)
        return config
    except ValueError as error:
        raise ConfigError(path, f"{prefix}{error}") from None


def _config(folder: Path, data: Mapping[str, Any]) -> Config:
    check_keys(data, _TOP)
    return Config(
        folder=folder,
        choices=_choices(folder, data),
        include=_texts(data, "include") or (),
        exclude=_texts(data, "exclude") or (),
        overrides=tuple(_override(folder, entry) for entry in _tables(data, "overrides")),
        overlay=read_overlay(data.get("images", {}), data.get("packages", {})),
    )


def _check_codes(config: Config, codes: Codes) -> None:
    tables = (config.choices, *(override.choices for override in config.overrides))
    named = [code for table in tables for key in _TEXTS for code in getattr(table, key) or ()]
    if not named or not (known := {code.lower(): code for code in codes()}):
        return
    for code in named:
        if code.lower() not in known:
            near = difflib.get_close_matches(code.lower(), list(known), n=1, cutoff=0.3)
            raise ValueError(f"no decision has the code {code}" + (f"; did you mean {known[near[0]]}?" if near else ""))


def _override(folder: Path, data: Mapping[str, Any]) -> Override:
    check_keys(data, ("paths", *_CHOICES), "overrides.")
    paths = _texts(data, "paths")
    if not paths:
        raise ValueError("overrides: paths is missing")
    return Override(paths, _choices(folder, data))


def _choices(folder: Path, data: Mapping[str, Any]) -> Choices:
    values: dict[str, Any] = {name: _value(data, name, bool, "true or false") for name in _FLAGS}
    values |= {name: _texts(data, name) for name in _TEXTS}
    for name in _FOLDERS:
        text = _value(data, name, str, "a folder")
        values[name] = None if text is None else _folder(folder / text, name)
    values["runtime"] = _one_of(data, "runtime", _RUNTIMES)
    values["fail_on"] = _one_of(data, "fail-on", get_args(FailOn))
    return Choices(**values)


def _folder(path: Path, name: str) -> Path:
    if not path.is_dir():
        raise ValueError(f"{name}: {path} is no folder")
    return path.resolve()


def _value(data: Mapping[str, Any], key: str, kind: type, what: str) -> Any:
    value = data.get(key)
    if value is not None and not isinstance(value, kind):
        raise ValueError(f"{key} must be {what}, not {value!r}")
    return value


def _texts(data: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    value = _value(data, key, list, "a list of strings")
    if value is not None and not all(isinstance(item, str) for item in value):
        raise ValueError(f"{key} must be a list of strings, not {value!r}")
    return None if value is None else tuple(value)


def _tables(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value: list[Any] = _value(data, key, list, f"tables [[{key}]]") or []
    if not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{key} must be tables [[{key}]]")
    return value


def _one_of(data: Mapping[str, Any], key: str, known: tuple[str, ...]) -> str | None:
    value = _value(data, key, str, f"one of {', '.join(known)}")
    if value is not None and value not in known:
        near = difflib.get_close_matches(value, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"{key} must be one of {', '.join(known)}, not {value!r}{hint}")
    return value if value is None else str(value)
