PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test random check lint types imports format machine simulate bench torture pictures presses clean

demo: $(VENV)/.runtime
	@$(BIN)/bookbag demo $(ARGS)

test: $(VENV)/.dev
	$(BIN)/pytest -n auto $(ARGS)

# What the suite tries with fixed examples, with others each time.
random: $(VENV)/.dev
	$(BIN)/pytest -n auto -m hypothesis --hypothesis-profile random $(ARGS)

# The random run of what the suite runs short and fixed; prints the seed to start from again.
machine: $(VENV)/.dev
	$(BIN)/pytest -s tests/machine --examples 100 $(ARGS)

check: lint types imports test

# Bridges killed under load on both databases, and a count of what that did to messages; ARGS="--messages 2000"
# for a quick look, ARGS=--busy beside eight busy programs.
torture: $(VENV)/.dev
	$(BIN)/python -m benchmarks.torture $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

# Each number beside its floor or rival; ARGS=--quick to see that it works, ARGS='--only relay' for a part.
bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.bench $(ARGS)

# Plays a day and takes a picture of each surface in a real Chromium, into docs/pictures. For pictures like those
# there, have the fonts Lato and Noto Color Emoji.
pictures: $(VENV)/.dev
	$(BIN)/python -m tests.pictures

# Counts what each thing costs a teammate and writes the table in docs/presses.md.
presses: $(VENV)/.dev
	$(BIN)/python -m tests.presses

format: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Simulated time; writes its figures and the plot into docs/scaling.md and docs/scaling.svg.
simulate: $(VENV)/.dev
	$(BIN)/python -m benchmarks.simulate

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
	  echo "Python 3.11 or newer is needed. Name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# What the demo needs, at the versions that were tested. PIP_CONSTRAINT holds for the build as well.
$(VENV)/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.runtime
