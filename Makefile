# make run    serve the panel at http://127.0.0.1:8000 (PANEL_PORT); needs Python 3.11+, make and git
# make demo   the panel, two real XMPP servers and people who chat; needs what make test needs
# make test   everything that says whether the work is good; installs what it needs on Debian
# make prosody13  the tests of the gateway on the Prosody of Debian 13, which it fetches and unpacks
# make check  its static half: format, lint, templates, contracts, types, migrations, deploy
# make fix    let the tools correct what they can
# make pins   requirements*.in -> requirements*.txt; with UPGRADE=1 to the newest versions
# make languages  gather the strings to translate into controlpanel/locale; needs gettext
# make bench  print how fast the pages are; make coverage prints what no test runs
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := run

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
PROSODY13 := $(VENV)/prosody13/prosody

# The pins are complete: what they name is installed and nothing else is looked for. A resolver would meet a
# requirement with an extra, such as coverage[toml], take its newest version and refuse it for want of a hash.
PIP := --quiet --quiet --disable-pip-version-check --require-hashes --no-deps

# The first interpreter that is new enough and can make a virtual environment.
PYTHON = $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
# A desk's own settings must not decide a test: each check starts without them.
PLAIN := env -u DATABASE_URL -u DJANGO_SETTINGS_MODULE -u TEST_PROSODY PANEL_STATE_DIR=$(CURDIR)/$(VENV)/check-state
PYTEST := $(PLAIN) $(PY) -m pytest

.PHONY: run demo test check fix pins languages bench coverage clean venv dev system \
	format lint templates contracts types migrations deploy tests postgres browser prosody13

run: $(RUNTIME)
	@$(PY) manage.py prepare
	@echo "The panel is served at http://127.0.0.1:$${PANEL_PORT:-8000} (Ctrl+C stops it)"
	@exec env -u PANEL_ADMIN_PASSWORD $(PY) -m gunicorn controlpanel.wsgi --bind "127.0.0.1:$${PANEL_PORT:-8000}" \
		--workers "$${PANEL_WORKERS:-2}" --worker-class gthread --threads "$${PANEL_THREADS:-32}" \
		--config python:controlpanel.shell.serving --no-control-socket

# See a message pass, untick XMPP in a policy, commit, and see the next one refused with its reason.
demo: dev system
	@exec $(PY) -m tests.demo

# What the module asks of Prosody itself: stanzas of every kind, and streams. The rest on 13: make prosody13.
test: ON_PROSODY13 := $(addprefix tests/gateway/,conformance test_wire.py test_bidirectional.py test_negotiation.py)
test: dev system $(PROSODY13) check tests postgres browser prosody13

check: format lint templates contracts types migrations deploy

# The virtual environment, made once and filled again only when the pins change.

$(PY):
	@test -n "$(PYTHON)" || { echo "The panel needs Python 3.11 or newer with its venv module" \
		"(on Debian: apt-get install python3 python3-venv). None was found." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

$(RUNTIME): requirements.txt | $(PY)
	@echo "Installing requirements.txt into $(VENV) ..."
	@$(PY) -m pip install $(PIP) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt requirements.txt | $(PY)
	@echo "Installing requirements-dev.txt into $(VENV) ..."
	@$(PY) -m pip install $(PIP) -r requirements-dev.txt
	@$(PY) -m pip --disable-pip-version-check check
	@touch $(RUNTIME) $@

venv: $(RUNTIME)
dev: $(DEV)

# The programs that tests start. No service is left running: Debian is told that it boots for one user.

system:
	@packages=$$(sed 's/#.*//' tests/system-packages.txt | xargs); \
	missing=$$(for name in $$packages; do \
		[ "$$(dpkg-query -W -f='$${db:Status-Status}' $$name 2>/dev/null)" = installed ] || echo $$name; done | xargs); \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing $$missing ..."; \
		export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; \
		apt-get update -qq; \
		apt-get install -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $$missing >/dev/null; \
	elif command -v apt-get >/dev/null; then \
		echo "The tests need these Debian packages: $$missing. Install them (sudo apt-get install" \
			"--no-install-recommends $$missing) and run make test again." >&2; exit 1; \
	else \
		echo "The tests need the programs of these Debian packages: $$packages. Run them on Debian, or install" \
			"the same here and run the targets one by one: make check tests postgres browser." >&2; exit 1; \
	fi

# The static half, quickest first.

format: $(DEV)
	@echo "== format"; $(PY) -m ruff format --quiet --check . || { echo "Run: make fix" >&2; exit 1; }

lint: $(DEV)
	@echo "== lint"; $(PY) -m ruff check --quiet .

templates: $(DEV)
	@echo "== templates"; find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --target-version 5.2 --check

contracts: $(DEV)
	@echo "== contracts"; PYTHONPATH=. $(PY) $(BIN)/lint-imports --no-logo --cache-dir .import_linter_cache

types: $(DEV)
	@echo "== types"; $(PLAIN) $(PY) -m mypy

migrations: $(DEV)
	@echo "== migrations"; $(PLAIN) $(PY) manage.py makemigrations --check --dry-run

deploy: $(DEV)
	@echo "== deploy"; $(PLAIN) PANEL_TLS=1 $(PY) manage.py check --deploy --fail-level WARNING

# The tests, in random order; `make tests ARGS='tests/policies -k copy'` runs some of them.

tests: $(DEV)
	@echo "== tests on SQLite"; $(PYTEST) -m "not browser" $(ARGS)

postgres: $(DEV)
	@echo "== tests on PostgreSQL"; $(PLAIN) $(PY) tests/postgres.py -- $(PY) -m pytest -m "sql and not browser" $(ARGS)

browser: $(DEV)
	@echo "== tests in the browser"; $(PYTEST) -m browser $(ARGS)

ON_PROSODY13 := tests/gateway
prosody13: $(DEV) $(PROSODY13)
	@echo "== tests on Prosody 13"; $(PLAIN) TEST_PROSODY=$(CURDIR)/$(PROSODY13) $(PY) -m pytest -m prosody \
		$(ON_PROSODY13) $(ARGS)

$(PROSODY13): tests/gateway/prosody13.sh | $(PY)
	@echo "Unpacking the Prosody of Debian 13 into $(@D) ..."
	@tests/gateway/prosody13.sh $(@D)

coverage: $(DEV)
	@$(PYTEST) --cov --cov-report=term-missing -m "not browser" $(ARGS)

bench: $(DEV)
	@$(PY) -m tests.bench $(ARGS)

# Tools for the desk.

fix: $(DEV)
	@$(PY) -m ruff check --quiet --fix . || true
	@$(PY) -m ruff format --quiet .
	@find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --target-version 5.2 || true

pins: $(DEV)
	@for name in requirements requirements-dev; do \
		$(BIN)/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			$(if $(UPGRADE),--upgrade) --custom-compile-command "make pins" \
			$$([ $$name = requirements ] || echo "--constraints requirements.txt") $$name.in --output-file $$name.txt; \
	done

languages: $(DEV)
	@command -v msgmerge >/dev/null || { echo "make languages needs GNU gettext (on Debian:" \
		"apt-get install gettext)." >&2; exit 1; }
	@$(PLAIN) $(PY) manage.py languages

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage test-results
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
	find controlpanel -name '*.mo' -delete
