# Two commands on a fresh clone: `make demo` and `make test`. They need Python 3.11+, make and a package registry.
PYTHON ?= python3
BIN := .venv/bin
DATA ?= ../shared/data
export M1_DATA ?= $(abspath $(DATA))
# Interpreters that have a peer to be compared with, each in an environment of its own; unset: left out, and told.
LIFETIMES ?=
POLARS ?=
PANDAS ?=
STEPMIX ?=
KMODES ?=
SEGMTREE ?=

.PHONY: demo test check truth bench evidence lock clean

demo: .venv/ready ## set up everything, run the main job on a simulated company, say where the report is
	rm -rf demo
	$(BIN)/m1 simulate demo --accounts 2000
	$(BIN)/m1 run demo

test: check ## install what the tests need and run all of them, the slow checks in small
	$(BIN)/python -m pytest -n 2 -q

check: .venv/ready-test ## format, lint, types, walls between the rooms
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

truth: .venv/ready-test ## the long checks against planted truth
	$(BIN)/python benchmarks/truth.py

bench: .venv/ready-test ## speed at 10 thousand, 100 thousand and 1 million accounts
	$(BIN)/python benchmarks/speed.py

evidence: .venv/ready-test ## write the pages in docs/evidence anew
	$(BIN)/python benchmarks/truth.py --seeds 400 --page docs/evidence/truth.md
	$(BIN)/python benchmarks/speed.py --page docs/evidence/speed.md
	$(BIN)/python benchmarks/speed_pooling.py --page docs/evidence/pooled_rates.md
	$(BIN)/python benchmarks/accuracy_derived.py
	$(BIN)/python benchmarks/accuracy.py --page docs/evidence/accuracy.md
	$(BIN)/python benchmarks/distinctness.py --page docs/evidence/distinctness.md
	$(BIN)/python benchmarks/classes.py $(if $(STEPMIX),--peer-python $(STEPMIX)) --page docs/evidence/classes.md
	$(BIN)/python benchmarks/segments_speed.py $(if $(STEPMIX),--peer StepMix=$(STEPMIX)) \
		$(if $(KMODES),--peer KPrototypes=$(KMODES)) $(if $(SEGMTREE),--peer segmtree=$(SEGMTREE)) \
		--page docs/evidence/segments_speed.md
	$(BIN)/python benchmarks/repeat_buying.py $(if $(LIFETIMES),--peer-python $(LIFETIMES)) \
		--page docs/evidence/repeat_buying.md
	$(BIN)/python benchmarks/features_speed.py $(if $(POLARS),--peer polars=$(POLARS)) \
		$(if $(PANDAS),--peer pandas=$(PANDAS)) $(if $(LIFETIMES),--peer lifetimes=$(LIFETIMES)) \
		--page docs/evidence/features_speed.md
	$(BIN)/python benchmarks/tree.py --jobs 2 --page docs/evidence/tree.md
	$(BIN)/python benchmarks/load.py --page docs/evidence/load.md
	$(BIN)/python benchmarks/response.py --page docs/evidence/response.md
	$(BIN)/python benchmarks/allocation.py --page docs/evidence/allocation.md
	$(BIN)/python benchmarks/plan.py --page docs/evidence/plan.md
	$(BIN)/python benchmarks/alarms.py --page docs/evidence/alarms.md
	$(BIN)/python benchmarks/intervals.py --page docs/evidence/intervals.md

.venv/ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@if command -v uv >/dev/null 2>&1; \
	then uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; fi
	@$(BIN)/python -m ensurepip --upgrade >/dev/null 2>&1 || true
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/ready-test: .venv/ready requirements-test.lock
	@if command -v uv >/dev/null 2>&1; \
	then uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-test.lock; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock; fi
	@touch $@

lock: ## pin every dependency, with hashes and without addresses
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group test -c requirements.lock -o requirements-test.lock

clean:
	rm -rf .venv demo
