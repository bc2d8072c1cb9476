"""DynamicNet against the paper's formula written out, and the promises that dials rest on."""

from __future__ import annotations

import pytest
import torch

from dynamic_style.backend.nets.alpha import Alpha, TapAlpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net


@pytest.fixture
def net() -> DynamicNet:
    made = style_transfer_net(3)
    made.add_dial("strength", zero_init=False)
    made.add_dial("dual", dual=True, zero_init=False)
    made.add_dial("single", taps=("up1",), zero_init=False)
    return made.eval().requires_grad_(False)


def _by_hand(net: DynamicNet, x: torch.Tensor, added: dict[str, torch.Tensor]) -> torch.Tensor:
    """The main net, stage after stage, with given tensors added at the taps."""
    for name, stage in net.main.items():
        x = stage(x + added[name] if name in added else x)
    return x


def test_alpha_zero_is_the_main_net_bit_for_bit(net: DynamicNet) -> None:
    x = torch.rand(2, 3, 24, 32)
    main = _by_hand(net, x, {})
    zeros = {"strength": Alpha((0.0,)), "dual": Alpha((-0.0, 0.0, 0.0)), "single": Alpha((0.0,))}
    zero_map = Alpha((1.0,), map=torch.zeros(24, 32))
    assert torch.equal(net(x), main)
    assert torch.equal(net(x, zeros), main)
    assert torch.equal(net(x, {"dual": zero_map}), main)


def test_offset_is_alpha_times_the_block_at_each_tap(net: DynamicNet) -> None:
    x, alphas = torch.rand(1, 3, 24, 24), (0.3, 0.7, -0.2)
    h, blocks = x, net.dial("strength")
    for name, stage in net.main.items():
        if name in net.taps:
            index = list(net.taps).index(name)
            h = h + alphas[index] * blocks.block("higher", name)(h)
        h = stage(h)
    torch.testing.assert_close(net(x, {"strength": Alpha(alphas)}), h)
    assert not torch.allclose(h, net(x), atol=1e-3)


def test_one_number_stands_for_all_taps(net: DynamicNet) -> None:
    x = torch.rand(1, 3, 16, 16)
    one, three = Alpha((0.4,)), Alpha((0.4, 0.4, 0.4))
    assert torch.equal(net(x, {"strength": one}), net(x, {"strength": three}))


def test_several_dials_add(net: DynamicNet) -> None:
    x, tap = torch.rand(1, 3, 16, 16), "conv_out"
    last = Alpha((0.0, 0.0, 0.5))
    h = x
    for name, stage in net.main.items():
        if name == tap:
            both = net.dial("strength").block("higher", tap), net.dial("dual").block("higher", tap)
            h = h + 0.5 * both[0](h) + 0.5 * both[1](h)
        h = stage(h)
    torch.testing.assert_close(net(x, {"strength": last, "dual": last}), h)


def test_dual_dial_answers_each_sign_with_its_own_blocks(net: DynamicNet) -> None:
    x, dial = torch.rand(1, 3, 16, 16), net.dial("dual")
    z = x
    for name, stage in net.main.items():
        if name == "conv_out":
            break
        z = stage(z)
    for number, side in ((0.6, "higher"), (-0.6, "lower")):
        offset = dial.offset("conv_out", z, TapAlpha(number))
        torch.testing.assert_close(offset, 0.6 * dial.block(side, "conv_out")(z))


def test_single_block_dial_acts_at_its_tap_alone(net: DynamicNet) -> None:
    x = torch.rand(1, 3, 16, 16)
    assert torch.equal(net(x, {"single": Alpha((1.0, 0.0, 1.0))}), net(x))
    assert not torch.allclose(net(x, {"single": Alpha((0.0, 1.0, 0.0))}), net(x), atol=1e-4)


@pytest.mark.parametrize("number", [0.5, -0.5])
def test_constant_map_equals_the_number(net: DynamicNet, number: float) -> None:
    x = torch.rand(1, 3, 24, 16)
    for name in ("strength", "dual"):
        painted = net(x, {name: Alpha((number,), map=torch.ones(7, 5))})
        torch.testing.assert_close(painted, net(x, {name: Alpha((number,))}), rtol=1e-4, atol=1e-5)


def test_map_with_both_signs_uses_each_side_where_it_holds(net: DynamicNet) -> None:
    """At the last tap the effect is local: each half must look as its own alpha does."""
    x, map_ = torch.rand(1, 3, 32, 64), torch.ones(32, 64)
    map_[:, 32:] = -1
    painted = net(x, {"dual": Alpha((0.0, 0.0, 0.8), map=map_)})
    higher = net(x, {"dual": Alpha((0.0, 0.0, 0.8))})
    lower = net(x, {"dual": Alpha((0.0, 0.0, -0.8))})
    torch.testing.assert_close(painted[..., :28], higher[..., :28], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(painted[..., 36:], lower[..., 36:], rtol=1e-4, atol=1e-5)


def test_fresh_dial_starts_at_the_main_net() -> None:
    net = style_transfer_net(2)
    net.add_dial("new")
    x = torch.rand(1, 3, 16, 16)
    assert torch.equal(net(x, {"new": Alpha((1.0,))}), net(x))


@pytest.mark.parametrize(("width", "parameters"), [(32, 1_679_235), (16, 424_899)])
def test_parameter_count_is_the_published_net_s(width: int, parameters: int) -> None:
    """1,679,235 is the count of the fast-neural-style net that the paper starts from."""
    assert sum(p.numel() for p in style_transfer_net(width).main.parameters()) == parameters


def test_three_full_width_blocks_have_the_published_count() -> None:
    net = style_transfer_net(32)
    net.add_dial("strength")
    assert sum(p.numel() for p in net.dial("strength").parameters()) == 913_248


def test_run_can_be_watched_and_stopped_between_stages(net: DynamicNet) -> None:
    seen: list[tuple[int, int]] = []

    class Stop(Exception):
        pass

    def stop_at_fourth(done: int, stages: int) -> None:
        seen.append((done, stages))
        if done == 4:
            raise Stop

    with pytest.raises(Stop):
        net(torch.rand(1, 3, 16, 16), {}, stop_at_fourth)
    assert seen == [(i, len(net.main)) for i in range(1, 5)]


def test_tap_that_is_no_stage_is_refused() -> None:
    with pytest.raises(ValueError, match=r"taps \['res9'\] are not stages"):
        DynamicNet(style_transfer_net(2).main, {"res9": 8})
