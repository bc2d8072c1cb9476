"""A rival of dials between two paintings: conditional instance normalisation (Dumoulin et al. 2017,
https://arxiv.org/abs/1610.07629). All weights are shared but the norms' own, of which each painting
has a set; between the paintings the sets are interpolated.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.architectures import HIGHER
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..loop.task import Batch, Losses, Phase
from ..style_transfer.task import StyleTransferTask


class ConditionalNorm(nn.Module):
    """In place of an InstanceNorm2d. share: of the second painting's set, from 0 to 1."""

    def __init__(self, norm: nn.InstanceNorm2d) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.stack([norm.weight.detach()] * 2))
        self.bias = nn.Parameter(torch.stack([norm.bias.detach()] * 2))
        self.eps, self.share = norm.eps, 0.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight, bias = (torch.lerp(sets[0], sets[1], self.share) for sets in self.parameters())
        return F.instance_norm(x, weight=weight, bias=bias, eps=self.eps)


def make_conditional(net: DynamicNet) -> None:
    """Give all norms of the main net a second set, which starts as the first one."""
    for module in list(net.main.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.InstanceNorm2d):
                setattr(module, name, ConditionalNorm(child))


def set_share(net: DynamicNet, share: float) -> None:
    """Paint so much of the second painting from now on."""
    for module in net.main.modules():
        if isinstance(module, ConditionalNorm):
            module.share = share


class ConditionalTask:
    """One step in two is for the main net's painting, the others for the first dial's."""

    def __init__(self, ordinary: StyleTransferTask, net: DynamicNet) -> None:
        self.ordinary, self.net = ordinary, net
        self.dial = ordinary.config.dials[0].id

    def compares_with_plain(self, phase: Phase) -> bool:
        return False

    def choose_alphas(self, phase: Phase, batch: Batch) -> dict[str, Alpha]:
        set_share(self.net, 1.0 if self._is_second(batch) else 0.0)
        return {}

    def make_companion(self, phase: Phase) -> None:
        """Nothing learns beside the net."""

    def compute_losses(self, phase: Phase, output: torch.Tensor, batch: Batch) -> Losses:
        aimed = replace(phase, dial=self.dial, side=HIGHER) if self._is_second(batch) else phase
        return self.ordinary.compute_losses(aimed, output, batch)

    def write_samples(self, net: DynamicNet, phase: Phase, step: int) -> Path:
        """Half of each."""
        set_share(net, 0.5)
        return self.ordinary.write_samples(net, phase, step)

    @staticmethod
    def _is_second(batch: Batch) -> bool:
        return batch.alpha > 0.5
