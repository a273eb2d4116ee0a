"""The language server: diagnostics, code actions and hovers over the same pipeline as the command line."""
