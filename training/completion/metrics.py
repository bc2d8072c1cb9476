"""How good a filled hole is, against the photo that was there. Pictures are (1, 3, H, W) in [0, 1],
holes (1, 1, H, W) bool.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F

from ..loss_network import LossNetwork

MEASURES = ("psnr", "perceptual", "sharpness", "seam")
SMALLEST_VARIANCE = 1e-6  # of a Laplacian: below a tenth of a step of 1/255 nobody sees structure
Activations = Mapping[str, torch.Tensor]


def measure_fill(
    filled: torch.Tensor,
    photo: torch.Tensor,
    hole: torch.Tensor,
    *,
    network: LossNetwork,
    activations: Activations,
) -> torch.Tensor:
    """All MEASURES, (4,) float64. Sharpness is a logarithm, so that its mean is a geometric one.

    activations: the photo's own, on the layers to compare.
    """
    found = network(filled, tuple(activations))
    return torch.stack(
        [
            hole_psnr(filled, photo, hole),
            perceptual_distance(found, activations),
            relative_sharpness(filled, photo, hole).log(),
            seam_error(filled, photo, hole),
        ]
    ).double()


def hole_psnr(filled: torch.Tensor, photo: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
    """Peak signal-to-noise ratio in decibel, over the hole alone."""
    error = (filled - photo).square()[hole.expand_as(photo)].mean()
    return -10 * error.clamp(min=1e-10).log10()


def perceptual_distance(found: Activations, wanted: Activations) -> torch.Tensor:
    """Mean squared difference of channel-normalised activations, summed over the layers (Zhang et
    al. 2018, https://arxiv.org/abs/1801.03924, without learnt weights).
    """
    distances = [
        (F.normalize(found[layer], dim=1) - F.normalize(wanted[layer], dim=1)).square().sum(1)
        for layer in wanted
    ]
    return torch.stack([distance.mean() for distance in distances]).sum()


def relative_sharpness(
    filled: torch.Tensor, photo: torch.Tensor, hole: torch.Tensor
) -> torch.Tensor:
    """The Laplacian's variance in the hole, as a multiple of the photo's there."""
    kernel = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]).view(1, 1, 3, 3).to(photo)
    variances = []
    for picture in (filled, photo):
        gray = F.pad(picture.mean(1, keepdim=True), (1, 1, 1, 1), mode="replicate")
        variances.append(F.conv2d(gray, kernel)[hole].var() + SMALLEST_VARIANCE)
    return variances[0] / variances[1]


def seam_error(filled: torch.Tensor, photo: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
    """How far the difference between two neighbours, one in the hole and one outside, is from that
    in the photo: the mean over all such pairs.
    """
    errors = []
    for dim in (-2, -1):
        parted = hole.diff(dim=dim).expand_as(photo.diff(dim=dim))
        errors.append((filled.diff(dim=dim) - photo.diff(dim=dim)).abs()[parted])
    return torch.cat(errors).mean()
