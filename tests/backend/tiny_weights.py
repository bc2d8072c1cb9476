"""Makers of the tiny pack with a dial of weights, beside its dials with blocks or alone."""

from __future__ import annotations

from pathlib import Path

import torch

from dynamic_style.backend.nets.dynamic_net import DynamicNet

from .tiny_packs import halved, make_dial, make_manifest, make_net, write_tiny

WEIGHTS = make_dial("second", taps=(), dual=True)
DIALS = (
    make_dial("strength", dual=True),
    WEIGHTS,
    make_dial("towards-waves", taps=("up1", "conv_out")),
)


def make_weights_net() -> DynamicNet:
    """The tiny net with a dual dial of weights more."""
    net = make_net()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(9)
        added = net.add_weight_dial("second", dual=True)
        for parameter in added.parameters():
            parameter.data.copy_(0.1 * torch.randn_like(parameter))
    return halved(net).eval().requires_grad_(False)


def make_tiny_weights(folder: Path, *, alone: bool = False) -> None:
    """The pack tiny-weights. alone: without dials with blocks."""
    net = make_weights_net()
    if alone:
        del net.dials["strength"], net.dials["towards-waves"]
    manifest = make_manifest(
        id="tiny-weights",
        title="Tiny Weights",
        dials=(WEIGHTS,) if alone else DIALS,
        measurements=(),
    )
    write_tiny(folder, manifest, net)
