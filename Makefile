PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WHEEL := .venv-wheel
LOWEST := .venv-lowest

.DEFAULT_GOAL := help
.PHONY: help demo session test lint types rules editor unit wheel lowest bench figures soak table clean

help: ## What there is to make
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

demo: $(VENV)/.ready ## Validate, plan, apply and plan again, on an account inside this machine
	@BIN=$(abspath $(BIN)) sh examples/demo.sh

test: lint types rules editor unit wheel ## Everything that must hold: lint, types, import rules, tests, wheel

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/zizmor --pedantic --offline --quiet .
	PATH="$(abspath $(BIN)):$$PATH" actionlint
	$(BIN)/shellcheck .github/action/*.sh .ci/run examples/demo.sh

types: $(VENV)/.ready
	$(BIN)/mypy

rules: $(VENV)/.ready
	$(BIN)/lint-imports

# The server that editors use for YAML needs Node; without it its tests are skipped.
editor: $(VENV)/.ready ## Install the YAML language server, so that its tests run
	@if command -v npm >/dev/null; then \
		npm install --silent --no-audit --no-fund --ignore-scripts \
			--prefix $(VENV)/editor yaml-language-server@2.0.0; \
	else echo "npm is not here: the tests with the language server are skipped"; fi

unit: $(VENV)/.ready
	$(BIN)/pytest --numprocesses auto --quiet

# The same tests against what users install, where no checkout is on the path.
wheel: $(VENV)/.ready
	rm -rf dist $(WHEEL)
	$(BIN)/python -m build --quiet --wheel --outdir dist .
	$(PYTHON) -m venv $(WHEEL)
	$(WHEEL)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(WHEEL)/bin/python -m pip install --quiet --group tests dist/*.whl
	TASKOPS_TESTS_EXPECT=installed $(WHEEL)/bin/pytest --numprocesses auto --quiet

# A wheel of now, unless DIST has the one to be tested. Constraints, because
# `lowest-direct` would take a wheel's own dependencies for somebody else's.
lowest: ## The tests with the oldest versions that pyproject.toml promises; needs uv
ifndef DIST
	rm -rf build/lowest
	uv build --quiet --wheel --out-dir build/lowest .
endif
	uv venv --quiet --clear --python 3.11 $(LOWEST)
	uv pip compile --quiet --python $(LOWEST) --resolution lowest-direct \
		pyproject.toml --output-file $(LOWEST)/lowest.txt
	uv pip install --quiet --python $(LOWEST) --constraint $(LOWEST)/lowest.txt \
		--group tests $(or $(DIST),build/lowest)/*.whl
	TASKOPS_TESTS_EXPECT=installed $(LOWEST)/bin/pytest --numprocesses auto --quiet $(TESTS)

session: $(VENV)/.ready ## Record the terminal session that the README shows
	$(BIN)/python examples/record.py .github/docs/session.svg

bench: $(VENV)/.ready ## How fast it is, as ratios in one run; ROWS="help plan" for some
	PYTHONPATH=tests $(BIN)/python -m bench $(ROWS)

figures: $(VENV)/.ready ## Put the figures of the last whole `make bench` into BENCHMARKS.md
	PYTHONPATH=tests $(BIN)/python -m bench --page

soak: $(VENV)/.ready ## Random lives of accounts for SECONDS (default 300), with counts
	PYTHONPATH=tests $(BIN)/python -m soak --seconds $(or $(SECONDS),300) $(if $(INTO),--into $(INTO))

table: $(VENV)/.ready ## Each fault at each request, for real; writes the table of RELIABILITY.md
	PYTHONPATH=tests $(BIN)/python -m soak.table RELIABILITY.md

clean: ## Remove what was made here
	rm -rf $(VENV) $(WHEEL) $(LOWEST) dist build

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --group dev --editable .
	touch $@
