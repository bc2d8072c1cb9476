"""Content and style losses (Gatys et al. 2016; Johnson et al. 2016), on activations.

Each comes in two scales. The plain losses grow with the activations, the style loss with their
fourth power, so that the layer with the largest activations decides. The relative losses are
divided by the target's own size: they are 1 where there are no activations at all, and each layer
counts alike. All are computed in float32, under autocast, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch.autograd.function import FunctionCtx

Activations = Mapping[str, torch.Tensor]


def gram_matrix(activation: torch.Tensor) -> torch.Tensor:
    """(B, C, H, W) -> (B, C, C): channel products divided by C * H * W, always in float32."""
    with torch.autocast(activation.device.type, enabled=False):
        gram: torch.Tensor = _Gram.apply(activation)  # type: ignore[no-untyped-call]
    return gram


def content_loss(activation: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared difference per picture, (B,)."""
    difference = activation.float() - target.float()
    return difference.square().mean(dim=(1, 2, 3))


def relative_content_loss(activation: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """content_loss divided by the target's mean square, per picture, (B,)."""
    size = target.float().square().mean(dim=(1, 2, 3))
    return content_loss(activation, target) / size.clamp(min=TINY)


def style_loss(activations: Activations, grams: Activations) -> torch.Tensor:
    """Sum over the layers of grams of the Gram matrices' mean squared difference, (B,)."""
    layers = [_compare_grams(activations[layer], gram) for layer, gram in grams.items()]
    return torch.stack(layers).sum(dim=0)


def relative_style_loss(activations: Activations, grams: Activations) -> torch.Tensor:
    """Mean over the layers of what compare_layers gives, (B,)."""
    return torch.stack([*compare_layers(activations, grams).values()]).mean(dim=0)


def compare_layers(activations: Activations, grams: Activations) -> dict[str, torch.Tensor]:
    """Per layer of grams the Gram matrices' mean squared difference, divided by the mean square of
    the target's Gram matrix, (B,).
    """
    return {
        layer: _compare_grams(activations[layer], gram)
        / gram.square().mean(dim=(1, 2)).clamp(min=TINY)
        for layer, gram in grams.items()
    }


def total_variation(image: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of neighbours, across plus down, per picture, (B,)."""
    image = image.float()
    across = (image[..., 1:] - image[..., :-1]).square().mean(dim=(1, 2, 3))
    down = (image[..., 1:, :] - image[..., :-1, :]).square().mean(dim=(1, 2, 3))
    return across + down


@dataclass(frozen=True)
class LossPair:
    content: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    style: Callable[[Activations, Activations], torch.Tensor]


# by a config's loss.normalisation
LOSSES = {
    "none": LossPair(content_loss, style_loss),
    "target": LossPair(relative_content_loss, relative_style_loss),
}
TINY = 1e-12  # of targets without any activation at all, such as those of a black picture


def _compare_grams(activation: torch.Tensor, gram: torch.Tensor) -> torch.Tensor:
    return (gram_matrix(activation) - gram).square().mean(dim=(1, 2))


class _Gram(torch.autograd.Function):
    """Gram matrices whose gradient takes one product, not autograd's two, since they are symmetric.
    It has the activation's own type and the loss network's layout.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, activation: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(activation)
        grams = []
        # one by one, so that the float32 copies stay in the processor's cache
        for picture in _flatten_positions(activation):
            positions = picture.float()
            grams.append(positions.mT @ positions)
        return torch.stack(grams) / activation[0].numel()

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: torch.Tensor) -> torch.Tensor:
        (activation,) = ctx.saved_tensors  # type: ignore[attr-defined]
        (gradient,) = gradients
        batch, channels, height, width = activation.shape
        both = (gradient + gradient.mT) / activation[0].numel()
        back: torch.Tensor = _flatten_positions(activation) @ both.to(activation.dtype)
        return back.reshape(batch, height, width, channels).permute(0, 3, 1, 2)


def _flatten_positions(activation: torch.Tensor) -> torch.Tensor:
    """(B, C, H, W) as (B, H * W, C)."""
    return activation.permute(0, 2, 3, 1).flatten(1, 2)
