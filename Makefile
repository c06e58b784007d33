# The few commands of the book; `make help` lists them.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { echo $$p; break; }; done)
AT_HAND := $(or $(PYTHON),python3)
BOOTSTRAP := $(AT_HAND) -m tools.bootstrap
VENV := .venv/bin

export PYTHONUTF8 := 1
unexport PYTHONPATH PYTHONHOME # the environment of the book holds all that it needs

.DEFAULT_GOAL := help
.PHONY: help ready book live serve pdf check test weekly notebooks format execute record experiments gpu bench models clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

ready: ## say in a minute what this computer has and lacks for the book
	@$(AT_HAND) -m tools.ready

book: ## build the website from the committed notebooks
	@$(BOOTSTRAP) book
	@$(VENV)/python -m tools.site

live: ## as book, with cells that run in the page: brings Python for the browser and an editor
	@$(BOOTSTRAP) book
	@$(VENV)/python -m tools.live

serve: ## serve the built website from this computer to those of the room
	@$(AT_HAND) -m tools.serve

pdf: ## print the whole book into _build/book.pdf (needs Chromium)
	@$(BOOTSTRAP) book
	@$(VENV)/python -m tools.pdf

check: ## a first answer within 3 minutes: form, types, and the tests that start no framework
	@$(BOOTSTRAP) test
	@$(VENV)/python -m tools.check fast

test: ## check everything: code, notebooks, site, documents
	@$(BOOTSTRAP) test
	@$(VENV)/python -m tools.check

weekly: ## as test, with what is weekly by nature: more backends, a second builder, other people's test suites
	@$(BOOTSTRAP) test
	@$(VENV)/python -m tools.check weekly

notebooks: ## open JupyterLab on the chapters
	@$(BOOTSTRAP) notebooks
	@TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 $(VENV)/python -m jupyterlab chapters # quiet, digits as published

format: ## write code and notebooks in their canonical form
	@$(BOOTSTRAP) test
	@$(VENV)/ruff check --quiet --fix .
	@$(VENV)/python -m tools.claims
	@$(VENV)/python -m tools.notebooks format

execute: ## run every notebook again and store its outputs
	@$(BOOTSTRAP) test
	@$(VENV)/python -m tools.notebooks execute

record: ## as execute, and store the measured figures in results/
	@$(BOOTSTRAP) test
	@GRU_LIB_RESULTS="$(CURDIR)/results" $(VENV)/python -m tools.notebooks execute

experiments: ## train GRU against LSTM, ten seeds each, about 20 minutes of one core; a call that was cut short goes on
	@$(BOOTSTRAP) test
	@$(VENV)/python -m tools.experiments

gpu: ## run the published recipes and the benchmark on this machine's accelerator, nine minutes a call
	@ready='from importlib.util import find_spec as f; raise SystemExit(not (f("keras") and (f("torch") or f("jax"))))'; \
	p=$(AT_HAND); $$p -c "$$ready" || { $(BOOTSTRAP) gpu && p=$(VENV)/python; } && $$p -m tools.record_on_gpu

BENCH = $(VENV)/python -m gru_lib.benchmark --rounds 7 --resume
CELLS = --shape 64x28x28x64 --cell GRU --cell LSTM --cell SimpleRNN

bench: ## time the GRU in NumPy beside PyTorch and Keras's backends, and store the figures in results/bench/
	@$(BOOTSTRAP) test
	@for mode in train last forward step; do $(BENCH) --mode $$mode -o results/bench/cpu/$$mode.json || exit 1; done
	@$(BENCH) --mode step --threads 1 --shape 1x1x28x64 --shape 64x1x28x64 -o results/bench/cpu/stream.json
	@for size in T n B; do $(BENCH) $(CELLS) --scale $$size -o results/bench/cpu/scale-$$size.json || exit 1; done
	@$(VENV)/python -m gru_lib.benchmark.dispatch -o results/bench/cpu/dispatch.json

models: ## train and export the networks that run in the website's figures
	@$(BOOTSTRAP) test
	@$(VENV)/python -m tools.export_models

clean: ## remove the environment and everything built
	rm -rf .venv _build build *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
