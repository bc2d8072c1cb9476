"""What a panel shows of the last error, how long, and what its button does."""

from __future__ import annotations

from dynamic_style.backend.plugin.errors.last_error import LastError
from dynamic_style.backend.protocol.errors import ConnectionLostError, UsageError


def shown_by(error: LastError) -> tuple[str, str]:
    assert error.shown is not None
    return error.shown[0], error.shown[1].kind


def test_an_error_is_shown_with_its_button_until_it_is_cleared() -> None:
    told: list[int] = []
    error = LastError(lambda: told.append(1))
    error.show(ConnectionLostError("tcp://127.0.0.1:1"))
    text, kind = shown_by(error)
    assert "connection to the backend was lost" in text and kind == "restart"
    error.clear()
    error.clear()
    assert error.shown is None and len(told) == 2
    assert isinstance(error.error, ConnectionLostError), "for the diagnostics"


def test_only_what_the_user_mends_in_the_picture_passes_by_itself() -> None:
    error = LastError(lambda: None)
    error.show_caught(UsageError("nothing is selected; select something"))
    error.look_again()
    assert error.shown is None
    error.show(ConnectionLostError("gone"))
    error.look_again()
    assert error.shown is not None


def test_a_fault_of_the_plug_ins_own_asks_for_a_report() -> None:
    error = LastError(lambda: None)
    error.show_caught(KeyError("dial"))
    text, kind = shown_by(error)
    assert "a fault in the plugin: KeyError('dial')" in text and kind == "none"


def test_trying_again_takes_the_message_away_first() -> None:
    error = LastError(lambda: None)
    seen: list[bool] = []
    error.retry()
    error.again = lambda: seen.append(error.shown is None)
    error.show(ConnectionLostError("gone"))
    error.retry()
    assert seen == [True]


def test_what_was_kept_is_told_until_it_is_read() -> None:
    last = LastError(lambda: None)
    last.show(ConnectionLostError("gone"))
    assert last.shown is not None and last.shown[0].endswith("Nothing was changed.")
    last.show(ConnectionLostError("gone"), kept="3 frames are kept.")
    assert last.shown[0].endswith("it may have ended. 3 frames are kept.")
    last.show(ConnectionLostError("gone"))
    assert last.shown[0].endswith("3 frames are kept.")
    last.show(UsageError("another"))
    assert last.shown[0] == "another"
