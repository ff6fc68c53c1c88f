PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8

# Tests, demo and benchmarks start hundreds of Pythons; without bytecode each would compile 2,000 files again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo demo-check test bench lock

setup:
	@PYTHON=$(PYTHON) UV_VERSION=$(UV_VERSION) bash tools/setup

demo: setup
	@$(BIN)/yutang demo

demo-check: setup
	@$(BIN)/yutang demo --check

test: setup
	@tools/check

bench: setup
	@$(BIN)/python -m benchmarks $(ROWS)

lock:
	@PYTHON=$(PYTHON) UV_VERSION=$(UV_VERSION) bash tools/setup --lock
