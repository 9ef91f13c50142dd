# make demo    set up and do the whole of the work on the example corpus
# make test    set up and run every test
# make setup   only set up .venv, with every extra
# make check   lint, types and the wheel, as .ci/run does

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
DEMO ?= data/demo

.PHONY: setup demo test lint types wheel check bench mutants clean

setup: $(VENV)/.ready

# CPU builds of torch come with a plain version pin; the pins are in constraints.txt.
$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed.") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch hatchling editables
	$(PIP) --no-build-isolation -e '.[train,embedded,ray]'
	touch $@

# irrCAC asks for a scipy and a pandas older than ours, but, told the categories, computes the same with ours.
$(VENV)/.ready-tests: $(VENV)/.ready
	$(PIP) hypothesis pytest pytest-xdist mypy ruff build pre-commit krippendorff pingouin scipy statsmodels
	$(PIP) --no-deps irrCAC
	touch $@

demo: setup
	$(BIN)/werkalliantie demo --out $(DEMO) --again

# Two processes, a file of tests to each at a time: half the time, and what a file sets up is set up once.
test: $(VENV)/.ready-tests
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

lint: $(VENV)/.ready-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-tests
	$(BIN)/mypy

# Builds the wheel, installs it without the train extra in a bare environment, and labels a transcript there.
wheel: $(VENV)/.ready-tests
	$(BIN)/python tests/wheel_check.py

check: lint types wheel

bench: setup
	$(BIN)/python bench/spine.py

# Changes the agreement statistics in every small way, to see that a test notices. Mutmut is taken for its changes only.
mutants: $(VENV)/.ready-tests
	$(PIP) libcst==1.9.0
	$(PIP) --no-deps mutmut==3.8.1
	$(BIN)/python bench/mutation.py

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
