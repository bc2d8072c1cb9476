"""Dials turned on one picture: what is shown is what a run gives, and the last tap costs no run."""

from __future__ import annotations

import pytest

from dynamic_style.backend.compute.engine import DialAlpha
from dynamic_style.backend.compute.openvino.compiled_net import CompiledNet
from dynamic_style.backend.compute.openvino.linear_replay import LinearReplay

from .torch_nets import difference, painted, picture, random_net

AT_LAST = frozenset({"all", "last-two", "dual"})
MOVES = [
    {},
    {"all": DialAlpha((0.5,))},
    {"all": DialAlpha((0.5, 0.5, 0.9))},  # from here on the last tap alone
    {"all": DialAlpha((0.5, 0.5, -0.3))},
    {"all": DialAlpha((0.5, 0.5, 0.9)), "dual": DialAlpha((0.0, 0.0, -0.6))},
    {"all": DialAlpha((0.5, 0.5, 0.0)), "dual": DialAlpha((0.0, 0.0, 0.8))},
    {"all": DialAlpha((0.5, 0.4, 0.0))},  # another tap
    {"all": DialAlpha((0.5, 0.4, 0.7)), "first": DialAlpha((0.0,))},
    {"all": DialAlpha((0.5, 0.4, 0.7), painted(5, 7))},  # a map
    {"all": DialAlpha((0.5, 0.4, 0.7))},
    {"all": DialAlpha((0.5, 0.4, 0.1)), "first": DialAlpha((0.6,))},
    {"all": DialAlpha((0.5, 0.4, 0.9)), "first": DialAlpha((0.6,))},
    {"last-two": DialAlpha((0.3,))},
]


@pytest.fixture
def net() -> CompiledNet:
    _, weights = random_net("style_transfer", 2)
    return CompiledNet(weights, precision="float32", threads=1)


def test_every_move_gives_what_a_run_gives(net: CompiledNet) -> None:
    x = picture("style_transfer", 16, 24)
    replay = LinearReplay(net, x, taps=3, at_last=AT_LAST)
    for alphas in [*MOVES, *reversed(MOVES)]:
        assert difference(replay.run(alphas), net.run(x, alphas)) < 1e-4


def test_a_moved_last_tap_needs_no_run(net: CompiledNet, monkeypatch: pytest.MonkeyPatch) -> None:
    replay = LinearReplay(net, picture("style_transfer", 16, 24), taps=3, at_last=AT_LAST)
    assert replay.bytes == replay.x.nbytes
    first = {"first": DialAlpha((0.6,))}  # without a block there
    replay.run({"all": DialAlpha((0.5, 0.5, 0.1)), **first})
    replay.run({"all": DialAlpha((0.5, 0.5, 0.2)), **first})  # keeps what is needed
    assert replay.bytes == 3 * replay.x.nbytes
    monkeypatch.setattr(net, "run", None)
    one, other, again = (
        replay.run({"all": DialAlpha((0.5, 0.5, last)), **first}) for last in (0.3, 0.9, 0.3)
    )
    assert difference(one, other) > 0
    assert difference(one, again) == 0


def test_what_is_shown_may_be_changed(net: CompiledNet) -> None:
    replay = LinearReplay(net, picture("style_transfer", 16, 24), taps=3, at_last=AT_LAST)
    for last in (0.1, 0.2, 0.0):
        replay.run({"all": DialAlpha((0.5, 0.5, last))}).fill(7)
    assert replay.run({"all": DialAlpha((0.5, 0.5, 0.1))}).max() < 7


def test_a_net_that_goes_on_behind_its_last_tap_is_run_each_time() -> None:
    _, weights = random_net("completion", 2)
    net = CompiledNet(weights, precision="float32", threads=1)
    x = picture("completion", 16, 24)
    replay = LinearReplay(net, x, taps=3, at_last=None)
    for last in (0.1, 0.2, 0.9):
        alphas = {"all": DialAlpha((0.5, 0.5, last))}
        assert difference(replay.run(alphas), net.run(x, alphas)) == 0
