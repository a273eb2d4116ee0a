"""The two commands: `rewrite` and `dockerslim-rewrite`."""
