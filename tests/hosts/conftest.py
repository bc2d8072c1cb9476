"""Fixtures of the real-host tests; each of these tests runs once per root, or, where `one_root` has
marked it, in that one.

`desk`: plug-ins and backend installed by the installer. `bare_desk`: nothing of ours yet. Both have
a home folder, processes and a screen of the test's own, which are gone after it. `root` is enough
for what needs no home. A module that wants one desk for several tests opens it by `open_desk` in a
fixture of its own, with `installed_home` as the home.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from .debian.inside import Session
from .debian.roots import SUITES, Root, RootError, ensure_root
from .desk import Desk, clear_forgotten_desks, desks_folder, open_desk
from .gimp.host import GimpConsole
from .homes import copy_home, warm_home
from .installed import install
from .one_root import is_wanted
from .shared_host import note_failure

OUTPUT_VARIABLE = "DYNAMIC_STYLE_HOST_OUTPUT"
TEST_TIMEOUT_S = 600  # hosts start slowly, and on a busy machine several times more slowly
HERE = Path(__file__).resolve().parent

_why_not: dict[str, str] = {}  # suite -> why there is no root, for the tests to fail with


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark all that is tested with a root, and leave out what is meant for the other one."""
    unwanted = [item for item in items if _has_root(item) and not is_wanted(item)]
    config.hook.pytest_deselected(items=unwanted)
    items[:] = [item for item in items if item not in unwanted]
    for item in items:
        if _has_root(item):
            item.add_marker(pytest.mark.real_host)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(TEST_TIMEOUT_S))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Build what the selected tests need before the first of them, so that none of them runs out
    of time over it.
    """
    if session.config.option.collectonly:
        return
    wanted = {
        item.callspec.params["root"]
        for item in session.items
        if isinstance(item, pytest.Function) and "root" in item.fixturenames
    }
    for suite in (suite for suite in SUITES if suite in wanted):
        try:
            warm_home(ensure_root(suite, report=_report), report=_report)
            clear_forgotten_desks()
        except RootError as error:
            _why_not[suite] = str(error)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Have the tests after one that has failed not bear with what it has left behind."""
    report = yield
    if report.failed:
        note_failure(item)
    return report


@pytest.fixture(scope="session", params=SUITES)
def root(request: pytest.FixtureRequest) -> Root:
    """A Debian root with the hosts in it; the test runs with each of them."""
    suite: str = request.param
    if suite in _why_not:
        pytest.fail(_why_not[suite], pytrace=False)
    return ensure_root(suite)


@pytest.fixture(scope="session")
def installed_home(root: Root) -> Iterator[Path]:
    """A warm home into which the installer has put everything. To be copied, not used itself."""
    with tempfile.TemporaryDirectory(prefix=f"{root.suite}-", dir=desks_folder()) as scratch:
        home = copy_home(warm_home(root), Path(scratch) / "home")
        with Session(root, home=home, exchange=Path(scratch) / "exchange") as session:
            install(session)
            GimpConsole(session).evaluate("None")  # asks new plug-ins what they offer, once for all
        yield home


@pytest.fixture
def output(request: pytest.FixtureRequest, root: Root) -> Path:
    """Where this test's screenshots and logs are kept after the run; not made yet."""
    return output_folder(root, request.node.originalname.removeprefix("test_"))


@pytest.fixture
def desk(root: Root, installed_home: Path, output: Path) -> Iterator[Desk]:
    """A person's desk with Dynamic Style installed."""
    with open_desk(root, home=installed_home, output=output) as opened:
        yield opened


@pytest.fixture
def bare_desk(root: Root, output: Path) -> Iterator[Desk]:
    """A person's desk with both hosts and nothing of ours."""
    with open_desk(root, home=warm_home(root), output=output) as opened:
        yield opened


def output_folder(root: Root, name: str) -> Path:
    """Where to keep what a test, or tests with one desk for all of them, leave behind."""
    named = os.environ.get(OUTPUT_VARIABLE)
    folder = Path(named).resolve() if named else HERE / "output"
    return folder / root.suite / name


def _has_root(item: pytest.Item) -> bool:
    return HERE in item.path.parents and "root" in getattr(item, "fixturenames", ())


def _report(text: str) -> None:
    """Past pytest's capturing: building takes minutes."""
    sys.__stderr__.write(f"{text}\n")
    sys.__stderr__.flush()
