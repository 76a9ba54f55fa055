# Every command anyone needs. `make` alone lists them. Works from a bare checkout: needs Python 3.11 or 3.12, nothing else.

RUN_READY := .venv/ready-to-run
SCIENCE_READY := .venv/ready-for-science
DEV_READY := .venv/ready-to-test
BENCH_READY := .venv-bench/ready-to-measure
IN := .venv/bin
BENCH_IN := .venv-bench/bin
WORKERS ?= auto
TESTS ?= tests
PYTEST := $(IN)/python -m pytest -n $(WORKERS)
LOCKS := requirements.lock requirements-science.lock requirements-dev.lock tools/build.lock pyproject.toml

# What the tools need to start Django; checks and tests never touch a clinic's own database or key.
CHECK_SETTINGS := DJANGO_SETTINGS_MODULE=tests.settings

.PHONY: help setup science demo bench bench-forecast lock-bench test test-sqlite test-postgresql check audit format lock docs longer screenshots picture scale calibration honesty clean browser
.NOTPARALLEL:

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(RUN_READY) ## Install what Holdfast runs on, into .venv
	@echo "==> Ready: make demo, or $(IN)/holdfast --help"

science: $(SCIENCE_READY) ## Install what plots and Parquet files need besides
	@echo "==> Ready: $(IN)/holdfast simulate --help"

demo: $(RUN_READY) ## Run a clinic of synthetic people in your browser (PORT=8000)
	$(IN)/holdfast demo $(if $(PORT),--port $(PORT))

test: test-sqlite test-postgresql ## Run every test on SQLite, then all that touch a database on PostgreSQL

test-sqlite: $(DEV_READY) browser ## Run the tests on SQLite (TESTS=path WORKERS=number)
	@echo "==> Tests on SQLite"
	$(PYTEST) $(TESTS)

test-postgresql: $(DEV_READY) browser ## Run the tests on a PostgreSQL of their own (TESTS=path WORKERS=number)
	@echo "==> Tests on PostgreSQL"
	$(IN)/python -m tests.with_postgres $(PYTEST) $(TESTS)

check: $(DEV_READY) ## Format, lint, types, import contract, migrations, documents, house rules, known holes
	@echo "==> Format and lint"
	$(IN)/ruff format --check .
	$(IN)/ruff check .
	@echo "==> Types"
	$(IN)/mypy
	@echo "==> Import contract"
	$(IN)/lint-imports
	@echo "==> Migrations fit the models"
	$(CHECK_SETTINGS) $(IN)/python -W error -m django makemigrations --check --dry-run
	@echo "==> Documents made from the code are current"
	$(CHECK_SETTINGS) $(IN)/python -m tools.reference --check
	@echo "==> House rules, hazards, data files"
	$(IN)/python -m pytest tests/contracts
	@$(MAKE) --no-print-directory audit

audit: $(DEV_READY) ## Look for known holes in the locked packages, where the network allows
	@echo "==> Known holes in the locked packages"
	$(IN)/python -m tools.audit requirements-dev.lock tools/build.lock

format: $(DEV_READY) ## Put the code into the house format
	$(IN)/ruff check --fix-only --quiet .
	$(IN)/ruff format .

lock: $(DEV_READY) ## Lock the dependencies anew (UPGRADE=1 for the newest that fit)
	$(IN)/uv pip compile --quiet pyproject.toml --generate-hashes --universal --python-version 3.11 \
		$(if $(UPGRADE),--upgrade) -o requirements.lock
	$(IN)/uv pip compile --quiet pyproject.toml --extra science -c requirements.lock --generate-hashes --universal \
		--python-version 3.11 $(if $(UPGRADE),--upgrade) -o requirements-science.lock
	$(IN)/uv pip compile --quiet pyproject.toml --extra science --group dev -c requirements-science.lock --generate-hashes --universal \
		--python-version 3.11 $(if $(UPGRADE),--upgrade) -o requirements-dev.lock
	$(IN)/uv pip compile --quiet tools/spark.in --generate-hashes --universal --python-version 3.11 \
		$(if $(UPGRADE),--upgrade) -o tools/spark.lock
	$(IN)/uv pip compile --quiet tools/build.in -c requirements-dev.lock --generate-hashes --universal \
		--python-version 3.11 $(if $(UPGRADE),--upgrade) -o tools/build.lock

