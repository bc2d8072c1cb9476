"""Faces of seeds by a net in training, as the programs make them of a pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.tasks.generate_run import draw_latent

AT_A_TIME = 64


def make_faces(net: DynamicNet, seeds: Sequence[int], alphas: Mapping[str, Alpha]) -> torch.Tensor:
    """(B, 3, GENERATED_PX, GENERATED_PX) in [0, 1], on the CPU. net: in eval mode."""
    device = next(net.parameters()).device
    latents = np.stack([draw_latent(seed).reshape(-1, 1, 1) for seed in seeds])
    parts = torch.split(torch.from_numpy(latents), AT_A_TIME)
    with torch.inference_mode():
        made = [net(part.to(device), alphas).cpu() for part in parts]
    return torch.cat(made).clamp(0, 1)
