"""When pip fails, its own words are shown with the likely cause and a way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from installer.environment.pip import explain_failure

from .. import mini_checkout

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)


def add_need(root: Path, need: str) -> None:
    with (root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"# needs {need}\n")


def test_no_network_shows_pips_words_and_keeps_what_worked(ready_checkout: Path) -> None:
    record = (ready_checkout / ".venv" / "dynamic-style.json").read_text()
    add_need(ready_checkout, "msgpack")
    # Nothing listens on port 9 (discard) of this machine: a refused connection, and no waiting.
    unreachable = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1"}
    done = mini_checkout.run(ready_checkout, "demo", **unreachable)
    assert done.returncode == 1
    assert "ERROR:" in done.stderr
    assert "msgpack" in done.stderr
    assert "index cannot be reached" in done.stderr
    assert "PIP_PROXY" in done.stderr
    assert str(ready_checkout / ".venv" / "pip.log") in done.stderr
    assert json.loads((ready_checkout / ".venv" / "dynamic-style.json").read_text()) == json.loads(
        record
    )


def test_no_build_of_torch_names_this_python_and_those_that_fit(ready_checkout: Path) -> None:
    add_need(ready_checkout, "torch")
    done = mini_checkout.run(ready_checkout, "demo")
    assert done.returncode == 1
    assert "PyTorch has no build here for Python 3." in done.stderr
    assert "Python 3.10 to 3.14, 64 bit, are known to fit" in done.stderr


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "The disk is full"),
        ("WARNING: Retrying after ... NameResolutionError", "index cannot be reached"),
        ("ReadTimeoutError: Read timed out.", "PIP_DEFAULT_TIMEOUT"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate", "PIP_CERT"),
        ("ERROR: No matching distribution found for setuptools>=77", "no fitting setuptools"),
        ("ERROR: [Errno 13] Permission denied: 'x'", "--venv DIR"),
        (
            "The user requested (constraint) torch==2.13.0\n"
            "The user requested (constraint) torch<=2.12\nERROR: ResolutionImpossible",
            "contradicts installer/constraints.txt",
        ),
        ("something never seen before", "run this again"),
    ],
)
def test_each_kind_of_failure_has_its_way_out(output: str, says: str) -> None:
    assert says in explain_failure(output)
