"""Facts about base images, OS packages, tools and language packages: TOML, each with a reason, a source and a date."""
