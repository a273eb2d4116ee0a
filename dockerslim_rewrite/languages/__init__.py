"""One folder a language: each answers what is needed to build and what is needed to run. None touches the plan."""
