"""How far frames are from the painting of the pack that made them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from ..loss_network import LossNetwork
from ..style_transfer.config import StyleConfig
from ..style_transfer.losses import LOSSES
from ..style_transfer.task import read_grams
from .scenes import Samples

StyleLoss = Callable[[Sequence[Samples]], float]  # the mean of some frames


def style_loss(config: StyleConfig, network: LossNetwork, data: Path) -> StyleLoss:
    """To the main net's painting, as `evaluate` has it. data: the root. Raises DatasetError."""
    grams = read_grams(config.main.objective, data, network, config)
    loss, layers = LOSSES[config.loss.normalisation].style, config.loss.style_layers

    def mean(frames: Sequence[Samples]) -> float:
        losses = []
        with torch.inference_mode():
            for frame in frames:
                picture = torch.from_numpy(frame.copy()).permute(2, 0, 1)[None].float() / 255
                losses.append(float(loss(network(picture, layers), grams)))
        return statistics.mean(losses)

    return mean
