"""The maker of a tiny generation pack: width 2, random weights, two dials of which one is dual."""

from __future__ import annotations

from pathlib import Path

import torch

from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.generation_net import generation_net
from dynamic_style.backend.packs import Architecture

from .tiny_packs import make_dial, make_manifest, write_tiny

TAPS = ("up2", "up3", "conv_out")


def make_faces_net() -> DynamicNet:
    """Its pictures differ from seed to seed: its norms know their inputs, as after a training."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        net = generation_net(2)
        net.add_dial("hair", dual=True, zero_init=False)
        net.add_dial("beard", taps=("up3",), zero_init=False)
        net.main.train()
        with torch.no_grad():
            for _ in range(60):
                net(torch.rand(16, 100, 1, 1) * 2 - 1)
            net.main["conv_out"].weight *= 20
    return net.eval().requires_grad_(False)


def make_tiny_faces(folder: Path) -> None:
    """Write the pack tiny-faces into a folder that is made."""
    manifest = make_manifest(
        id="tiny-faces",
        task="generation",
        architecture=Architecture("generation", 2, TAPS),
        dials=(make_dial("hair", taps=TAPS, dual=True), make_dial("beard", taps=("up3",))),
        measurements=(),
        working_size_px=64,
    )
    write_tiny(folder, manifest, make_faces_net())
