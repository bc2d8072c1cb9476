"""What is said of nets without making them is what the nets themselves are."""

from __future__ import annotations

import re

import pytest
import torch
from torch import nn

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.architectures import LAYOUTS, TORCH_WORDS, dial_shapes
from dynamic_style.backend.packs.tensors import NETS


@pytest.mark.parametrize("width", [1, 2, 3, 8, 16])
@pytest.mark.parametrize("name", NETS)
def test_parameters_and_taps_are_those_of_the_net(name: str, width: int) -> None:
    net, layout = NETS[name](width), LAYOUTS[name]
    shapes = {key: tuple(value.shape) for key, value in net.main.state_dict().items()}
    assert layout.main_shapes(width) == shapes
    assert list(layout.taps(width).items()) == list(net.taps.items())


def test_the_words_that_torch_keeps_are_known_without_it() -> None:
    named = {word for word in dir(nn.ModuleDict()) if re.fullmatch("[a-z0-9-]+", word)}
    assert named <= TORCH_WORDS


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("dual", [False, True])
def test_a_dials_parameters_are_those_of_its_blocks(name: str, dual: bool) -> None:
    net = NETS[name](2)
    for taps in (tuple(net.taps), tuple(net.taps)[1:], tuple(net.taps)[:1]):
        dial = net.add_dial("-".join(taps), taps=taps, dual=dual)
        shapes = {key: tuple(value.shape) for key, value in dial.state_dict().items()}
        assert dial_shapes({tap: net.taps[tap] for tap in taps}, dual=dual) == shapes


@pytest.mark.parametrize("name", NETS)
def test_feature_maps_at_taps_are_as_much_smaller_as_is_said(name: str) -> None:
    net, layout = NETS[name](2), LAYOUTS[name]
    seen = {}
    for tap in net.taps:
        block = net.add_dial(tap, taps=(tap,)).block("higher", tap)
        block.register_forward_hook(  # type: ignore[attr-defined]
            lambda _, given, __, tap=tap: seen.update({tap: tuple(given[0].shape[-2:])})
        )
    given = 8 * layout.size_multiple if layout.generates_px is None else 1
    x = torch.rand(1, layout.input_channels, given, given)
    made = net(x, {tap: Alpha((1.0,)) for tap in net.taps})
    side, _ = layout.made_size((given, given))
    assert made.shape == (1, 3, side, side)
    assert seen == {tap: (side // by, side // by) for tap, by in layout.reductions.items()}
