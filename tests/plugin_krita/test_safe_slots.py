"""What fails in a slot is shown once, whatever fails while it is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dynamic_style_krita.safe_slots import guarded, report_to


@pytest.fixture(autouse=True)
def nobody_listens_afterwards() -> Iterator[None]:
    yield
    report_to(None)


def fails() -> None:
    raise ValueError("no")


def test_what_a_slot_raises_is_reported_and_goes_no_further() -> None:
    told: list[BaseException] = []
    report_to(told.append)
    assert guarded(fails)() is None
    assert [str(error) for error in told] == ["no"]


def test_an_error_that_cannot_be_shown_is_not_shown_again_for_ever() -> None:
    told: list[BaseException] = []
    show = guarded(fails)

    def reporter(error: BaseException) -> None:
        told.append(error)
        show()

    report_to(reporter)
    guarded(fails)()
    guarded(fails)()
    assert len(told) == 2
