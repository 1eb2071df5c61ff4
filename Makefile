# 一站 · Yizhan. `make run` starts the portal, `make test` checks and tests everything.
# Needs Python 3.11-3.13 with venv, and make; the rest is set up here, once per lock file.

SHELL := /bin/sh
PY := .venv/bin/python

# The first interpreter that fits; PYTHON=/path/to/python chooses another. The system's own comes first: its build
# is optimised, and an eighth faster than one made without care.
PYTHON ?= $(shell for p in "$$(command -pv python3)" python3.11 python3.12 python3.13 python3; do \
	"$$p" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	>/dev/null 2>&1 && { command -v "$$p"; break; }; done)

# uv installs in a fifth of the time; where it cannot be had, or finds no packages, pip does the same. A mirror that
# pip was told of is meant for both.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .venv/bin/uv)
PIP = $(PY) -m pip install --quiet --disable-pip-version-check --no-input
LOCKED = --require-hashes --no-deps --only-binary :all:
INSTALL = install() ( \
	mirror=$${PIP_INDEX_URL:-$$($(PY) -m pip config get global.index-url 2>/dev/null)}; \
	test -z "$$mirror" || export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$mirror}"; \
	"$(UV)" pip install --quiet --python $(PY) $(LOCKED) -r "$$1" 2>/dev/null || \
		$(PIP) $(LOCKED) -r "$$1" \
); install

LOCK = "$(UV)" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header pyproject.toml --extra embedded

.PHONY: run stop reset test check messages lock bench bench-quick

run: .venv/run.stamp
	@exec $(PY) -m ops.run

stop: .venv/run.stamp
	@$(PY) -m ops.stop

reset: .venv/run.stamp
	@$(PY) -m ops.stop --reset

# ARGS="tests/ops -k state" runs those tests alone, on the same database.
test: .venv/dev.stamp
	@exec $(PY) -m ops.check $(ARGS)

check: .venv/dev.stamp
	@exec $(PY) -m ops.check --no-tests

# ARGS="p03 p16" measures those goals alone; the full city is loaded once, in a few minutes.
bench: .venv/run.stamp
	@exec $(PY) -m bench $(ARGS)

bench-quick: .venv/run.stamp
	@exec $(PY) -m bench --quick $(ARGS)

messages: .venv/dev.stamp
	@$(PY) -m ops.translations extract

lock:
	$(LOCK) -o requirements/run.txt
	$(LOCK) --group dev -c requirements/run.txt -o requirements/dev.txt
	$(subst pyproject.toml --extra embedded,--group uv,$(LOCK)) -o requirements/uv.txt
	$(subst --extra embedded,,$(LOCK)) -c requirements/run.txt -o requirements/production.txt

.venv/bin/python:
	@test -n "$(PYTHON)" || { \
		echo "需要 Python 3.11-3.13（含 venv） · Python 3.11-3.13 with venv is needed;" \
			"Debian: apt-get install python3 python3-venv"; exit 1; }
	@echo "建立虚拟环境 · creating .venv with $(PYTHON)"
	@"$(PYTHON)" -m venv .venv
	@test "$(UV)" != .venv/bin/uv || $(PIP) $(LOCKED) -r requirements/uv.txt || true

.venv/run.stamp: requirements/run.txt | .venv/bin/python
	@echo "安装依赖 · installing $<"
	@$(INSTALL) $< && touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@echo "安装开发依赖 · installing $<"
	@$(INSTALL) $< && touch $@
