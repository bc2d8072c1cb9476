"""What every test gets: fixed seeds, one torch thread, and the rule for `shared_data` tests.

The test folders are packages, so that two of them may each have a `test_errors.py`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Generator
from pathlib import Path

import pytest

from dynamic_style.backend.compute.openmp import wait_asleep

wait_asleep()  # before torch is imported

import numpy as np  # noqa: E402
import torch  # noqa: E402

SHARED_VARIABLE = "DYNAMIC_STYLE_SHARED"
SEED = 20191027  # any fixed number: the paper's conference opened on that day


def pytest_configure() -> None:
    """Keep torch to one thread: tiny nets gain nothing from more, and runs stay repeatable."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seeds() -> None:
    """Give each test the same random numbers, whatever ran before it."""
    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of training photos and loss-network weights that lies beside the project."""
    return _shared_folder()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a `shared_data` test where there is no such folder; on CI, fail it instead."""
    if item.get_closest_marker("shared_data") is not None:
        _shared_folder()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Escape half characters in what a test logged and printed: pytest-xdist cannot send them."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def _shared_folder() -> Path:
    value = os.environ.get(SHARED_VARIABLE, "")
    if not value:
        reason = f"{SHARED_VARIABLE} is not set: name the folder with the training photos there"
    elif not Path(value).is_dir():
        reason = f"{SHARED_VARIABLE} names {value!r}, which is no folder"
    else:
        return Path(value).resolve()
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{reason}; on CI these tests must run", pytrace=False)
    pytest.skip(reason)
