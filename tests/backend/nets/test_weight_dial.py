"""Dials of weights: whole nets on the way from one set of weights to another."""

from __future__ import annotations

import pytest
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.completion_net import INPUT_CHANNELS, completion_net
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.incremental_run import IncrementalRun
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net

X = torch.rand(1, 3, 24, 32, generator=torch.Generator().manual_seed(5))


@pytest.fixture
def net() -> DynamicNet:
    """Two dials of weights, of which one is dual, and one with blocks."""
    torch.manual_seed(3)
    made = style_transfer_net(2)
    made.add_weight_dial("second")
    made.add_weight_dial("both-ways", dual=True)
    made.add_dial("blocks", zero_init=False)
    for name in ("second", "both-ways"):
        for parameter in made.dials[name].parameters():
            parameter.data.copy_(0.1 * torch.randn_like(parameter))
    return made.eval().requires_grad_(False)


def _with_main(net: DynamicNet, shares: dict[tuple[str, str], float]) -> DynamicNet:
    """An ordinary net whose main net is the sum, written out; with the same blocks."""
    plain = style_transfer_net(2)
    plain.add_dial("blocks")
    plain.dials["blocks"].load_state_dict(net.dials["blocks"].state_dict())
    weights = dict(net.main.state_dict())
    for (dial, side), share in shares.items():
        added = net.trained_side(dial, side).state_dict()
        weights = {name: weight + share * added[name] for name, weight in weights.items()}
    plain.main.load_state_dict(weights)
    return plain.eval().requires_grad_(False)


def test_at_0_the_net_is_the_main_net_bit_for_bit(net: DynamicNet) -> None:
    off = {"second": Alpha((0.0,)), "both-ways": Alpha((-0.0,)), "blocks": Alpha((0.0,))}
    assert torch.equal(net(X, off), _with_main(net, {})(X))


@pytest.mark.parametrize("alpha", [0.5, 1.0, 1.4, -0.3])
def test_the_net_has_the_weights_that_lie_between_and_beyond(net: DynamicNet, alpha: float) -> None:
    """At 1 they are those that were trained."""
    expected = _with_main(net, {("second", "higher"): alpha})(X)
    assert torch.equal(net(X, {"second": Alpha((alpha,))}), expected)
    assert not torch.allclose(expected, net(X), atol=1e-3)


def test_a_dual_dial_answers_each_sign_with_its_own_weights(net: DynamicNet) -> None:
    for alpha, side in ((0.7, "higher"), (-0.7, "lower")):
        expected = _with_main(net, {("both-ways", side): 0.7})(X)
        assert torch.equal(net(X, {"both-ways": Alpha((alpha,))}), expected)


def test_several_dials_add_and_blocks_are_added_to_the_sum(net: DynamicNet) -> None:
    sum_ = _with_main(net, {("second", "higher"): 0.4, ("both-ways", "lower"): 0.8})
    blocks = Alpha((0.3, 0.0, 0.9), map=torch.rand(6, 8))
    alphas = {"second": Alpha((0.4,)), "both-ways": Alpha((-0.8,)), "blocks": blocks}
    assert torch.equal(net(X, alphas), sum_(X, {"blocks": blocks}))


def test_a_fixed_net_has_the_weights_of_its_setting_and_the_same_blocks(net: DynamicNet) -> None:
    weights, blocks = {"second": Alpha((0.6,))}, {"blocks": Alpha((0.5,))}
    fixed = net.with_weights(weights)
    assert torch.equal(fixed(X, blocks), net(X, weights | blocks))
    assert torch.equal(IncrementalRun(fixed, X).run(blocks), net(X, weights | blocks))
    assert torch.equal(net(X), _with_main(net, {})(X))  # which is left as it was


def test_training_a_side_leaves_everything_else_alone(net: DynamicNet) -> None:
    trained = net.trained_side("second", "higher").requires_grad_(True)
    net(X, {"second": Alpha((1.0,)), "both-ways": Alpha((0.2,))}).square().mean().backward()
    reached = {name for name, p in net.named_parameters() if p.grad is not None}
    assert reached == {f"dials.second.higher.{name}" for name, _ in trained.named_parameters()}
    assert any(bool(p.grad.any()) for p in trained.parameters() if p.grad is not None)


def test_a_fresh_dial_starts_at_the_main_net() -> None:
    made = style_transfer_net(2)
    made.add_weight_dial("new", dual=True)
    for alpha in (1.0, -1.0):
        assert torch.equal(made(X, {"new": Alpha((alpha,))}), made(X))


def test_a_completion_net_has_dials_of_weights_too() -> None:
    made = completion_net(2)
    made.add_weight_dial("second")
    for parameter in made.dials.parameters():
        parameter.data.copy_(0.3 * torch.randn_like(parameter))
    given = torch.rand(1, INPUT_CHANNELS, 16, 16)
    halfway = made.with_weights({"second": Alpha((0.5,))})
    assert torch.equal(made(given, {"second": Alpha((0.5,))}), halfway(given))
    assert not torch.equal(halfway(given), made(given))


@pytest.mark.parametrize("alpha", [Alpha((1.0,), map=torch.ones(2, 2)), Alpha((0.1, 0.2, 0.3))])
def test_what_differs_from_place_to_place_is_refused(net: DynamicNet, alpha: Alpha) -> None:
    with pytest.raises(ValueError, match="takes one number, and no map"):
        net(X, {"second": alpha})
