# Every target does its own set-up; a second call skips what is there. `make help` lists them.
SHELL := /usr/bin/env bash
.DEFAULT_GOAL := help
HOST ?= 127.0.0.1
PORT ?= 8000
# How many test processes run side by side.
JOBS ?= 2
# What to test, and further options: make test TESTS=tests/products OPTIONS="-k draft -x"
TESTS ?= tests
OPTIONS ?=
# `make check test` does not run again in test what check has run.
UNCHECKED = $(if $(filter check,$(MAKECMDGOALS)),-m "world or not house")
export PYTEST_DISABLE_PLUGIN_AUTOLOAD = 1

.PHONY: help run test check coverage bench lock format clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: ## the site with its sample, on http://127.0.0.1:8000 (HOST=, PORT= change that)
	@.ci/setup.sh runtime
	@exec .venv/bin/python -m marketplace run --demo --host "$(HOST)" --port "$(PORT)"

test: ## every test, on SQLite and PostgreSQL and in a browser (TESTS=, OPTIONS=, JOBS= narrow it)
	@.ci/setup.sh dev
	@.ci/postgres.sh
	@.ci/browser.sh
	@.venv/bin/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --durations 40 $(UNCHECKED) $(OPTIONS) $(TESTS)

check: ## format, lint, types, import contracts, templates, house rules, translations, migrations
	@.ci/setup.sh dev
	@.ci/postgres.sh
	@.ci/check.sh

coverage: ## every test, with the branches that none takes
	@$(MAKE) --no-print-directory test OPTIONS="--cov --cov-report=term $(OPTIONS)"

bench: ## the benchmarks of bench/README.md
	@.ci/setup.sh dev
	@.ci/bench.sh

format: ## rewrite the Python files in the house's format
	@.ci/setup.sh dev
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

lock: ## write the lock files anew from setup.cfg (UPGRADE=1: newest versions)
	@.ci/lock.sh

clean: ## remove what was made: environment and caches; the data in var/ stays
	@rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
