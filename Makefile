# Everything runs on a bare machine with Python 3.11 or newer: the first target that needs it makes .venv and fills it.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do command -v $$p >/dev/null 2>&1 && \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes
WORDS := $(patsubst %.po,%.mo,$(wildcard */locale/*/LC_MESSAGES/django.po))
HOST ?= 127.0.0.1
PORT ?= 8000
DATABASE_URL_FOR_TESTS ?= postgres://postgres@127.0.0.1:5432/dashboard
REDIS_URL_FOR_TESTS ?= redis://127.0.0.1:6379/9
# What a database or a broker can change: the engine, search, sums, the SQL of every page (test_query_counts), locks, faults.
OF_SERVICES := core sync finance messaging drill home/test_search.py orders/test_queries.py security/test_parameters.py \
	$(patsubst %,test_%.py,query_counts locks health exports_since) \
	$(patsubst %,faults/test_%.py,broker callbacks database deaths doubles full sessions upgrades watchdog)
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --python-version 3.11 --universal --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links

.PHONY: help demo demo-reset install install-dev test test-services lint types format lock web worker beat drill bench

help:  ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile

demo: install  ## the whole product with five sandboxes; Ctrl-C stops it
	@DEBUG=true $(BIN)/python manage.py demo --host $(HOST) --port $(PORT) $(ARGS)

demo-reset: install  ## the demo, begun anew
	@DEBUG=true $(BIN)/python manage.py demo --host $(HOST) --port $(PORT) --reset $(ARGS)

install: $(VENV)/.installed $(WORDS)  ## what the product needs

install-dev: $(VENV)/.installed-dev $(WORDS)  ## what tests and checks need besides

test: install-dev  ## the suite on SQLite; ARGS="tests/orders -x" narrows it
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

test-services: install-dev  ## on PostgreSQL and Redis: all that they could change
	DATABASE_URL=$(DATABASE_URL_FOR_TESTS) REDIS_URL=$(REDIS_URL_FOR_TESTS) $(BIN)/python -m pytest -n 2 --dist worksteal \
	  $(addprefix tests/,$(OF_SERVICES)) $(ARGS)

lint: install-dev  ## style, layers, templates, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check $$(find templates -name '*.html')
	$(BIN)/lint-imports --no-cache
	DEBUG=true $(BIN)/python manage.py translations --check

types: install-dev  ## mypy: strict in channels
	DEBUG=true $(BIN)/mypy

format: install-dev  ## rewrite sources and templates in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade $$(find templates -name '*.html')

lock: install-dev  ## pin the newest versions that pyproject.toml allows, with hashes
	$(LOCK) --upgrade --extra production -o requirements.txt
	$(LOCK) --extra production --extra dev --constraint requirements.txt -o requirements-dev.txt

web: install  ## the web server
	$(BIN)/granian --interface wsgi dashboard.wsgi:application --host $(HOST) --port $(PORT) --blocking-threads 8 \
	  --http1-header-read-timeout 10000 $(ARGS)

worker: install  ## a worker; ARGS=-B adds beat
	$(BIN)/celery -A dashboard worker -P threads -c 8 $(ARGS)

beat: install  ## the clock: exactly one
	$(BIN)/celery -A dashboard beat $(ARGS)

drill: install-dev  ## the fault drill: commands under every fault, effects counted
	$(BIN)/python -m tests.drill $(ARGS)

bench: install-dev  ## the measured targets
	$(BIN)/python -m tests.bench $(ARGS)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(BIN)/python
	$(PIP) -r requirements-dev.txt
	@touch $(VENV)/.installed $@

%.mo: %.po | $(VENV)/.installed
	DEBUG=true $(BIN)/python manage.py translations --compile
