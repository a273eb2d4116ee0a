"""The emitted text is parsed again and compared with the original on every run."""
