# `make repro` and `make test` need git, make and Python 3.11 or later; the first of them builds .venv, the second adds
# to it what tests need.
.DELETE_ON_ERROR:
.PHONY: repro page describe compare sweep spreadsheets test test-all test-lowest check verify bench clean

PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# Bring every output up to date
repro: .venv/installed
	dvc repro

# Bring the page up to date and open it
page: .venv/installed
	dvc repro page
	python -m webbrowser -t "file://$(CURDIR)/reports/index.html"

# What a file holds, and the block of params.yaml that reads it: make describe TABLE=data/raw/visits.csv [NAME=visits]
# [WRITE=1], which puts the block into params.yaml
describe: .venv/installed
	python src/describe.py "$(TABLE)" $(if $(NAME),--name "$(NAME)") $(if $(WRITE),--write)

# What differs between two revisions, experiments or the workspace: make compare REV=HEAD~1 TO=HEAD
compare: .venv/installed
	@python src/compare.py $(or $(REV),main) $(TO)

# The experiments since a revision as a table and a figure for each dataset, in sweep/: make sweep REV=main
sweep: .venv/installed
	@python src/sweep.py $(REV)

# Copies of the CSV files of data/factors and data/recommendations that a spreadsheet takes no label of for a formula
spreadsheets: .venv/installed
	python tools/spreadsheets.py $@

# The picture of the page in README, remade where the page changed
docs/page.png: reports/index.html
	chromium --headless --hide-scrollbars --window-size=1280,1180 --screenshot=$@ "file://$(CURDIR)/$<#dataset-groceries"

# The tests that every change runs
test: .venv/dev
	python -m pytest --numprocesses 2

# These and all others: runs killed again and again, large tables, servers, browsers, and Spark, which needs Java 17 or 21
test-all: test .venv/spark
	python -m pytest -m 'slow or spark'

# The tests of `test` with the lowest versions that pyproject.toml allows, which may warn of what is newer than they are.
# Other versions of scikit-learn and scipy give other sixth digits, and of vl-convert another Vega.
test-lowest: .venv/lowest/installed
	.venv/lowest/bin/python -m pytest --override-ini filterwarnings= -k 'not printed_numbers and not plots_template'

# Style, types, files that others read by a schema, and workflows by what makes them unsafe
check: .venv/dev
	ruff check .
	ruff format --check .
	mypy
	dvc dag --dot > /dev/null
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yaml
	check-jsonschema --builtin-schema vendor.gitlab-ci docs/gitlab-ci.yml
	zizmor --offline .github

# Run everything again, on processors of two kinds and with one thread and two; nothing committed may change
verify: .venv/installed
	OPENBLAS_CORETYPE=Prescott OPENBLAS_NUM_THREADS=1 dvc repro --force
	OPENBLAS_CORETYPE=Haswell OPENBLAS_NUM_THREADS=2 dvc repro --force
	dvc status --quiet || { dvc status; exit 1; }
	@changed=$$(git status --porcelain); test -z "$$changed" || \
	    { printf 'The pipeline does not give what is committed:\n%s\n' "$$changed" >&2; exit 1; }
	@echo 'verified: dvc.lock, metrics, figures and the page are what the code gives'

# Ratios against peers, each in one run; FOLDS=folder of MovieLens 100K's u1.base … adds real ratings, and what lists
# find of them
bench: .venv/installed benchmarks/.venv/installed
	benchmarks/.venv/bin/python benchmarks/pipeline.py
	PYTHONPATH=src benchmarks/.venv/bin/python benchmarks/scaling.py
	PYTHONPATH=src benchmarks/.venv/bin/python benchmarks/accuracy_speed.py benchmarks/.venv/tables \
	    $(if $(FOLDS),--sizes 100k 1m 20m --folds "$(FOLDS)",--sizes 1m 20m)
	PYTHONPATH=src python benchmarks/observed.py
	PYTHONPATH=src python benchmarks/scale.py benchmarks/.venv/scale
	PYTHONPATH=src python benchmarks/planted_rank.py --rows 30 60
	PYTHONPATH=src python benchmarks/planted_intervals.py
	PYTHONPATH=src python benchmarks/planted_error.py
	PYTHONPATH=src benchmarks/.venv/bin/python benchmarks/search.py
	PYTHONPATH=src benchmarks/.venv/bin/python benchmarks/preference.py
	$(if $(FOLDS),PYTHONPATH=src python tools/films.py "$(FOLDS)")

clean:
	rm -rf .venv benchmarks/.venv data/interim data/factors data/recommendations spreadsheets sweep
	find . '(' -name '*.partial' -o -name '.*.tmp' ')' -prune -exec rm -rf {} +

.venv/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'Python 3.11 or later is needed; name one: make PYTHON=python3.12' >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	touch $@

# What tests and checks need on top (dev), and Spark's solver (spark)
.venv/dev .venv/spark: .venv/%: .venv/installed requirements-%.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-$*.lock
	touch $@

LOWEST = import tomllib; \
    project = tomllib.load(open("pyproject.toml", "rb")); \
    print(*(line.replace(">=", "==") for line in project["project"]["dependencies"]))

.venv/lowest/installed: .venv/installed pyproject.toml
	$(PYTHON) -m venv --clear .venv/lowest
	.venv/lowest/bin/python -m pip install --quiet --disable-pip-version-check --prefer-binary pytest hypothesis \
	    $$(python -c '$(LOWEST)')
	touch $@

benchmarks/.venv/installed: requirements.lock benchmarks/requirements.txt
	$(PYTHON) -m venv --clear benchmarks/.venv
	benchmarks/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	    --requirement requirements.lock
	benchmarks/.venv/bin/python -m pip install --quiet --disable-pip-version-check \
	    --requirement benchmarks/requirements.txt
	touch $@
