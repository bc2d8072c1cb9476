"""Content and style losses (Gatys et al. 2016; Johnson et al. 2016), on activations."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F

Activations = Mapping[str, torch.Tensor]


def gram_matrix(activation: torch.Tensor) -> torch.Tensor:
    """(B, C, H, W) -> (B, C, C): channel products divided by C * H * W, always in float32."""
    b, c, h, w = activation.shape
    flat = activation.float().reshape(b, c, h * w)
    return flat @ flat.transpose(1, 2) / (c * h * w)


def content_loss(activation: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared difference per picture, (B,)."""
    difference = activation.float() - target.float()
    return difference.square().mean(dim=(1, 2, 3))


def style_loss(activations: Activations, grams: Activations) -> torch.Tensor:
    """Sum over the layers of grams of the Gram matrices' mean squared difference, (B,)."""
    per_layer = [
        F.mse_loss(g := gram_matrix(activations[layer]), target.expand_as(g), reduction="none")
        for layer, target in grams.items()
    ]
    return torch.stack([layer.mean(dim=(1, 2)) for layer in per_layer]).sum(dim=0)
