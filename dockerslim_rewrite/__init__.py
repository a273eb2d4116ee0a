"""Rewrites single-stage Dockerfiles as small, correct multi-stage ones. Start reading at `pipeline.rewrite`."""

__version__ = "0.1.0"
