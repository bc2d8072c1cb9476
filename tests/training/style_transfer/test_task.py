"""What a phase minimises: lambda at a sampled alpha, and how two paintings share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dynamic_style.training.dials import list_phases
from dynamic_style.training.errors import ConfigError, DatasetError
from dynamic_style.training.loop.task import Batch, Losses
from dynamic_style.training.loss_network import LossNetwork, load_loss_network
from dynamic_style.training.style_transfer.config import Objective, parse_config
from dynamic_style.training.style_transfer.losses import total_variation
from dynamic_style.training.style_transfer.task import StyleTransferTask, read_grams

from ..conftest import TINY


def _losses(data: Path, network: LossNetwork, text: str, phase: str, alpha: float) -> Losses:
    task = StyleTransferTask(parse_config(text), network, data, data / "unused")
    (chosen,) = [p for p in list_phases(task.config) if p.name == phase]
    photos = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    output = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    return task.compute_losses(chosen, output, Batch(photos, alpha))


def _effective_lambda(losses: Losses) -> float:
    weighted = losses.total - losses.parts["content"]
    return float(weighted / losses.parts["style"])


@pytest.mark.parametrize(("alpha", "expected"), [(0.25, 10**2.5), (0.5, 1e3), (1.0, 1e4)])
def test_sampled_alpha_interpolates_lambda_in_the_logarithm(
    alpha: float, expected: float, data_root: Path, loss_network: LossNetwork
) -> None:
    """The main net's lambda is 100, the dial's 10,000."""
    text = TINY.read_text(encoding="utf-8")
    text = text.replace("[dials.higher]", 'alpha = "sampled"\n[dials.higher]', 1)
    losses = _losses(data_root, loss_network, text, "strength.higher", alpha)
    assert _effective_lambda(losses) == pytest.approx(expected, rel=1e-3)


def test_fixed_alpha_trains_on_the_dials_own_lambda(
    data_root: Path, loss_network: LossNetwork
) -> None:
    text = TINY.read_text(encoding="utf-8")
    for phase, expected in (("main", 100.0), ("strength.higher", 1e4), ("strength.lower", 1.0)):
        losses = _losses(data_root, loss_network, text, phase, 0.3)
        assert _effective_lambda(losses) == pytest.approx(expected, rel=0.02)


def test_two_paintings_share_by_alpha(data_root: Path, loss_network: LossNetwork) -> None:
    text = TINY.read_text(encoding="utf-8")
    only_second = _losses(data_root, loss_network, text, "second.higher", 1.0)
    mixed = _losses(data_root, loss_network, text, "second.higher", 0.25)
    only_first = _losses(data_root, loss_network, text, "main", 1.0)
    style = [float(x.total - x.parts["content"]) for x in (only_first, mixed, only_second)]
    assert style[1] == pytest.approx(0.75 * style[0] + 0.25 * style[2], rel=1e-3)


RELATIVE = '[loss]\nnormalisation = "target"'


def test_relative_losses_mean_the_same_for_every_scale_of_the_network(
    data_root: Path, loss_network_file: Path
) -> None:
    """With losses relative to the target neither the network's scale nor the painting changes what
    a lambda means; without, a scale 10 times as large makes the style loss 10,000 times smaller.
    """
    text = TINY.read_text(encoding="utf-8")
    found = {}
    for kind, config in (("plain", text), ("target", text.replace("[loss]", RELATIVE))):
        networks = [
            load_loss_network(loss_network_file, activation_scale=scale) for scale in (6.0, 60.0)
        ]
        losses = [_losses(data_root, network, config, "main", 1.0) for network in networks]
        found[kind] = [float(loss.parts["style"]) for loss in losses]
    assert found["target"][0] == pytest.approx(found["target"][1], rel=1e-4)
    assert found["plain"][0] == pytest.approx(1e4 * found["plain"][1], rel=1e-3)


def test_total_variation_is_part_of_the_objective_when_asked_for(
    data_root: Path, loss_network: LossNetwork
) -> None:
    text = TINY.read_text(encoding="utf-8")
    without = _losses(data_root, loss_network, text, "main", 1.0)
    rougher = text.replace("[loss]", "[loss]\ntotal_variation = 3.0")
    output = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    difference = _losses(data_root, loss_network, rougher, "main", 1.0).total - without.total
    assert float(difference) == pytest.approx(3 * float(total_variation(output)), rel=1e-2)


def test_what_is_cut_off_a_painting_is_not_learnt(
    tmp_path: Path, loss_network: LossNetwork
) -> None:
    """A frame at its right, a fifth of the scan's width."""
    config = parse_config(TINY.read_text(encoding="utf-8"))
    painting = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    framed = np.concatenate([painting, np.full((64, 16, 3), 200, np.uint8)], axis=1)
    for name, pixels in (("bare.png", painting), ("framed.png", framed)):
        Image.fromarray(pixels).save(tmp_path / name)
    bare = Objective(style="bare.png", style_weight=1.0, style_px=64)
    whole = replace(bare, style="framed.png")
    cut = replace(whole, cut=(0.0, 0.0, 0.2, 0.0))
    grams = [read_grams(o, tmp_path, loss_network, config) for o in (bare, cut, whole)]
    for layer in config.loss.style_layers:
        assert torch.equal(grams[0][layer], grams[1][layer])
        assert not torch.equal(grams[0][layer], grams[2][layer])


def test_a_painting_of_which_nothing_is_left_is_named(
    tmp_path: Path, loss_network: LossNetwork
) -> None:
    config = parse_config(TINY.read_text(encoding="utf-8"))
    Image.new("RGB", (40, 40)).save(tmp_path / "small.png")
    most = Objective(style="small.png", style_weight=1.0, style_px=40, cut=(0.4, 0.0, 0.4, 0.0))
    with pytest.raises(DatasetError, match=r"small\.png' 8 x 40 pixels are left; cut less"):
        read_grams(most, tmp_path, loss_network, config)


@pytest.mark.parametrize("cut", ["[0.0, 0.0, 0.5, 0.0]", "[-0.1, 0.0, 0.0, 0.0]", "[0.1, 0.1]"])
def test_more_than_a_painting_has_is_not_cut(cut: str) -> None:
    text = TINY.read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match="cut"):
        parse_config(text.replace("[main.objective]", f"[main.objective]\ncut = {cut}"))
