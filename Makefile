# For whoever changes the code. Needs the environment that `python3 -m installer test` makes;
# `make check PYTHON=...` takes another one.
PYTHON ?= .venv/bin/python

.PHONY: check format hosts lint release-check types test

check: lint types test

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	PYTHON=$(PYTHON) .ci/types

test:
	$(PYTHON) -m pytest -n logical --maxprocesses 8 --dist loadfile

hosts: # in the real Krita and GIMP; as root, and the first time it downloads Debian roots
	$(PYTHON) -m pytest -m real_host tests/hosts

release-check: # the wheel, built and used where there is nothing else; needs what hosts needs
	$(PYTHON) -m tests.release_check

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .
