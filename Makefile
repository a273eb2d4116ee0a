VENV ?= .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
# Where code-server is installed for the opt-in test of the VS Code extension.
VSCODE_HOST ?= $(HOME)/.cache/dockerslim-vscode-host

.PHONY: demo test images bench self vscode-host lint check clean

demo: $(STAMP)  ## a real rewrite with its report
	$(VENV)/bin/rewrite --diff fixtures/go/g06-templates/Dockerfile

test: $(STAMP)  ## all tests; the image tests skip with a reason where no Docker engine answers
	$(PY) -m pytest -n 2 -m "not image"
	$(PY) -m pytest -m image

images: $(STAMP)  ## only the tests that build and run real images
	$(PY) -m pytest -m image

vscode-host: $(STAMP)  ## the VS Code extension in code-server: 630 MB are installed, as root, the first time
	test -x $(VSCODE_HOST)/node_modules/.bin/code-server || bash editors/vscode/host/install.sh $(VSCODE_HOST)
	DOCKERSLIM_REQUIRE_EDITORS=1 DOCKERSLIM_VSCODE_HOST=$(VSCODE_HOST) $(PY) -m pytest -n 0 tests/lsp/test_vscode_host.py

self: $(STAMP)  ## our own `check` on every fixture that is a project: no file is broken, none fails; and on our own image
	$(VENV)/bin/dockerslim-rewrite check --fail-on never --exclude fixtures/syntax/ fixtures
	$(VENV)/bin/dockerslim-rewrite check --fail-on refused --quiet Dockerfile

bench: $(STAMP)  ## measures everything and writes docs/performance.md; takes minutes
	$(PY) -m pip install --quiet --editable '.[bench]'
	$(PY) -m benchmarks

lint: $(STAMP)  ## formatting, style, types, import rules
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

check: lint self test

$(STAMP): pyproject.toml
	python3 -m venv $(VENV)
	$(PY) -m pip install --quiet --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
