"""`[tool.dockerslim-rewrite]` in pyproject.toml, or dockerslim-rewrite.toml. The nearest wins."""
