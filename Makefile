# The whole vocabulary: make alone lists it. Each word says what it does; the work itself is in tools/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/stamps
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
C_SOURCES = $(shell find kernel_src tests -name '*.[ch]' -not -path '*/build/*')

.PHONY: help setup demo test check lab bench upstream fuzz soak size format docs lock clean system system-tests system-fuzz

help: ## list these words
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{ printf "make %-8s %s\n", $$1, $$2 }'

setup: $(STAMPS)/front-end ## install what is missing; the command is then .venv/bin/unikernel

demo: setup ## build and boot the example, draw its pictures, execute the first notebook
	@tools/demo

test: setup system-tests ## run every test
	@tools/npm test --silent
	@$(BIN)/python -m pytest $(ARGUMENTS)

check: setup ## format, lint, types, import rule; no machine is booted
	@tools/check $(C_SOURCES)

lab: setup ## open the notebooks in JupyterLab
	@cd notebooks && ../$(BIN)/jupyter lab \
		--ServerApp.kernel_websocket_connection_class=unikernel.notebook.connection.NoDelayConnection $(if $(filter 0,$(shell id -u)),--allow-root)

bench: setup system-tests ## measure everything that has a goal: today, before, and what moved
	@$(BIN)/python -m tests.bench

upstream: setup ## run MicroPython's own tests on our machine
	@$(BIN)/python -m tests.upstream

fuzz: setup system-fuzz ## ten minutes of devices and networks that lie, under the sanitizers; FUZZ_SECONDS says otherwise
	@$(BIN)/python -m tests.fuzz $(ARGUMENTS)

soak: setup system-tests ## cut the power of the file systems by the thousand, ask a server a million times; an hour
	@$(BIN)/python -m tests.network.soak
	@$(BIN)/python -m tests.power

size: setup ## who owns the example's bytes: today, before, and what moved
	@$(BIN)/python tools/size.py examples/hello

format: setup ## format all sources in place
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format --quiet .
	@$(BIN)/clang-format -i $(C_SOURCES)
	@tools/npm run --silent format

docs: setup ## write the page of devices, check all pages: links, glossary, promises
	@$(BIN)/python tools/devices_page.py
	@$(BIN)/python -m pytest --quiet tests/unit/test_docs.py

lock: $(STAMPS)/installed ## write requirements.lock anew from pyproject.toml
	@tools/lock --upgrade

clean: ## remove what was made here; unikernel clean frees the cache
	@rm -rf build dist .venv extension/node_modules unikernel/notebook/static examples/*/build
	@find . -name __pycache__ -prune -exec rm -rf {} + -o -name '.*_cache' -prune -exec rm -rf {} +

system:
	@tools/system-packages

system-tests:
	@tools/system-packages tests

system-fuzz:
	@tools/system-packages fuzz

$(STAMPS)/installed: requirements.lock pyproject.toml | system
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "setup: Python 3.11 or later is needed; set PYTHON to one." >&2; exit 1; }
	@$(BIN)/python -c pass 2>/dev/null || { rm -rf .venv; echo "setup: making .venv"; $(PYTHON) -m venv .venv; }
	@echo "setup: installing what requirements.lock says"
	@$(PIP) install --require-hashes --no-deps --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q unikernel
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/node: extension/package.json extension/package-lock.json $(STAMPS)/installed
	@echo "setup: installing the front end's tools"
	@tools/npm ci --silent --no-audit --no-fund
	@touch $@

$(STAMPS)/front-end: $(STAMPS)/node $(shell find extension -type f -not -path "*/node_modules/*" -not -path "*/build/*" 2>/dev/null)
	@echo "setup: bundling the widgets"
	@tools/npm run --silent build
	@touch $@
