"""Text to Dockerfile: lossless instructions with spans, heredocs and directives."""
