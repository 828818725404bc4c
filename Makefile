python = .venv/bin/python

.venv/ready: requirements.txt pyproject.toml
	python3 -m venv .venv
	$(python) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(python) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lock: ## Resolve requirements.txt again from pyproject.toml
	uvx uv pip compile --universal --python-version 3.11 --generate-hashes --all-extras --no-emit-index-url --output-file requirements.txt pyproject.toml
