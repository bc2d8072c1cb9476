"""The patch discriminator of completion, and how it learns beside the net.

It is that of pix2pix (Isola et al. 2017), which judges overlapping patches, not the whole picture.
Spectral normalisation (Miyato et al. 2018, https://arxiv.org/abs/1802.05957) and the hinge loss
(Lim and Ye 2017, https://arxiv.org/abs/1705.02894) keep the two in balance. It sees where the hole
is, and only patches that overlap the hole count.
"""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ..loop.companion import LearningNet
from ..loop.task import Batch

SLOPE = 0.2
BETAS = (0.5, 0.99)  # of Adam, usual for adversarial training


class PatchDiscriminator(nn.Module):
    """RGB (B, 3, H, W) and hole (B, 1, H, W) to scores (B, 1, H / 8, W / 8): above 0 for a photo,
    below 0 for what a net made.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        widths = (4, width, 2 * width, 4 * width)
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise(widths):
            layers += [_make_convolution(inputs, outputs, stride=2), nn.LeakyReLU(SLOPE)]
        layers += [_make_convolution(4 * width, 4 * width, stride=1), nn.LeakyReLU(SLOPE)]
        layers.append(spectral_norm(nn.Conv2d(4 * width, 1, 3, padding=1)))
        self.layers = nn.Sequential(*layers)

    def forward(self, image: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.layers(torch.cat([image * 2 - 1, hole], dim=1))
        return scores


def _make_convolution(inputs: int, outputs: int, *, stride: int) -> nn.Module:
    kernel = 4 if stride == 2 else 3
    module: nn.Module = spectral_norm(nn.Conv2d(inputs, outputs, kernel, stride, padding=1))
    return module


def weigh_by_hole(hole: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """The share of the hole that lies under each score; sums to 1 over the batch."""
    share = F.adaptive_avg_pool2d(hole, (scores.shape[-2], scores.shape[-1]))
    return share / share.sum().clamp(min=1e-6)


class Adversary(LearningNet):
    """A discriminator and its optimiser, as a companion of a phase."""

    def __init__(
        self, width: int, *, learning_rate: float, seed: int, device: torch.device
    ) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            net = PatchDiscriminator(width).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        super().__init__(net, learning_rate=learning_rate, betas=BETAS)

    def generator_loss(self, output: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
        """Low where the output passes for a photo. Leaves no gradients in the discriminator."""
        self.net.requires_grad_(False)
        scores = self.net(output, hole)
        loss: torch.Tensor = -(scores * weigh_by_hole(hole, scores)).sum()
        return loss

    def learn(self, output: torch.Tensor, batch: Batch) -> None:
        """Take a step of the hinge loss: photos against what the net made of them."""
        self.net.requires_grad_(True)
        hole = take_hole(batch)
        scores = self.net(torch.cat([batch.photos, output]), torch.cat([hole, hole]))
        real, made = scores.chunk(2)
        weight = weigh_by_hole(hole, real)
        self.take_step(((F.relu(1 - real) + F.relu(1 + made)) * weight).sum())


def take_hole(batch: Batch) -> torch.Tensor:
    """(B, 1, S, S), 1 in the hole: the last of the net's inputs."""
    assert batch.inputs is not None
    return batch.inputs[:, -1:]
