"""The frozen loss network: VGG-16's convolutions (Simonyan & Zisserman, https://arxiv.org/abs/1409.1556)
with the original Oxford weights (CC BY 4.0), which torchvision calls IMAGENET1K_FEATURES.
"""

from __future__ import annotations

import hashlib

import torch
import torch.nn.functional as F
from torch import nn

from ..errors import LossNetworkError

# layer -> (index in torchvision's vgg16().features, input channels, output channels)
CONVOLUTIONS = {
    "relu1_1": (0, 3, 64),
    "relu1_2": (2, 64, 64),
    "relu2_1": (5, 64, 128),
    "relu2_2": (7, 128, 128),
    "relu3_1": (10, 128, 256),
    "relu3_2": (12, 256, 256),
    "relu3_3": (14, 256, 256),
    "relu4_1": (17, 256, 512),
    "relu4_2": (19, 512, 512),
    "relu4_3": (21, 512, 512),
}
POOL_BEFORE = ("relu2_1", "relu3_1", "relu4_1")
MEAN = (0.48235, 0.45882, 0.40784)  # RGB in [0, 1]; then times 255: what these weights expect


class LossNetwork(nn.Module):
    """(B, 3, H, W) RGB in [0, 1] -> {layer: (B, C, h, w)}, divided by activation_scale.

    Under autocast it computes in autocast's type, with weights that are cast once: autocast itself
    casts frozen weights anew at every call.
    """

    mean: torch.Tensor

    def __init__(self, weights: dict[str, torch.Tensor], *, activation_scale: float) -> None:
        """weights: torchvision's keys, `features.0.weight` on. Raises LossNetworkError."""
        super().__init__()
        self.convolutions = nn.ModuleDict()
        for layer, (index, inputs, outputs) in CONVOLUTIONS.items():
            conv = nn.Conv2d(inputs, outputs, 3, padding=1)
            for kind, parameter in (("weight", conv.weight), ("bias", conv.bias)):
                key = f"features.{index}.{kind}"
                given = weights.get(key)
                if given is None or parameter is None or given.shape != parameter.shape:
                    found = "nothing" if given is None else f"shape {tuple(given.shape)}"
                    raise LossNetworkError(
                        f"loss network: '{key}' should have shape {tuple(conv.weight.shape)}, "
                        f"found {found}; use VGG-16's features as torchvision names them"
                    )
                parameter.data.copy_(given)
            self.convolutions[layer] = conv
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.activation_scale = activation_scale
        self._casts: dict[tuple[str, torch.dtype], tuple[torch.Tensor, torch.Tensor]] = {}
        self.sha256 = _hash(self.convolutions)
        self.eval().requires_grad_(False)
        # backward through the network is 1.5 times as fast in this layout on CPUs
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, image: torch.Tensor, layers: tuple[str, ...]) -> dict[str, torch.Tensor]:
        """The activations of the named layers; nothing past the deepest one is computed."""
        wanted, found = set(layers), {}
        device = image.device.type
        on = torch.is_autocast_enabled(device)
        dtype = torch.get_autocast_dtype(device) if on else self.mean.dtype
        h = ((image - self.mean) * 255).to(dtype, memory_format=torch.channels_last)
        for layer in self.convolutions:
            if layer in POOL_BEFORE:
                h = F.max_pool2d(h, 2)
            h = F.conv2d(h, *self._cast_weights(layer, dtype), padding=1).relu_()
            if layer in wanted:
                found[layer] = h if self.activation_scale == 1 else h / self.activation_scale
            if len(found) == len(wanted):
                break
        return found

    def _cast_weights(self, layer: str, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
        conv = self.convolutions[layer]
        assert isinstance(conv, nn.Conv2d) and conv.bias is not None
        if dtype is conv.weight.dtype:
            return conv.weight, conv.bias
        cast = self._casts.get((layer, dtype))
        if cast is None or cast[0].device != conv.weight.device:
            cast = self._casts[layer, dtype] = (conv.weight.to(dtype), conv.bias.to(dtype))
        return cast


def check_layers(layers: tuple[str, ...]) -> None:
    """Raises LossNetworkError for a layer that the network does not have."""
    for layer in layers:
        if layer not in CONVOLUTIONS:
            known = ", ".join(CONVOLUTIONS)
            raise LossNetworkError(f"loss network has no layer '{layer}'; take one of {known}")


def _hash(convolutions: nn.ModuleDict) -> str:
    """SHA-256 of the weights as float16: a half-precision copy of the network has the same."""
    digest = hashlib.sha256()
    for name, tensor in sorted(convolutions.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.to(torch.float16).contiguous().numpy().tobytes())
    return digest.hexdigest()
