VENV ?= .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
LOCK := requirements-ci.txt
VERIFY_TESTS := tests/images/test_command.py tests/images/test_negative_controls.py tests/images/test_cleanup.py
# Where code-server is installed for the opt-in test of the VS Code extension.
VSCODE_HOST ?= $(HOME)/.cache/dockerslim-vscode-host

.PHONY: demo test images coverage bench self vscode-host lint check lock clean

demo: $(STAMP)  ## a real rewrite with its report
	$(VENV)/bin/rewrite --diff fixtures/go/g06-templates/Dockerfile

test: $(STAMP)  ## all tests; the image tests skip with a reason where no Docker engine answers
	$(PY) -m pytest -n 2 -m "not image"
	$(PY) -m pytest -m image

images: $(STAMP)  ## only the tests that build and run real images
	$(PY) -m pytest -m image

# Commands that tests start are counted, too. The second line adds `verify` where an engine answers, and reports.
coverage: $(STAMP)  ## branch coverage of the package
	$(PY) -m pytest -n 2 -m "not image" --cov --cov-report= --cov-fail-under=0
	$(PY) -m pytest -n 0 -m image --cov --cov-append $(VERIFY_TESTS)

vscode-host: $(STAMP)  ## the VS Code extension in code-server: 850 MB are installed, as root, the first time
	test -x $(VSCODE_HOST)/node_modules/.bin/code-server || bash editors/vscode/host/install.sh $(VSCODE_HOST)
	DOCKERSLIM_REQUIRE_EDITORS=1 DOCKERSLIM_VSCODE_HOST=$(VSCODE_HOST) $(PY) -m pytest -n 0 tests/lsp/test_vscode_host.py

self: $(STAMP)  ## our own `check` on every fixture that is a project: no file is broken, none fails; and on our own image
	$(VENV)/bin/dockerslim-rewrite check --fail-on never --exclude fixtures/syntax/ fixtures
	$(VENV)/bin/dockerslim-rewrite check --fail-on refused --quiet Dockerfile

bench: $(STAMP)  ## measures speed and memory and writes docs/performance.md; a quarter of an hour
	$(PY) -m pip install --quiet --editable '.[bench]'
	$(PY) -m benchmarks --write

bench-images: $(STAMP)  ## the section on images of docs/performance.md; builds eighty images with the engine
	$(PY) -m benchmarks --write images

lint: $(STAMP)  ## formatting, style, types, import rules
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

check: lint self test

lock:  ## newest versions that pyproject.toml allows, with their hashes, for all systems and Pythons; needs the package index
	python3 -m venv $(VENV)
	$(PY) -m pip install --quiet uv
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes --upgrade \
		--no-emit-package dockerslim-rewrite --custom-compile-command 'make lock' --output-file $(LOCK) pyproject.toml

# Only what is locked, by its hashes, and the package itself, built by the locked hatchling. The list is whole: with dependencies
# resolved anew, an old pip takes `coverage[toml]` for another package than the locked `coverage` and fails on a newer release.
$(STAMP): pyproject.toml $(LOCK)
	python3 -m venv $(VENV)
	$(PY) -m pip install --quiet --no-deps --require-hashes --only-binary :all: --requirement $(LOCK)
	$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