docs: $(DEV_READY) ## Write the documents that are made from the code: docs/reference
	$(CHECK_SETTINGS) $(IN)/python -m tools.reference

bench: $(DEV_READY) $(BENCH_READY) ## Measure the pages with 40 and 10,000 people, then the forecast beside other packages
	$(IN)/python -m bench.pages
	$(BENCH_IN)/python -m bench.report

bench-forecast: $(BENCH_READY) ## Measure the forecast beside other packages, in .venv-bench: docs/benchmarks.md
	$(BENCH_IN)/python -m bench.report

lock-bench: $(DEV_READY) ## Lock what the forecast is measured beside (UPGRADE=1 for the newest that fit)
	$(IN)/uv pip compile --quiet pyproject.toml requirements-bench.in --extra science -c requirements-dev.lock \
		--generate-hashes --universal --python-version 3.11 $(if $(UPGRADE),--upgrade) -o requirements-bench.lock

calibration: $(DEV_READY) ## Hold the simulation against published results: docs/calibration.md and .svg
	$(IN)/holdfast calibrate --out docs/calibration.md --plot docs/calibration.svg

honesty: $(DEV_READY) ## Judge the forecast beside simple rules: docs/honesty.md (HAMD17=the trial's file, see docs/examples)
	$(IN)/python -m bench.honesty --out docs/honesty.md $(if $(HAMD17),--hamd17 $(HAMD17))

scale: $(DEV_READY) tools/spark.lock ## Run the forecast on Apache Spark and compare (installs Spark, and Java where there is none)
	@java -version >/dev/null 2>&1 || tools/system-packages default-jre-headless
	@$(IN)/uv pip install --quiet --require-hashes --target var/spark -r tools/spark.lock
	PYTHONPATH=var/spark $(IN)/python -m pytest -m scale tests/scale

longer: $(DEV_READY) browser ## Run the longer browser journeys: every layout of an exercise, rarer cases of the infusion day
	$(IN)/python -m pytest -m longer tests/browser

screenshots: $(DEV_READY) browser ## Run the browser tests and keep their pictures in var/screenshots
	HOLDFAST_SCREENSHOTS=var/screenshots $(IN)/python -m pytest tests/browser

picture: $(DEV_READY) browser ## Take the picture in the README anew: docs/screenshot.png
	HOLDFAST_SCREENSHOTS=docs $(IN)/python -m pytest tests/browser/test_picture.py

clean: ## Remove .venv, .venv-bench and caches; databases and keys in var stay
	rm -rf .venv .venv-bench .hypothesis .mypy_cache .ruff_cache .import_linter_cache dist
	find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +

browser: $(DEV_READY)
	@$(IN)/python -m tests.browser.chromium

# Once further packages are there, they stay: a later `make demo` brings all up to date, never back.
$(RUN_READY): $(LOCKS)
	@if [ -e $(DEV_READY) ]; then tools/environment dev && touch $(DEV_READY); \
		elif [ -e $(SCIENCE_READY) ]; then tools/environment science && touch $(SCIENCE_READY); \
		else tools/environment run; fi
	@touch $@

$(SCIENCE_READY): $(LOCKS)
	@if [ -e $(DEV_READY) ]; then tools/environment dev && touch $(DEV_READY); else tools/environment science; fi
	@touch $(RUN_READY) $@

$(DEV_READY): $(LOCKS)
	@tools/environment dev
	@touch $(RUN_READY) $(SCIENCE_READY) $@

# Apart from .venv: what Holdfast is measured beside is no part of it.
$(BENCH_READY): requirements-bench.lock tools/build.lock | $(DEV_READY)
	@echo "==> Making .venv-bench"
	$(IN)/python -m venv --clear .venv-bench
	$(IN)/uv pip sync --quiet --python $(BENCH_IN)/python --require-hashes tools/build.lock requirements-bench.lock
	$(IN)/uv pip install --quiet --python $(BENCH_IN)/python --offline --no-deps --no-build-isolation --editable .
	@touch $@
