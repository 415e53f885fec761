.DEFAULT_GOAL := help
.PHONY: help run test test-quick lint fuzz audit pictures bench model-report setup lock clean

bin := .venv/bin
uv := .venv/uv
report := .venv/report
audit := .venv/audit
compile = $(uv)/bin/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate --group build

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Start the hands-free assistant; ARGS="ask ..." runs any other command
	@$(bin)/unknot $(ARGS) || { code=$$?; [ $$code = 3 ] && [ -z "$(ARGS)" ] || exit $$code; $(bin)/unknot demo; }

test: setup-test ## Check and test everything; ARGS goes to pytest
	@$(MAKE) --no-print-directory lint; linted=$$?; \
	UNKNOT_TESTS_COMPLETE=1 $(bin)/pytest $(ARGS) && exit $$linted

test-quick: setup-test ## Test what takes seconds
	@$(bin)/pytest -m "not slow" $(ARGS)

lint: setup-test ## Check style and types
	@$(bin)/ruff check
	@$(bin)/ruff format --check
	@$(bin)/mypy

fuzz: setup-test ## Try 100,000 inputs of each kind, which takes hours; INPUTS=1000 tries fewer
	@UNKNOT_FUZZ=$(or $(INPUTS),100000) $(bin)/pytest --timeout 0 --hypothesis-show-statistics \
		$(or $(ARGS),tests/fuzz)

audit: setup ## Look for known faults of the locked packages, which needs the network
	@$(bin)/python -m venv $(audit)
	@$(audit)/bin/pip install --quiet pip-audit==2.10.1
	@for lock in requirements.lock requirements-dev.lock; do \
		$(audit)/bin/pip-audit --strict --require-hashes --disable-pip -r $$lock || exit; \
	done

pictures: setup-test ## Take the pictures of the README anew
	@$(bin)/python -m tests.screen.pictures

bench: setup-test ## Measure, and print the tables
	@for table in tests/benchmarks/[!_]*.py; do \
		$(bin)/python -m "$$(echo "$${table%.py}" | tr / .)" || exit; \
	done

model-report: $(report)/unknot-setup ## Measure how well the English model hears; ARGS="--help" says on what
	@$(report)/bin/python -m models.recipe.report $(ARGS)

# An environment of its own: nothing else needs what the model is compared with.
$(report)/unknot-setup: requirements.lock pyproject.toml | setup
	@$(bin)/python -m venv $(report)
	@$(report)/bin/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(report)/bin/python -m pip install --quiet -e '.[report]'
	@touch $@

setup: ## Install what the product needs
	@.ci/setup run

.PHONY: setup-test
setup-test:
	@.ci/setup test

lock: setup ## Choose the newest versions that fit and write both lock files
	@$(bin)/python -m venv $(uv)
	@$(uv)/bin/pip install --quiet uv==0.13.9
	@$(compile) --upgrade --output-file requirements.lock
	@$(compile) --upgrade --group dev --output-file requirements-dev.lock

clean: ## Remove whatever can be made again
	@rm -rf .venv artifacts build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find voice tests -name __pycache__ -type d -prune -exec rm -rf {} +
