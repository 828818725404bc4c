# Every verb of the project, the same on your machine and in CI. `make help` lists them.

python = .venv/bin/python
pip_install = $(python) -m pip install --quiet --disable-pip-version-check

# The first interpreter that is new enough; `make book PYTHON=/path/to/python3.12` overrides it.
new_enough = -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON = $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python $(new_enough) 2>/dev/null && echo $$python && exit; done; echo python3)
PORT = 8000

notebooks = $(wildcard chapters/*.ipynb)
# What the site is made of; site/theme.py says what of it changes every page.
sources = requirements.txt _config.yml _toc.yml tools/environment.py $(notebooks) $(wildcard \
	chapters/*.md chapters/*.bib chapters/*.json src/belowzero/*.* site/*.py site/static/*.* site/templates/*.* site/templates/*/*.*)

.DEFAULT_GOAL := help
.PHONY: help book serve lab test refresh portable stress oldest lint bench lock clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

book: _build/built ## Build the site into _build/html
	@echo "$(if $(built),Built,Nothing has changed:) $(CURDIR)/_build/html/index.html"
	@echo "Open that file in a browser, or run: make serve"

serve: book ## Serve the site at http://127.0.0.1:8000 (another port: PORT=8080)
	@$(python) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

lab: .venv/ready ## Open the chapters in JupyterLab
	@$(python) -m jupyterlab chapters

test: .venv/ready ## Run every test: package, notebooks, house rules, site and JupyterLab in a browser
	@$(python) -m pytest

refresh: .venv/ready ## Run the notebooks and store their outputs (some only: NOTEBOOKS=chapters/index.ipynb)
	@$(python) tools/refresh.py $(or $(NOTEBOOKS),$(notebooks))

portable: .venv/ready ## Run the notebooks with other processor features, and compare with what is stored
	@$(python) -m tools.portable

stress: .venv/ready ## Run the notebooks with fresh draws and twice the steps, and store which verdicts hold
	@$(python) -m tools.stress $(NOTEBOOKS)

# Tests of what needs more than the package itself have nothing to say of its oldest versions.
of_more = $(addprefix tests/test_,site.py doors.py lab.py ipywidgets_7.py house_rules.py install.py)
oldest: .venv/ready ## Run the package's tests and the notebooks with the oldest versions that it allows
	@$(pip_install) --upgrade --target .venv/uv uv
	@.venv/uv/bin/uv pip compile --quiet --resolution lowest-direct --python $(python) --no-emit-index-url \
		--output-file .venv/oldest.txt pyproject.toml
	@$(python) -m venv --clear .venv/oldest
	@.venv/oldest/bin/python -m pip install --quiet --constraint .venv/oldest.txt --editable ".[coursework,test]"
	@.venv/oldest/bin/python -m pytest -o filterwarnings= chapters $(filter-out $(of_more),$(wildcard tests/test_*.py))

lint: .venv/ready ## Check style and formatting of code and notebooks
	@$(python) -m ruff check
	@$(python) -m ruff format --check

bench: .venv/ready ## Measure speed and size, in one table
	@$(python) -m benchmarks

lock: .venv/ready ## Resolve requirements.txt again from pyproject.toml (newest versions: ARGS=--upgrade)
	@$(pip_install) --upgrade --target .venv/uv uv
	@.venv/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras \
		--no-emit-index-url --custom-compile-command "make lock" $(ARGS) --output-file requirements.txt pyproject.toml

clean: ## Remove the built site and the caches; .venv stays
	rm -rf _build .pytest_cache .ruff_cache .hypothesis

.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) $(new_enough) || { echo "Below Zero needs Python 3.11 or newer, and $(PYTHON) is" \
		"$$($(PYTHON) --version 2>&1). Install a newer one or name it: make book PYTHON=/path/to/python3"; exit 1; }
	@echo "Installing the locked packages into .venv (about a minute the first time)"
	@test -x .venv/bin/pip || $(PYTHON) -m venv --clear .venv
	@$(pip_install) --require-hashes -r requirements.txt
	@$(pip_install) --no-deps --no-build-isolation --editable .
	@touch $@

# The stamp carries the time at which the build began, so that an edit made meanwhile counts as new.
# A build that began and did not end leaves nothing to build on.
_build/built: $(sources) | .venv/ready
	@test ! -e _build/begun || rm -rf _build/.doctrees
	@mkdir -p _build && rm -f $@ && touch _build/begun
	.venv/bin/jupyter-book build . -W --keep-going
	@mv _build/begun $@
	$(eval built = yes)
