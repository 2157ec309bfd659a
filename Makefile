# 政通 Zhengtong. `make help` lists what can be done.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup lock demo up test e2e federation faults faults-ci faults-long \
  switches fuzz bench bench-smallest bench-suites bench-timers bench-scale soak bench-interop lint format check wheel requirements large-files year clean

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Zhengtong needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON=/path/to/python3.11.") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

setup: $(STAMP) ## make the virtualenv from the lock file

lock: ## recompute the three lock files from pyproject.toml
	$(BIN)/pip-compile -q --extra embedded --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras -o requirements.lock pyproject.toml
	$(BIN)/pip-compile -q --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras -c requirements.lock -o requirements-server.lock pyproject.toml
	$(BIN)/pip-compile -q --extra embedded --extra dev --allow-unsafe --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras -c requirements.lock -o requirements-dev.lock pyproject.toml

demo: $(STAMP) ## set everything up, play a day of cases in a demo province, and leave the site running
	@$(BIN)/zhengtong demo

up: $(STAMP) ## serve what is there
	@$(BIN)/zhengtong up

test: $(STAMP) ## all tests but the whole bench, those that start whole sites and the browser's
	$(BIN)/pytest -n 2 --dist loadfile -m "not e2e and not federation and not stand and not bench"

bench-smallest: $(STAMP) ## the bench of a whole province, at its smallest size: it runs and prints all of its tables
	$(BIN)/pytest tests/bench -m bench

e2e: $(STAMP) ## the whole road in a real browser (brings Chromium)
	@bash tests/e2e/install_browser.sh
	$(BIN)/pytest tests/e2e -m e2e

federation: $(STAMP) ## two complete sites exchange cases, files and supervision over a line that breaks
	$(BIN)/pytest tests/federation -m federation

faults: $(STAMP) ## kill processes on purpose and count what is lost (nothing) or doubled (nothing)
	$(BIN)/pytest tests/faults -m "not long"

faults-ci: $(STAMP) ## the essential part of it, in minutes
	$(BIN)/pytest tests/faults -m essential --durations=0

faults-long: $(STAMP) ## a receiver that is away for five and for ten minutes of real time
	$(BIN)/pytest tests/faults -m long

switches: $(STAMP) ## 100,000 switches between centres in threads and a worker; not one may see a neighbour
	ZT_SWITCHES=100000 $(BIN)/pytest -q -s tests/tenants/test_hundred_thousand_switches.py

fuzz: $(STAMP) ## throw thousands of new hostile inputs at every door of the message road (make test throws the same few hundred)
	ZT_FUZZ_EXAMPLES=$${ZT_FUZZ_EXAMPLES:-2000} $(BIN)/pytest -n 2 tests/interop/fuzz

bench: $(STAMP) ## compare the road with raw SQL in one run and print the ratios
	@$(BIN)/python tests/bench/bench_road.py

bench-suites: $(STAMP) ## signatures and encryptions per second of each suite
	@$(BIN)/python tests/bench/bench_suites.py

bench-timers: $(STAMP) ## 100,000 timers due in one minute, over 200 centres and over one, beside raw SQL
	@$(BIN)/python tests/bench/bench_timers.py

large-files: $(STAMP) ## a file of 2,000 MiB: sent in parts with a break, checked, copied; counts and memory (8 GB of disk)
	@$(BIN)/python tests/bench/large_files_run.py $(ARGS)

bench-scale: $(STAMP) ## a whole province beside django-tenants' own commands (half an hour; ARGS="--centres 60" for less)
	@PYTHONPATH=tests/bench $(BIN)/python -m bench_scale $(ARGS)

soak: $(STAMP) ## every worker visits every centre of a province again and again: memory, connections, wrong reads
	@PYTHONPATH=tests/bench $(BIN)/python -m soak $(ARGS)

bench-interop: $(STAMP) ## signed messages per second from end to end, supervision events, latency, growth with streams
	@$(BIN)/python tests/bench/bench_interop.py

lint: $(STAMP) ## style, imports, types, migrations, committed schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy platform/zt_platform graphql/zt_graphql storage/zt_storage interop/zt_interop tenants/zt_tenants
	$(BIN)/python -W error::DeprecationWarning -m zt_platform.project.manage makemigrations --check --dry-run
	$(BIN)/python -m zt_platform.project.manage export_schema --check

format: $(STAMP) ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: lint test faults-ci federation e2e ## what CI runs

wheel: $(STAMP) ## build the wheel that helm/Containerfile installs, into dist/
	@rm -rf dist
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w dist .

year: $(STAMP) ## play a simulated year of 10,000 cases and check every ledger (ARGS="--cases 2000" for less)
	nice -n 5 $(BIN)/zhengtong simulate-year $(ARGS)

requirements: $(STAMP) ## which catalogue entries have a test, and which have none
	@$(BIN)/python tests/requirements_report.py

clean: ## remove caches (never data)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
