"""The completion net: untouched outside the hole, exact at alpha 0, replayed through its skips."""

from __future__ import annotations

import random

import pytest
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.completion_net import completion_net
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.incremental_run import IncrementalRun

STAGES = list(completion_net(1).main)


@pytest.fixture
def net() -> DynamicNet:
    made = completion_net(3)
    made.add_dial("smoothness", zero_init=False)
    made.add_dial("single", taps=("up2",), zero_init=False)
    for parameter in made.main["conv_out"].parameters():  # a trained one is not zero
        torch.nn.init.normal_(parameter, std=0.1)
    return made.eval().requires_grad_(False)


def _given(height: int, width: int) -> torch.Tensor:
    """Three fills of a picture with a hole over its left edge."""
    hole = torch.zeros(1, 1, height, width)
    hole[..., height // 4 : height // 2, : width // 2] = 1
    known = torch.rand(1, 3, height, width)
    fills = [torch.where(hole > 0, torch.rand(1, 3, height, width), known) for _ in range(3)]
    return torch.cat([*fills, hole], dim=1)


def test_fresh_net_gives_the_mean_of_the_fills() -> None:
    given = _given(16, 24)
    mean = torch.stack(given[:, :9].chunk(3, dim=1)).mean(0)
    torch.testing.assert_close(completion_net(2)(given), mean)


def test_a_fill_that_counts_alone_is_the_result() -> None:
    given = _given(16, 24)
    for chosen, shares in enumerate(([0.0, 0.0], [1.0, 0.0], [1.0, 1.0])):
        net = completion_net(2)
        with torch.no_grad():
            net.main["conv_out"].layer.bias.copy_(torch.tensor(shares))
        torch.testing.assert_close(net(given), given[:, 3 * chosen : 3 * chosen + 3])


def test_a_mix_that_has_gone_too_far_can_be_trained_back() -> None:
    """But not further away: beyond the fills only gradients that lead back are let through."""
    given, net = _given(16, 24), completion_net(2)
    bias = net.main["conv_out"].layer.bias
    with torch.no_grad():
        bias.copy_(torch.tensor([3.0, 0.5]))
    detailed, soft = given[:, :3], (given[:, 3:6] + given[:, 6:9]) / 2
    for wanted, moves in ((detailed, True), (soft + (soft - detailed), False)):
        bias.grad = None
        (net(given) - wanted).square().sum().backward()
        assert bool(bias.grad[0] > 0) == moves


def test_whatever_a_dial_does_the_result_lies_between_the_fills(net: DynamicNet) -> None:
    given = _given(24, 32)
    fills = torch.stack(given[:, :9].chunk(3, dim=1))
    for alpha in (-5.0, 0.5, 20.0):
        output = net(given, {"smoothness": Alpha((alpha,))})
        assert bool((output >= fills.amin(0) - 1e-6).all())
        assert bool((output <= fills.amax(0) + 1e-6).all())


def test_outside_the_hole_nothing_changes_at_any_alpha(net: DynamicNet) -> None:
    given = _given(24, 32)
    outside = (given[:, -1:] == 0).expand(-1, 3, -1, -1)
    for alpha in (-0.3, 0.0, 0.5, 1.3):
        output = net(given, {"smoothness": Alpha((alpha,))})
        assert torch.equal(output[outside], given[:, :3][outside])
        assert not torch.allclose(output[~outside], given[:, :3][~outside], atol=1e-3)


def test_alpha_zero_is_the_main_net_bit_for_bit(net: DynamicNet) -> None:
    given, state = _given(16, 16), None
    for stage in net.main.values():
        state = stage(given if state is None else state)
    assert torch.equal(net(given), state)
    assert torch.equal(net(given, {"smoothness": Alpha((0.0,))}), state)


@pytest.mark.parametrize("tap", ["up1", "up2", "conv_out"])
def test_each_tap_acts(net: DynamicNet, tap: str) -> None:
    given = _given(16, 16)
    numbers = tuple(0.5 if name == tap else 0.0 for name in net.taps)
    turned = net(given, {"smoothness": Alpha(numbers)})
    assert not torch.allclose(turned, net(given), atol=1e-5)


def test_replay_gives_the_net_s_own_output(net: DynamicNet) -> None:
    given, choose = _given(24, 32), random.Random(3)
    maps = [None, torch.rand(24, 32)]
    replay = IncrementalRun(net, given)
    for _ in range(15):
        alphas = {
            dial: Alpha(
                tuple(choose.choice([0.0, 0.5, -0.7]) for _ in range(3)), choose.choice(maps)
            )
            for dial in choose.sample(["smoothness", "single"], choose.randint(0, 2))
        }
        assert torch.equal(replay.run(alphas), net(given, alphas))
        assert torch.equal(replay.run(alphas, linear_end=True), net(given, alphas))


@pytest.mark.parametrize(
    ("moved", "first"),
    [((0.9, 0.2, 0.2), "up1"), ((0.2, 0.9, 0.2), "up2"), ((0.2, 0.2, 0.9), "conv_out")],
)
def test_moved_dial_starts_at_its_tap(
    net: DynamicNet, moved: tuple[float, ...], first: str
) -> None:
    replay, done = IncrementalRun(net, _given(16, 16)), []
    replay.run({"smoothness": Alpha((0.2,))})
    replay.run({"smoothness": Alpha(moved)}, lambda count, _: done.append(STAGES[count - 1]))
    assert done == STAGES[STAGES.index(first) :]


def test_replay_counts_the_skips_it_keeps(net: DynamicNet) -> None:
    replay = IncrementalRun(net, _given(32, 32))
    replay.run({"smoothness": Alpha((0.5,))})
    at_first_tap = replay.taps[0].state
    assert not isinstance(at_first_tap, torch.Tensor)
    assert len(at_first_tap.kept) == 3
    assert replay.bytes > sum(map.nbytes for map in at_first_tap.kept)


@pytest.mark.parametrize("size", [(8, 8), (12, 40)])
def test_smallest_and_oblong_pictures(net: DynamicNet, size: tuple[int, int]) -> None:
    assert net(_given(*size), {"smoothness": Alpha((1.0,))}).shape == (1, 3, *size)
