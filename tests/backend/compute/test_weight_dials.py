"""Dials of weights on both engines: the same pictures, whole, in strips, and turned anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from dynamic_style.backend.compute.engine import Alphas, DialAlpha, Net
from dynamic_style.backend.compute.openvino.style_transfer_strips import StyleStrips
from dynamic_style.backend.compute.openvino_engine import OpenVinoEngine
from dynamic_style.backend.compute.torch_engine import TorchNet
from dynamic_style.backend.packs.weights import PackWeights

from ..tiny_packs import make_dial
from .torch_nets import arrays_of, difference, painted, picture, random_net

FLOAT32 = 1e-3
STYLE, COMPLETION = "style_transfer", "completion"
SETTINGS: list[Alphas] = [
    {},
    *({"second": DialAlpha((alpha,))} for alpha in (-0.4, 0.5, 1.0, 1.3)),
    *({"both-ways": DialAlpha((alpha,))} for alpha in (-0.8, 0.8)),
    {"second": DialAlpha((0.5,)), "both-ways": DialAlpha((-0.5,))},
    {"second": DialAlpha((0.7,)), "all": DialAlpha((0.4, 0.0, 0.9)), "dual": DialAlpha((-0.3,))},
    {"all": DialAlpha((0.8,), painted(9, 13)), "both-ways": DialAlpha((0.6,))},
    {},
]


def nets_of(name: str, width: int) -> tuple[TorchNet, PackWeights]:
    """random_net's, with two dials of weights more, of which one is dual."""
    torchs, weights = random_net(name, width)
    dials, arrays = [], dict(weights.dials)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        for dial, dual in (("second", False), ("both-ways", True)):
            added = torchs.net.add_weight_dial(dial, dual=dual).requires_grad_(False)
            for parameter in added.parameters():
                parameter.data.copy_(0.1 * torch.randn_like(parameter))
            dials.append(make_dial(dial, taps=(), dual=dual))
            arrays[dial] = arrays_of(added)
    manifest = replace(weights.manifest, dials=(*weights.manifest.dials, *dials))
    return torchs, replace(weights, manifest=manifest, dials=arrays)


@pytest.mark.parametrize("name", [STYLE, COMPLETION])
def test_both_engines_paint_the_same(name: str) -> None:
    torchs, weights = nets_of(name, 3)
    openvinos = OpenVinoEngine("float32", threads=1).load(weights)
    x = picture(name, 20, 28)
    made = [openvinos.run(x, alphas) for alphas in SETTINGS]
    for alphas, one in zip(SETTINGS, made, strict=True):
        assert difference(one, torchs.run(x, alphas)) < FLOAT32
    apart = [difference(made[0], one) for one in made]
    assert apart[0] == apart[-1] == 0  # the main net's again, bit for bit
    assert min(apart[1:-1]) > FLOAT32


def test_in_strips_both_engines_paint_the_whole_picture() -> None:
    torchs, weights = nets_of(STYLE, 3)
    x = picture(STYLE, 100, 44)
    for alphas in SETTINGS[1:]:
        expected = torchs.run(x, alphas)
        strips = StyleStrips(weights, x, alphas, precision="float32", threads=1, rows=16)
        assert difference(strips.run(), expected) < FLOAT32
        assert difference(torchs.run_in_strips(x, alphas), expected) < FLOAT32


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_norms_that_remember_are_those_of_the_turned_net(engine: str) -> None:
    net, x = _net(engine), picture(STYLE, 20, 28)
    for alphas in SETTINGS[1:]:
        made, used = net.run_remembering(x, alphas, None)
        assert difference(made, net.run(x, alphas)) < FLOAT32
    assert all(np.isfinite(part).all() for moments in used.values() for part in moments)


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_a_turned_dial_shows_what_a_run_gives(engine: str) -> None:
    net, x = _net(engine), picture(STYLE, 16, 24)
    replay = net.start_replay(x)
    last = [{"second": DialAlpha((0.7,)), "all": DialAlpha((0.4, 0.2, at))} for at in (0, 1, 0.5)]
    for alphas in [*SETTINGS, *last, *reversed(SETTINGS)]:
        assert difference(replay.run(alphas), net.run(x, alphas)) < 1e-4


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_a_map_over_weights_is_refused(engine: str) -> None:
    net, x = _net(engine), picture(STYLE, 16, 24)
    with pytest.raises(ValueError, match="takes one number, and no map"):
        net.run(x, {"second": DialAlpha((0.5,), painted(4, 6))})


def _net(engine: str) -> Net:
    torchs, weights = nets_of(STYLE, 2)
    return torchs if engine == "torch" else OpenVinoEngine("float32", threads=1).load(weights)
