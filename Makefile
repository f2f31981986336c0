# Every target makes its own environment: nothing is needed but Python 3.11, 3.12 or 3.13, its pip, and make.
# Another Python: make test PYTHON=/path/to/python3

SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/.installed
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test check lint bench proof serve clean

help: ## this list
	@echo "make <target>, where target is:"
	@sed -n 's/^\([a-z]*\):.*## /  \1	/p' $(MAKEFILE_LIST) | expand -t 12
	@echo "Each target installs what it needs into .venv first. PYTHON=/path/to/python3 picks the Python."

demo: $(READY) ## plan the example week and print it
	@$(BIN)/iop-scheduler demo

# Two processes, a file of tests at a time, in the order of the folders: most tests of the service wait for something,
# and more would only crowd the clocks of those that check how soon things happen.
test: $(READY) ## the tests, seeded
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: lint test ## format, lint, types, import rules, then the tests

lint: $(READY) ## the checks that run no test: format, lint, types, import rules
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: $(READY) ## the benchmark tables
	@$(BIN)/python -m tests.bench

proof: $(READY) ## the long proofs, or those in PROOFS=; writes docs/proof.md
	@HYPOTHESIS_PROFILE=proof $(BIN)/python -m tests.proof $(PROOFS)

serve: $(READY) ## the API and the page on this machine
	@$(BIN)/iop-scheduler serve

clean: ## remove .venv, caches and build products; data stays
	rm -rf .venv .venv.lock .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache build dist .ci/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment whose Python is gone (upgraded, removed) is built again although its stamp is there.
ifeq ($(wildcard $(BIN)/python),)
.PHONY: $(READY)
endif

$(READY): pyproject.toml tools/environment.py
	@python=$$(sh tools/find_python.sh $(firstword $(MAKECMDGOALS))) && "$$python" tools/environment.py
