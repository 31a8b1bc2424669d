# make book   builds the book        make test   checks everything
# Each command works alone on a fresh machine: what it needs it makes first.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
# The notebooks of `make notebooks` and `make robust`; all of them by default.
NB ?=
# Options of `make robust`, such as WITH="--shifts 0-2 --kernels avx2"; `make robust WITH=--help` lists them.
WITH ?=
# Options of `make mutants`: --only PATTERN, --sample N, --seed N, --jobs N.
MUTANTS ?=
# Where to take PyTorch from, when not from PyPI: https://download.pytorch.org/whl/cpu saves 4 GB on Linux.
TORCH_INDEX ?=

BIN := $(VENV)/bin
READY := $(VENV)/.installed
PAGE := _build/html/index.html

# The kernel that runs a chapter is this environment's; figures land in the notebook; one processor thread a
# test worker, so that sums are added in one order; the stored outputs were computed on a CPU.
export JUPYTER_PREFER_ENV_PATH := 1
unexport MPLBACKEND
ONE_THREAD := OMP_NUM_THREADS=1
CHAPTERS := $(ONE_THREAD) TFMR_CHECK_SHAPES=1 TFMR_DEVICE=cpu $(BIN)/python -m pytest --nbval \
	--nbval-current-env --nbval-cell-timeout=300 -n 2 --dist loadfile chapters

.DEFAULT_GOAL := help
.PHONY: help book test kernels robust lint serve lab notebooks bench mutants a11y clean

help: ## list the commands
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "$(PYTHON) is not there: install Python 3.11, 3.12 or 3.13\
	 (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.12)" >&2; exit 1; }
	@$(PYTHON) tools/make_venv.py $(VENV)

# The stamp is younger than what it was installed from; the package itself is linked, not copied.
$(READY): $(BIN)/python requirements.txt pyproject.toml
ifneq ($(TORCH_INDEX),)
	$(BIN)/python -m pip install --quiet --index-url $(TORCH_INDEX) $(shell grep '^torch==' requirements.txt)
endif
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

book: $(READY) ## build the book from its stored outputs (warnings are errors)
	$(BIN)/jupyter-book build -W -n --keep-going .
	@echo "Open file://$(CURDIR)/$(PAGE) in a browser, or run: make serve"

lint: $(READY) ## look for mistakes in the code without running it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test: lint ## lint, test the package, run every chapter and compare its outputs
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist loadfile tests
	$(CHAPTERS)

kernels: $(READY) ## run the chapters as another processor would, one without vector units
	ATEN_CPU_CAPABILITY=default $(CHAPTERS)

robust: $(READY) ## count where assertions hold: other seeds, kernels, threads (hours; NB, WITH)
	$(BIN)/python tools/robust.py $(NB) $(WITH)

serve: book ## build the book and serve it on this machine
	@$(BIN)/python tools/serve.py _build/html $(PORT)

# tools/lab/overrides.json: Markdown opens rendered, and nobody asks for news.
lab: $(READY) ## open JupyterLab with a page that leads to the chapters
	TFMR_CHECK_SHAPES=1 $(BIN)/jupyter lab --ip 127.0.0.1 --notebook-dir . \
		--LabApp.app_settings_dir=tools/lab --LabApp.default_url=/lab/tree/START.md

notebooks: $(READY) ## run chapters again, in place: all, or NB="chapters/…ipynb …"
	$(BIN)/python tools/execute.py $(NB)

bench: $(READY) ## measure tfmr beside its peers
	$(BIN)/python -m benchmarks

mutants: $(READY) ## break the code in one place at a time: does a test notice?
	$(BIN)/python tools/mutants.py $(MUTANTS)

a11y: book ## check the pages with axe (needs node and Chromium)
	cd tools/a11y && npm ci --silent && node a11y.mjs ../../_build/html

clean: ## remove what was built (the environment stays)
	rm -rf _build .pytest_cache .ruff_cache build dist *.egg-info
	find tfmr tests tools chapters experiments benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
