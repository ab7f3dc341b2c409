# `make demo` serves the dashboard on real data, `make test` runs every check; both set up what they need.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DATASET ?= $(or $(CINEMATCH_DATASET),ml-latest-small)
export CINEMATCH_DATASET := $(DATASET)
# Where an image or a shell forbids it, each of hundreds of processes compiles all sources anew.
unexport PYTHONDONTWRITEBYTECODE

# uv installs many times faster; where it cannot be had or cannot reach the package index, pip does the same work.
UV := uv==0.13.*
install = ($(BIN)/python -m pip install --quiet --disable-pip-version-check "$(UV)" \
  && $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode $(1)) \
  || { echo "uv did not succeed, installing with pip"; \
       $(BIN)/python -m pip install --quiet --disable-pip-version-check $(subst --requirements,--requirement,$(1)); }

# A file stays in one process: what it sets up once is then set up once. A third process beside two cores takes as long:
# browsers side by side slow each other down.
SIDE_BY_SIDE := -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup demo test suite coverage lint types style format unit integration e2e docs notebook hooks lock sbom clean

# Lock files hold hashes, which look like keys; the rest is no text.
TO_SCAN := ':!*.lock' ':!*.png' ':!*.woff2' ':!*.ipynb'

help: ## Show what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "CineMatch needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make PYTHON=python3.12 demo"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock setup.cfg | $(VENV)/bin/python
	$(call install,--requirements requirements.lock)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.runtime
	$(call install,--requirements requirements-test.lock)
	@touch $@

setup: $(VENV)/.runtime ## Create the virtual environment from the lock file

demo: setup ## Fetch real ratings and serve the dashboard, while the algorithms are learned
	$(BIN)/cinematch data fetch $(DATASET)
	exec $(BIN)/cinematch serve --train-missing

lint: $(VENV)/.test ## Check style, types and layers, and that no secret is in the repository
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types style

types: $(VENV)/.test
	$(BIN)/mypy

style: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	git ls-files -z -- . $(TO_SCAN) \
	  | xargs -0 $(BIN)/detect-secrets-hook --no-verify --cores 2 --baseline .secrets.baseline

# Types are checked while the first tests run: each takes a minute of one processor.
test: style ## Set everything up and run all checks and tests
	@$(MAKE) --no-print-directory --jobs 2 types suite

suite: $(VENV)/.test
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

coverage: $(VENV)/.test ## Run all tests and show the lines that none of them reaches
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --cov --cov-report=term:skip-covered

unit: $(VENV)/.test ## Run the fast tests only
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not integration and not e2e"

integration: $(VENV)/.test ## Run the tests with real gunicorn, nginx and redis
	$(BIN)/python -m pytest -m integration

e2e: $(VENV)/.test ## Run the tests with a real browser
	$(BIN)/python -m pytest -m e2e

docs: $(VENV)/.test ## Build the documents and the API reference into build/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

define run_notebook
import nbclient, nbformat
notebook = nbformat.read("docs/notebook.ipynb", as_version=4)
nbclient.NotebookClient(notebook, kernel_name="python3", record_timing=False).execute()
nbformat.write(notebook, "docs/notebook.ipynb")
endef
export run_notebook

notebook: $(VENV)/.test ## Run docs/notebook.ipynb and keep what it shows
	PLOTLY_RENDERER=plotly_mimetype $(BIN)/python -c "$$run_notebook"

hooks: $(VENV)/.test ## Have ruff look at every commit
	$(BIN)/pre-commit install

format: $(VENV)/.test ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/bin/python ## Resolve the exact versions anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra sample --extra cluster setup.cfg requirements-build.in --output-file requirements-cluster.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra sample --extra cluster --extra spark setup.cfg requirements-build.in --constraint requirements-cluster.lock \
	  --output-file requirements-spark.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra sample setup.cfg requirements-build.in --constraint requirements-cluster.lock --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra sample --extra test --extra docs setup.cfg requirements-build.in --constraint requirements.lock \
	  --output-file requirements-test.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  requirements-sbom.in --output-file requirements-sbom.lock

sbom: $(VENV)/.test ## Write build/sbom.cdx.json: what requirements.lock installs (CycloneDX)
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements.lock --output-reproducible --output-format JSON \
	  --output-file build/sbom.cdx.json

clean: ## Remove the virtual environment and all caches (data sets and models stay)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage build *.egg-info
