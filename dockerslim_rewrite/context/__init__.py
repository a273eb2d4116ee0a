"""The only reader of project files. Everything is bounded, and nothing outside the context is opened."""
