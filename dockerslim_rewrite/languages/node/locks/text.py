"""YAML for the lock files that are written in it."""

from __future__ import annotations

from dockerslim_rewrite.context.yaml_text import parse_yaml


def load_yaml(text: str) -> dict[str, object]:
    """Return the mapping that a YAML text holds; empty for anything else."""
    value = parse_yaml(text)
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}
