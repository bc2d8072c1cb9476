"""How far pictures look apart to the loss network (Zhang et al. 2018,
https://arxiv.org/abs/1801.03924, without learnt weights).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from ..loss_network import LossNetwork

AT_A_TIME = 32
SHIFTS = (1, 2, 5, 11)  # each picture is compared with so many that come later


class Looks:
    """Pictures' channel-normalised activations, by layer (B, C, h, w), on the CPU."""

    def __init__(
        self, pictures: torch.Tensor, network: LossNetwork, layers: tuple[str, ...]
    ) -> None:
        """pictures: (B, 3, H, W) in [0, 1]."""
        device = next(network.parameters()).device
        parts = []
        with torch.inference_mode():
            for part in torch.split(pictures, AT_A_TIME):
                found = network(part.to(device), layers)
                parts.append([F.normalize(found[name], dim=1).cpu() for name in layers])
        self.layers = [torch.cat(same) for same in zip(*parts, strict=True)]

    def distance_to(self, other: Looks) -> torch.Tensor:
        """Of each picture to the other's of the same place, (B,): mean squared differences, summed
        over the layers.
        """
        return _distances(self.layers, other.layers)

    def diversity(self) -> float:
        """The mean distance of two of the pictures."""
        count = len(self.layers[0])
        distances = [
            _distances(self.layers, [layer.roll(shift % count, 0) for layer in self.layers])
            for shift in SHIFTS
            if shift % count
        ]
        return float(torch.cat(distances).mean())


def _distances(some: list[torch.Tensor], others: list[torch.Tensor]) -> torch.Tensor:
    each = [(a - b).square().sum(1).mean((1, 2)) for a, b in zip(some, others, strict=True)]
    return torch.stack(each).sum(0).double()
