VENV ?= .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed

.PHONY: demo test images lint check clean

demo: $(STAMP)  ## a real rewrite with its report
	$(VENV)/bin/rewrite --diff fixtures/go/g06-templates/Dockerfile

test: $(STAMP)  ## all tests; the image tests skip with a reason where no Docker engine answers
	$(PY) -m pytest -n 2 -m "not image"
	$(PY) -m pytest -m image

images: $(STAMP)  ## only the tests that build and run real images
	$(PY) -m pytest -m image

lint: $(STAMP)  ## formatting, style, types, import rules
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

check: lint test

$(STAMP): pyproject.toml
	python3 -m venv $(VENV)
	$(PY) -m pip install --quiet --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
