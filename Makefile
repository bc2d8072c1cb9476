# For whoever changes the code. Needs the environment that `python3 -m installer test` makes;
# `make check PYTHON=...` takes another one.
PYTHON ?= .venv/bin/python
MANUAL = $(PYTHON) -c "from argparse_manpage.cli import main; main()" --function build_parser \
	--manual-title "Dynamic Style"

.PHONY: check docs format hosts lint release-check types test

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

docs: # pages in build/docs/html, manual pages beside them
	$(PYTHON) -m sphinx -W -q -b html docs build/docs/html
	$(MANUAL) --module dynamic_style.backend.cli.main --output build/docs/dynamic-style.1
	$(MANUAL) --module dynamic_style.training.cli.main --output build/docs/dynamic-style-train.1

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .
