# Everything sets itself up: a machine with Python 3.11 or newer and make needs nothing else.
PORT ?= 8501
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
SYNC := UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv sync --quiet --locked --inexact --compile-bytecode

.PHONY: run test browser lint bench clean

run: $(VENV)/.installed
	@$(BIN)/soundings serve --port $(PORT)

# Bytecode is made once: the tests start hundreds of processes.
test: $(VENV)/.installed-dev browser
	@$(BIN)/python -m compileall -q etl soundings pages tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

# Finds Chromium, or installs it from the system's packages where that is possible; says loudly where it is not.
browser: $(VENV)/.installed-dev
	@sh tests/install_browser.sh $(BIN)/python

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

bench: $(VENV)/.installed-dev
	@for b in national_map explore_click load_million "load_million --points" leeds_from_nothing classify_register register fuzz_uploads upload_page guess_columns; do echo "$$b"; $(BIN)/python -m benchmarks.$$b || exit 1; done

clean:
	rm -rf $(VENV)

$(BIN)/uv:
	@test -n "$(PYTHON)" || { echo "Soundings needs Python 3.11, 3.12 or 3.13, and found none. Install one from python.org or your system's packages, then try again."; exit 1; }
	@echo "Setting up (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"

$(VENV)/.installed: uv.lock pyproject.toml | $(BIN)/uv
	@$(SYNC) --no-dev
	@touch $@

$(VENV)/.installed-dev: uv.lock pyproject.toml | $(BIN)/uv
	@$(SYNC)
	@touch $@ $(VENV)/.installed
