"""A host that tests share, started anew for the next one where a test has failed.

What a failed test leaves behind - a dialog, a layer, a host that has ended - would take the tests
after it along. So a room's fixture holds a `SharedHost`, and each test asks it for the host:

    @pytest.fixture(scope="package")
    def shared(root: Root, installed_home: Path) -> Iterator[SharedHost[Person]]:
        with SharedHost(lambda: open_person(root, home=installed_home, output=output)) as shared:
            yield shared

    @pytest.fixture
    def person(shared: SharedHost[Person], request: pytest.FixtureRequest) -> Person:
        return shared.for_test(request.node)

`conftest.py` calls `note_failure` for each test that fails.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

import pytest

from .debian.inside import InsideError

_MOST_STARTS_THAT_FAIL = 2  # each may take minutes


class _Witness(Protocol):
    def keep_evidence(self, name: str) -> None:
        """Save a screenshot and the host's log in the output folder, under this name."""


Seen = TypeVar("Seen", bound=_Witness)


class SharedHost(Generic[Seen]):
    """start: starts the host; at the end of its `with` it is quit, or ended by force after an
    error.
    """

    def __init__(self, start: Callable[[], AbstractContextManager[Seen]]) -> None:
        self._start = start
        self._running: AbstractContextManager[Seen] | None = None
        self._seen: Seen | None = None
        self._has_failed = False
        self._failed_starts = 0

    def __enter__(self) -> SharedHost[Seen]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._has_failed:
            self._give_up()
        elif self._running is not None:
            self._running.__exit__(kind, error, trace)

    def for_test(self, test: pytest.Item) -> Seen:
        """The host for this test: the one that the test before has had, unless that failed."""
        test.stash.setdefault(_HAD, []).append(self)
        if self._has_failed:
            self._give_up()
        if self._running is None:
            self._begin()
        assert self._seen is not None
        return self._seen

    def fail(self, test: str) -> None:
        """Keep what is to be seen now; the next test gets a new host."""
        if self._seen is not None and not self._has_failed:
            self._has_failed = True
            with contextlib.suppress(InsideError, OSError):  # what failed the test is worth more
                self._seen.keep_evidence(f"failed-{test}")

    def _begin(self) -> None:
        if self._failed_starts == _MOST_STARTS_THAT_FAIL:
            pytest.fail("the host has not started for the tests before", pytrace=False)
        self._failed_starts += 1
        running = self._start()
        self._seen = running.__enter__()
        self._running = running
        self._failed_starts = 0

    def _give_up(self) -> None:
        running, self._running, self._seen = self._running, None, None
        self._has_failed = False
        if running is not None:
            failed = InsideError("a test has failed")
            with contextlib.suppress(InsideError):  # the one above comes back
                running.__exit__(InsideError, failed, None)


_HAD = pytest.StashKey[list[SharedHost[Any]]]()


def note_failure(test: pytest.Item) -> None:
    """Tell every host that a failed test has had."""
    for shared in test.stash.get(_HAD, []):
        shared.fail(test.name)
