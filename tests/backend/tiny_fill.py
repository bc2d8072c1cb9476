"""The maker of a tiny completion pack: width 2, random weights, one dial."""

from __future__ import annotations

from pathlib import Path

import torch

from dynamic_style.backend.nets.completion_net import completion_net
from dynamic_style.backend.packs import Architecture

from .tiny_packs import make_dial, make_manifest, write_tiny

TAPS = ("up1", "up2", "conv_out")


def make_tiny_fill(folder: Path) -> None:
    """Write the pack tiny-fill with the dial smoothness into a folder that is made."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(9)
        net = completion_net(2)
        net.add_dial("smoothness", zero_init=False)
        torch.nn.init.normal_(net.main["conv_out"].layer.weight, std=0.1)
    manifest = make_manifest(
        id="tiny-fill",
        task="completion",
        architecture=Architecture("completion", 2, TAPS),
        dials=(make_dial("smoothness", taps=TAPS),),
        measurements=(),
        working_size_px=64,
    )
    write_tiny(folder, manifest, net.eval().requires_grad_(False))
