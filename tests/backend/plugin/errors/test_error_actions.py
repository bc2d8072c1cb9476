"""Every error has a way out that fits it, and a word for the button."""

from __future__ import annotations

import pytest

from dynamic_style.backend.plugin.errors.error_actions import (
    Remedy,
    beside_the_panel,
    message_for,
    remedy_for,
)
from dynamic_style.backend.protocol import errors


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.ConnectionLostError("gone"), "restart"),
        (errors.ProtocolTimeoutError("silent"), "restart"),
        (errors.ProtocolVersionError("old"), "set_up"),
        (errors.UnsupportedError("old"), "restart"),
        (errors.MalformedError("packs: the field 'width' is missing"), "restart"),
        (errors.PackNotFoundError("none"), "install_pack"),
        (errors.PackBaseError("none"), "install_pack"),
        (errors.BusyError("full"), "retry"),
        (errors.DeviceError("memory"), "retry"),
        (errors.JobCancelledError("by you"), "none"),
        (errors.AlphaError("no dial"), "none"),
        (RuntimeError("a fault"), "retry"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_an_error_has_its_remedy(error: Exception, kind: str) -> None:
    remedy = remedy_for(error)
    assert remedy.kind == kind
    assert bool(remedy.text) == (kind != "none")


def test_what_fails_while_starting_offers_to_start() -> None:
    failed = errors.BackendError("exit code 1")
    assert remedy_for(failed, is_starting=True).kind == "start"
    assert remedy_for(errors.ProtocolTimeoutError("slow"), is_starting=True).kind == "start"
    assert remedy_for(errors.ProtocolVersionError("old"), is_starting=True).kind == "set_up"
    told = remedy_for(failed, is_starting=True, is_installed=False)
    assert (told.kind, told.text) == ("set_up", "Set up…")


def test_a_lost_connection_is_told_without_sockets_and_all_else_in_its_own_words() -> None:
    assert "127" not in message_for(errors.ConnectionLostError("tcp://127.0.0.1:1 closed it"))
    assert message_for(errors.DeviceError("memory ran out")) == "memory ran out"


def test_a_backend_that_is_gone_from_a_running_panel_can_be_set_up() -> None:
    lost = errors.ConnectionLostError("closed it")
    assert remedy_for(lost, is_installed=False).text == "Set up…"
    assert remedy_for(errors.DeviceError("memory"), is_installed=False).kind == "retry"


def test_a_sandboxed_host_says_what_to_type_and_offers_to_connect() -> None:
    told = "this program runs as a Snap; start it in a terminal, and connect: dynamic-style serve"
    error = errors.SandboxError(told)
    for is_installed in (True, False):
        remedy = remedy_for(error, is_starting=True, is_installed=is_installed)
        assert (remedy.kind, remedy.text) == ("connect", "Connect")
    assert message_for(error) == told


def test_a_dialog_that_sets_nothing_up_says_where_that_is_done() -> None:
    told, remedy = beside_the_panel("It is not set up yet.", Remedy("set_up", "Set up…"))
    assert "Open Stylize…" in told and (remedy.kind, remedy.text) == ("none", "")
    other = ("It was lost.", Remedy("restart", "Restart the backend"))
    assert beside_the_panel(*other) == other
