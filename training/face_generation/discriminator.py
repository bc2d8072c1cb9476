"""DCGAN's discriminator (Radford et al. 2016, https://arxiv.org/abs/1511.06434), and how it learns
beside the net, by the non-saturating loss of Goodfellow et al. 2014.

In the place of its batch norms stand spectral ones (Miyato et al. 2018,
https://arxiv.org/abs/1802.05957): with those, which see photos and made pictures as batches apart,
it was certain of itself after 200 steps (losses above 20), and the net learned nothing.
"""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ..loop.companion import LearningNet
from ..loop.task import Batch
from .augmentation import augment

SLOPE = 0.2
BETAS = (0.5, 0.999)  # of Adam, as DCGAN has them
JUDGED, REAL, MADE = range(3)  # draws of one step


class FaceDiscriminator(nn.Module):
    """RGB (B, 3, 64, 64) in [0, 1] to scores (B,): above 0 for a photo, below for a made one."""

    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise((3, width, 2 * width, 4 * width, 8 * width)):
            layers += [spectral_norm(nn.Conv2d(inputs, outputs, 4, 2, 1)), nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(*layers, spectral_norm(nn.Conv2d(8 * width, 1, 4)))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.layers(image * 2 - 1)
        return scores.flatten().float()


class Adversary(LearningNet):
    """A discriminator and its optimiser, as a companion of a phase."""

    def __init__(
        self,
        width: int,
        *,
        learning_rate: float,
        augments: bool,
        seed: int,
        device: torch.device,
    ) -> None:
        self.augments = augments
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            net = FaceDiscriminator(width).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        super().__init__(net, learning_rate=learning_rate, betas=BETAS)

    def judge(self, output: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Scores of what the net made, (B,). Leaves no gradients in the discriminator."""
        self.net.requires_grad_(False)
        scores: torch.Tensor = self.net(self._show(output, batch, JUDGED))
        return scores

    def learn(self, output: torch.Tensor, batch: Batch) -> None:
        """Take a step: photos against what the net made, in the number type that the output was."""
        self.net.requires_grad_(True)
        kind, dtype = output.device.type, output.dtype
        with torch.autocast(kind, dtype, enabled=dtype is not torch.float32):
            real = self.net(self._show(batch.photos, batch, REAL))
            made = self.net(self._show(output, batch, MADE))
            loss = F.softplus(-real).mean() + F.softplus(made).mean()
        self.take_step(loss)

    def _show(self, pictures: torch.Tensor, batch: Batch, draw: int) -> torch.Tensor:
        """What the discriminator sees of them: by draws that are the batch's, so that a step is the
        same in a resumed run.
        """
        if not self.augments:
            return pictures
        chance = torch.Generator().manual_seed(int(batch.alpha * 2**52) * 4 + draw)
        return augment(pictures, chance)
