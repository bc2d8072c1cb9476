"""What a failed test costs the tests that share its host: nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from .debian.inside import InsideError
from .shared_host import SharedHost, note_failure


class Host:
    """Stands for Krita or GIMP: what happens to it is told."""

    def __init__(self, told: list[str]) -> None:
        self.told = told

    def keep_evidence(self, name: str) -> None:
        self.told.append(f"keeps {name}")


@contextlib.contextmanager
def start(told: list[str]) -> Iterator[Host]:
    told.append("starts")
    try:
        yield Host(told)
    except InsideError:
        told.append("is ended by force")
        raise
    told.append("is quit")


def item(name: str) -> Any:
    return SimpleNamespace(name=name, stash=pytest.Stash())


def test_tests_share_a_host_that_is_quit_after_the_last() -> None:
    told: list[str] = []
    with SharedHost(lambda: start(told)) as shared:
        assert shared.for_test(item("first")) is shared.for_test(item("second"))
    assert told == ["starts", "is quit"]


def test_the_test_after_one_that_failed_gets_a_new_host() -> None:
    told: list[str] = []
    with SharedHost(lambda: start(told)) as shared:
        failed = item("first")
        had = shared.for_test(failed)
        note_failure(failed)
        note_failure(failed)  # its teardown has failed, too
        assert told == ["starts", "keeps failed-first"]
        assert shared.for_test(item("second")) is not had
    assert told[2:] == ["is ended by force", "starts", "is quit"]


def test_a_host_that_failed_last_is_ended_by_force() -> None:
    told: list[str] = []
    with SharedHost(lambda: start(told)) as shared:
        failed = item("last")
        shared.for_test(failed)
        note_failure(failed)
    assert told == ["starts", "keeps failed-last", "is ended by force"]


def test_what_never_starts_is_tried_twice_and_no_more() -> None:
    tries = []

    @contextlib.contextmanager
    def never() -> Iterator[Host]:
        tries.append(1)
        raise InsideError("no window")
        yield Host([])

    with SharedHost(never) as shared:
        for _ in range(2):
            with pytest.raises(InsideError, match="no window"):
                shared.for_test(item("any"))
        with pytest.raises(pytest.fail.Exception, match="has not started"):
            shared.for_test(item("any"))
    assert len(tries) == 2
