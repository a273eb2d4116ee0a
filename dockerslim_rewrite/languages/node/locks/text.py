"""YAML for the lock files that are written in it."""

from __future__ import annotations


def load_yaml(text: str) -> dict[str, object]:
    """Return the mapping that a YAML text holds; empty for anything else. Reads no tags (the safe loader)."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        value = yaml.load(text, Loader=loader)  # noqa: S506 both loaders are safe ones
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}
