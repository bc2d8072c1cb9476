"""The classifier that measures: which attributes a face has. It learns from the faces' own labels,
and is held against faces that it has not seen.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .faces import Faces

WIDTHS = (3, 32, 64, 96, 128)
BATCH, LEARNING_RATE = 64, 2e-3
AT_A_TIME = 256
SEED = 1  # its own, so that packs of one data set are measured alike


class AttributeClassifier(nn.Module):
    """(B, 3, H, W) in [0, 1] to (B, attributes): scores, above 0 for those that a face has."""

    def __init__(self, attributes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise(WIDTHS):
            layers += [
                nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
            ]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(attributes))

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.layers(faces * 2 - 1)
        return scores


def train_classifier(
    faces: Faces, attributes: Sequence[str], *, steps: int, device: torch.device
) -> AttributeClassifier:
    """A classifier of these attributes, in eval mode. Raises DatasetError for one that is not
    there.
    """
    columns = np.stack([faces.labels.column(name) for name in attributes], axis=1)
    places = np.flatnonzero(~faces.held_out)
    random = np.random.default_rng(SEED)
    with torch.random.fork_rng(devices=[]), torch.inference_mode(False), torch.enable_grad():
        torch.manual_seed(SEED)
        net = AttributeClassifier(len(attributes))
        net(torch.zeros(2, 3, *faces.images.shape[1:3]))  # tells the last layer its inputs
        net = net.to(device)
        optimiser = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        for _ in range(steps):
            chosen = places[random.integers(len(places), size=BATCH)]
            pictures = faces.pictures(chosen)
            flags = torch.from_numpy(random.random(BATCH) < 0.5)
            pictures[flags] = pictures[flags].flip(-1)
            wanted = torch.from_numpy(columns[chosen]).float().to(device)
            loss = F.binary_cross_entropy_with_logits(net(pictures.to(device)), wanted)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return net.eval().requires_grad_(False)


def classify(net: AttributeClassifier, pictures: torch.Tensor) -> torch.Tensor:
    """The probability of each attribute, (B, attributes), on the CPU. pictures: (B, 3, H, W)."""
    device = next(net.parameters()).device
    with torch.inference_mode():
        scores = [net(part.to(device)).sigmoid().cpu() for part in torch.split(pictures, AT_A_TIME)]
    return torch.cat(scores)


def measure_accuracy(
    net: AttributeClassifier, faces: Faces, attributes: Sequence[str]
) -> list[float]:
    """The share of the faces held out of which each attribute is told rightly."""
    places = np.flatnonzero(faces.held_out)
    found = torch.cat(
        [
            classify(net, faces.pictures(places[start : start + AT_A_TIME]))
            for start in range(0, len(places), AT_A_TIME)
        ]
    )
    columns = np.stack([faces.labels.column(name)[places] for name in attributes], axis=1)
    right = (found > 0.5) == torch.from_numpy(columns)
    return [float(share) for share in right.double().mean(dim=0)]
