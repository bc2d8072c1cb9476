"""A net run in strips gives the whole picture's result: no seams, no strip with its own look."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.strips import can_run_in_strips, rows_per_strip, run_in_strips
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net

SIZES = [(8, 8), (20, 12), (100, 36)]
MAP = torch.rand(20, 30, generator=torch.Generator().manual_seed(5)) * 2 - 1
SETTINGS = {
    "at rest": {},
    "one number": {"strength": Alpha((0.7,))},
    "a number for each tap": {"strength": Alpha((0.3, -0.6, 1.2))},
    "one tap": {"strength": Alpha((0.0, 0.9, 0.0))},
    "several dials": {"strength": Alpha((0.5,)), "dual": Alpha((-0.4,)), "single": Alpha((1.0,))},
    "a map": {"strength": Alpha((0.8,), MAP)},
    "a map with both signs and another dial": {
        "dual": Alpha((1.0, 0.2, -0.7), MAP),
        "single": Alpha((0.5,)),
    },
}


@pytest.fixture
def net() -> DynamicNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        made = style_transfer_net(3)
        made.add_dial("strength", zero_init=False)
        made.add_dial("dual", dual=True, zero_init=False)
        made.add_dial("single", taps=("up1",), zero_init=False)
    return made.eval().requires_grad_(False)


def picture(height: int, width: int) -> torch.Tensor:
    """Darker below: strips that took statistics of their own would differ."""
    noise = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(height))
    return noise * torch.linspace(1, 0.1, height)[:, None]


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rows", [5, 32])
def test_strips_give_the_whole_picture_s_result(
    net: DynamicNet, settings: dict[str, Alpha], size: tuple[int, int], rows: int
) -> None:
    x = picture(*size)
    in_strips = run_in_strips(net, x, settings, rows=rows)
    torch.testing.assert_close(in_strips, net(x, settings), rtol=0, atol=1e-4)


def test_strips_are_exact_but_for_rounding(net: DynamicNet) -> None:
    x, settings = picture(64, 40).double(), {"strength": Alpha((0.7,), MAP.double())}
    in_strips = run_in_strips(net.double(), x, settings, rows=5)
    torch.testing.assert_close(in_strips, net(x, settings), rtol=0, atol=1e-11)


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_every_strip_is_reported_up_to_the_last(
    net: DynamicNet, settings: dict[str, Alpha]
) -> None:
    seen: list[tuple[int, int]] = []
    run_in_strips(net, picture(64, 16), settings, lambda *done: seen.append(done), rows=7)
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    assert {total for _, total in seen} == {len(seen)}


def test_a_report_may_stop_the_run_at_any_strip(net: DynamicNet) -> None:
    def stop(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_strips(net, picture(64, 16), {}, stop, rows=8)


def test_the_picture_that_was_given_is_not_changed(net: DynamicNet) -> None:
    x = picture(40, 16)
    before = x.clone()
    run_in_strips(net, x, {"strength": Alpha((0.5,))}, rows=8)
    assert torch.equal(x, before)


def test_nets_with_other_stages_are_known() -> None:
    assert can_run_in_strips(style_transfer_net(2))
    assert not can_run_in_strips(DynamicNet(nn.ModuleDict({"other": nn.Conv2d(3, 3, 5)}), {}))


def test_wider_pictures_get_flatter_strips() -> None:
    assert rows_per_strip(512) > rows_per_strip(4096) >= rows_per_strip(100_000) > 0
