# The commands of this project. What each does in detail stands in .ci/ and in docs/.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test check format coverage proof bench shots requirements clean

# A Python 3.11 or newer, when the one on the path will not do.
export PYTHON

help:            ## say what can be made
	@awk -F ': +## ' '/^[a-z]+: +## /{printf "  make %-14s%s\n", $$1, $$2}' Makefile

run: export STRIDEWELL_DEMO ?= 1
run:             ## start the demo clinic on http://localhost:8000 (PORT=, HOST=)
	@.ci/environment
	@.venv/bin/python manage.py serve --demo

test:            ## run the suite on SQLite, and on PostgreSQL where there is one (ARGS=)
	@.ci/environment --dev
	@.ci/test $(ARGS)

check:           ## style, types, layers, migrations, deployment, templates, pins
	@.ci/environment --dev
	@.ci/check

format:          ## put Python and templates into the house's format
	@.ci/environment --dev
	@.ci/format

coverage:        ## every branch of the rules is taken by their own tests, or it fails
	@.ci/environment --dev
	@.ci/coverage

proof:           ## the long proofs, in parts under 40 minutes; run again to go on
	@.ci/environment --dev
	@.ci/proof $(ARGS)

bench:           ## measure; writes its figures to var/bench/
	@.ci/environment --dev
	@.venv/bin/python -m tests.bench $(ARGS)

shots:           ## screenshots of the demo clinic into docs/shots/
	@.ci/environment --dev
	@.venv/bin/python -m tests.shots $(ARGS)

requirements:    ## compile the pinned lists again (UPGRADE=1 for the newest)
	@.ci/environment --dev
	@.ci/requirements

clean:           ## remove what can be made again; keeps var/, which holds data
	rm -rf .venv staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache var/test
	find clinic intake booking tests -name __pycache__ -type d -prune -exec rm -rf {} +
