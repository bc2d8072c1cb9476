"""DCGAN's discriminator (Radford et al. 2016, https://arxiv.org/abs/1511.06434), and how it learns
beside the net, by the non-saturating loss of Goodfellow et al. 2014.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from ..loop.companion import LearningNet
from ..loop.task import Batch

SLOPE = 0.2
INITIAL_STD = 0.02
BETAS = (0.5, 0.999)  # of Adam, as DCGAN has them


class FaceDiscriminator(nn.Module):
    """RGB (B, 3, 64, 64) in [0, 1] to scores (B,): above 0 for a photo, below for what a net made.

    Its batch norms always use the batch's own statistics.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [_convolution(3, width), nn.LeakyReLU(SLOPE)]
        for inputs in (width, 2 * width, 4 * width):
            norm = nn.BatchNorm2d(2 * inputs, track_running_stats=False)
            nn.init.normal_(norm.weight, 1.0, INITIAL_STD)
            layers += [_convolution(inputs, 2 * inputs), norm, nn.LeakyReLU(SLOPE)]
        last = nn.Conv2d(8 * width, 1, 4, bias=False)
        nn.init.normal_(last.weight, std=INITIAL_STD)
        self.layers = nn.Sequential(*layers, last)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.layers(image * 2 - 1)
        return scores.flatten().float()


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    conv = nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)
    nn.init.normal_(conv.weight, std=INITIAL_STD)
    return conv


class Adversary(LearningNet):
    """A discriminator and its optimiser, as a companion of a phase."""

    def __init__(
        self, width: int, *, learning_rate: float, seed: int, device: torch.device
    ) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            net = FaceDiscriminator(width).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        super().__init__(net, learning_rate=learning_rate, betas=BETAS)

    def judge(self, output: torch.Tensor) -> torch.Tensor:
        """Scores of what the net made, (B,). Leaves no gradients in the discriminator."""
        self.net.requires_grad_(False)
        scores: torch.Tensor = self.net(output)
        return scores

    def learn(self, output: torch.Tensor, batch: Batch) -> None:
        """Take a step: photos against what the net made, each with batch statistics of its own. It
        is computed in the number type that the output was.
        """
        self.net.requires_grad_(True)
        kind, dtype = output.device.type, output.dtype
        with torch.autocast(kind, dtype, enabled=dtype is not torch.float32):
            real, made = self.net(batch.photos), self.net(output)
            loss = F.softplus(-real).mean() + F.softplus(made).mean()
        self.take_step(loss)
