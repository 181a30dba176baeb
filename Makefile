# Every target makes what it needs: the first run of any of them sets up .venv, later runs start at once.
# Works with GNU make 3.81 or later and a POSIX sh. `make` alone prints the targets.

VENV := .venv
READY := $(VENV)/.project
GRAPHIQL := web/dist/index.html
GRAPHIQL_SOURCES := web/index.html web/package.json web/package-lock.json web/tsconfig.json web/vite.config.ts \
	$(wildcard web/src/*)

# Processes that run tests side by side; each has a database of its own.
WORKERS ?= 2
# More arguments for the command of test, properties and bench: make test ARGS='-k b6'
ARGS ?=
# The Python to make .venv with, when it is not the first good one among those below.
PYTHON ?=
PYTHONS := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11

PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --no-input
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve worker demo test check bench schema migration properties reconcile web browser lock \
	check-lint check-format check-types check-rooms check-schema check-migrations check-catalog moved

help: ## print these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# ------------------------------------------------------------------------------------------------------------ running

serve: $(READY) $(GRAPHIQL) ## serve the API and GraphiQL on http://127.0.0.1:8000 (ALLOT_HOST, ALLOT_PORT)
	@$(VENV)/bin/allot serve

worker: $(READY) ## make refreshes, expiries and time-outs happen on time (needed beside `serve` only for scale)
	@$(VENV)/bin/allot worker

demo: $(READY) ## load the demo data; a second time changes nothing
	@$(VENV)/bin/allot demo

reconcile: $(READY) ## prove for every wallet that its balance is what its entries add up to
	@$(VENV)/bin/allot reconcile

# ------------------------------------------------------------------------------------------------------------ proving

test: $(READY) $(GRAPHIQL) browser ## run all tests (WORKERS=2, ARGS='-k b6')
	@$(VENV)/bin/pytest -n $(WORKERS) $(ARGS)

check: check-lint check-format check-types check-rooms check-schema check-migrations check-catalog ## check style, types, imports, contract, migrations, catalog (-k: all of them)

check-lint: $(READY)
	$(VENV)/bin/ruff check .

check-format: $(READY)
	$(VENV)/bin/ruff format --check .

check-types: $(READY)
	$(VENV)/bin/mypy --strict .

check-rooms: $(READY)
	$(VENV)/bin/lint-imports

check-schema: $(READY)
	$(VENV)/bin/allot schema --check

check-migrations: $(READY)
	$(VENV)/bin/python -m migrations.drift

check-catalog: $(READY)
	$(VENV)/bin/allot catalog check

properties: $(READY) ## try the domain's invariants with 100 000 examples each (long)
	@ALLOT_EXAMPLES=100000 $(VENV)/bin/pytest tests/domain -n $(WORKERS) --timeout 7200 $(ARGS)

bench: $(READY) ## measure throughput and latency against a ceiling; prints medians, writes JSON
	@$(VENV)/bin/python -m benchmarks $(ARGS)

# ----------------------------------------------------------------------------------------------------------- changing

schema: $(READY) ## write schema.graphql from the code
	@$(VENV)/bin/allot schema

migration: $(READY) ## write a migration for changed models: make migration name=add_seats
	@case "$$name" in \
	'' | *[!a-z0-9_]*) echo 'usage: make migration name=add_seats (small letters, digits and _)' >&2; exit 2 ;; \
	esac
	@$(VENV)/bin/aerich migrate --offline --name "$$name"

lock: ## pin and hash the requirements again after a change of pyproject.toml (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo 'uv is missing: https://docs.astral.sh/uv/ or pip install uv' >&2; exit 1; }
	$(LOCK) --output-file requirements.txt >/dev/null
	$(LOCK) --extra dev --output-file requirements-dev.txt >/dev/null

web: $(GRAPHIQL) ## build GraphiQL (needs Node.js 20.19 or later)
	@test -f $(GRAPHIQL)

# ------------------------------------------------------------------------------------------------- what the others need

# A copied or moved project has a .venv that points to the old place.
MOVED := $(shell [ ! -e $(VENV) ] || grep -qsF " $$(pwd -P)/$(VENV)" $(VENV)/pyvenv.cfg || echo moved)

$(VENV)/.requirements: requirements-dev.txt $(MOVED)
	@[ -z '$(MOVED)' ] && $(VENV)/bin/python -m pip --version >/dev/null 2>&1 && exit 0; \
	python=; bare=; \
	for candidate in $(PYTHONS); do \
		"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
		if "$$candidate" -c 'import venv, ensurepip' >/dev/null 2>&1; then python=$$candidate; break; fi; \
		bare=$$candidate; \
	done; \
	if [ -n "$$python" ]; then \
		echo "Making .venv with $$("$$python" --version) ..."; \
		exec "$$python" -m venv --clear $(VENV); \
	elif [ -n "$$bare" ]; then \
		echo "$$bare has no venv module: install it (Debian and Ubuntu: apt-get install python3-venv)" >&2; \
	else \
		echo 'Python 3.11 or later is needed, and none of these is one: $(strip $(PYTHONS)).' >&2; \
		echo 'Name yours: make PYTHON=/path/to/python3' >&2; \
	fi; \
	exit 1
	@echo 'Installing the requirements into .venv (once, about half a minute) ...'
	@$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

$(READY): $(VENV)/.requirements pyproject.toml
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

web/node_modules/.ready: web/package.json web/package-lock.json
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Whatever fails here, the API can be served without GraphiQL: say so and go on. `make web` fails.
$(GRAPHIQL): $(GRAPHIQL_SOURCES)
	@if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit((a == 20 && b >= 19) || (a == 22 && b >= 12) || a > 22 ? 0 : 1)' >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then \
		echo 'GraphiQL is not built: Node.js 20.19 or later (or 22.12) with npm is missing. Everything else works.' >&2; \
	elif ! { echo 'Building GraphiQL (once, about half a minute) ...'; \
		$(MAKE) --no-print-directory -s web/node_modules/.ready && cd web && npm run --silent build -- --logLevel warn; }; then \
		echo 'GraphiQL could not be built: see above. Everything else works.' >&2; \
	fi

browser: ## find Chromium for the tests of GraphiQL (ALLOT_CHROMIUM), install it where apt-get may
	@found() { [ -n "$$ALLOT_CHROMIUM" ] || command -v chromium || command -v chromium-browser || command -v google-chrome; }; \
	found >/dev/null 2>&1 && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo 'Installing Chromium for the tests of GraphiQL (once) ...'; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
		found >/dev/null 2>&1 && exit 0; \
	fi; \
	echo 'Chromium is missing: the tests of GraphiQL cannot run. Install it (Debian: apt-get install chromium;' >&2; \
	echo 'Ubuntu: snap install chromium; macOS: brew install --cask chromium) or name one in ALLOT_CHROMIUM.' >&2
