"""Completion as the paper tries it: a hole of one size in the middle, and a net that makes up what
was there. (That of packs mixes fills, and so makes nothing up.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import nn

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.architectures import COMPLETION_INPUTS, FILLS
from dynamic_style.backend.nets.dynamic_net import DynamicNet, StageDone
from dynamic_style.backend.nets.layers import ConvLayer, NarrowConv, ResidualBlock, UpsampleConv

from ..completion.validation_holes import HoledPhoto
from ..dials import add_dials
from ..loop.task import Batch
from ..photos.crops import PhotoSet
from ..settings import TaskConfig

GREY = 0.5
BLOCKS = 5


class MakingUpNet(DynamicNet):
    """As DynamicNet; outside the hole its input's first picture stays as it is."""

    def forward(
        self,
        x: torch.Tensor,
        alphas: Mapping[str, Alpha] | None = None,
        on_stage: StageDone | None = None,
    ) -> torch.Tensor:
        return torch.where(x[:, -1:] > 0, super().forward(x, alphas, on_stage), x[:, :3])


@dataclass(frozen=True)
class CentreHoles:
    """A BatchSource of photos with a hole in their middle."""

    photos: PhotoSet
    hole_px: int

    def draw(
        self, phase: int, step: int, *, batch_size: int, rank: int = 0, world: int = 1
    ) -> Batch:
        batch = self.photos.draw(phase, step, batch_size=batch_size, rank=rank, world=world)
        return replace(batch, inputs=give_hole(batch.photos, self.hole_px))


def build_making_up_net(config: TaskConfig) -> DynamicNet:
    """A fresh net with all dials: an encoder and decoder of the pix2pix family (Isola et al. 2017),
    with the residual blocks of Johnson et al. (2016). (B, 10, H, W) to (B, 3, H, W).
    """
    torch.manual_seed(config.seed)
    width = config.net.width
    half, quarter = 2 * width, 4 * width
    main = nn.ModuleDict(
        {
            "conv1": ConvLayer(COMPLETION_INPUTS, width, kernel=5),
            "conv2": ConvLayer(width, half, kernel=3, stride=2),
            "conv3": ConvLayer(half, quarter, kernel=3, stride=2),
            "conv4": ConvLayer(quarter, quarter, kernel=3, stride=2),
            **{f"res{i}": ResidualBlock(quarter) for i in range(1, BLOCKS + 1)},
            "up1": UpsampleConv(quarter, quarter),
            "up2": UpsampleConv(quarter, half),
            "up3": UpsampleConv(half, width),
            "conv_out": NarrowConv(width, 3, kernel=9),
        }
    )
    net = MakingUpNet(main, {"up1": quarter, "up2": quarter, "conv_out": width})
    add_dials(net, config)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return net


def give_hole(photos: torch.Tensor, hole_px: int) -> torch.Tensor:
    """(B, 3, S, S) -> (B, 10, S, S): in place of each fill the photo with a grey square, and where
    that is.
    """
    side = photos.shape[-1]
    start = (side - hole_px) // 2
    hole = torch.zeros_like(photos[:, :1])
    hole[..., start : start + hole_px, start : start + hole_px] = 1
    holed = torch.where(hole > 0, torch.full_like(photos, GREY), photos)
    return torch.cat([*[holed] * len(FILLS), hole], dim=1)


def cut_centre(photo: torch.Tensor, hole_px: int) -> HoledPhoto:
    """photo: (1, 3, S, S)."""
    return HoledPhoto(photo, give_hole(photo, hole_px))
