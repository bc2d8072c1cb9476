"""Torch's nets beside what other engines build of the same weights, and by how much they differ."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from dynamic_style.backend.compute.engine import DialAlpha, Floats
from dynamic_style.backend.compute.torch_engine import TorchNet
from dynamic_style.backend.nets.architectures import LAYOUTS
from dynamic_style.backend.packs import Architecture
from dynamic_style.backend.packs.tensors import NETS
from dynamic_style.backend.packs.weights import PackWeights
from dynamic_style.backend.tasks.generate_run import draw_latent

from ..tiny_packs import make_dial, make_manifest


def random_net(name: str, width: int) -> tuple[TorchNet, PackWeights]:
    """A net with dials of every kind: at all taps, at one, at two, and dual; random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(width)
        net = NETS[name](width)
        taps = tuple(net.taps)
        dials = {
            "all": (taps, False),
            "first": (taps[:1], False),
            "last-two": (taps[1:], False),
            "dual": (taps, True),
        }
        for dial, (own, dual) in dials.items():
            net.add_dial(dial, taps=own, dual=dual, zero_init=False)
        for parameter in net.parameters():  # norms and biases, too, are such as training makes
            if parameter.ndim == 1:
                parameter.data += 0.1 * torch.randn_like(parameter)
        if name == "completion":
            torch.nn.init.normal_(net.main["conv_out"].layer.weight, std=0.3)
        for key, statistics in net.named_buffers():  # of batch norms
            if key.endswith(("norm.mean", "norm.variance")):
                statistics += torch.rand_like(statistics)
    manifest = replace(
        make_manifest(
            dials=tuple(make_dial(d, taps=own, dual=dual) for d, (own, dual) in dials.items()),
            measurements=(),
        ),
        task=name,
        architecture=Architecture(name, width, taps),
    )
    net = net.eval().requires_grad_(False)
    weights = PackWeights(
        manifest,
        arrays_of(net.main),
        {dial: arrays_of(net.dial(dial)) for dial in net.dials},
        hashlib.sha256(repr((name, width)).encode()).hexdigest(),
        "",
        Path("tiny"),
    )
    return TorchNet(net), weights


def arrays_of(module: torch.nn.Module) -> dict[str, Floats]:
    return {name: tensor.numpy() for name, tensor in module.state_dict().items()}


def picture(name: str, height: int, width: int) -> Floats:
    """What a net of that architecture takes, (height, width, C) in [0, 1]: smooth and fine
    structure, and for completion a hole in the middle; for generation a latent, (1, 1, C).
    """
    if LAYOUTS[name].generates_px is not None:
        return draw_latent(height * width)
    drawn = np.random.default_rng(height * width).random(
        (height, width, LAYOUTS[name].input_channels), np.float32
    )
    ramp = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    drawn = 0.4 * drawn + 0.6 * ramp
    if name == "completion":
        drawn[..., 9] = 0
        drawn[height // 4 : -(height // 4), width // 4 : -(width // 4), 9] = 1
    return drawn


def painted(height: int, width: int) -> Floats:
    """A map from -1 to 1, of both signs."""
    rows = np.sin(np.linspace(0, 7, height, dtype=np.float32))[:, None]
    columns = np.cos(np.linspace(0, 5, width, dtype=np.float32))[None]
    return rows * columns


def settings_of(dials: list[str], taps: int) -> list[dict[str, DialAlpha]]:
    """Nothing turned, each dial by itself to either side, all together, by taps, and painted."""
    alone = [{dial: DialAlpha((alpha,))} for dial in dials for alpha in (-0.7, 1.0)]
    together = {dial: DialAlpha((0.3 + 0.2 * i,)) for i, dial in enumerate(dials)}
    by_taps = {dial: DialAlpha((0.9, 0.0, -0.4)[:taps]) for dial in dials}
    maps = {dial: DialAlpha((0.8,), painted(9, 13)) for dial in dials}
    return [{}, *alone, together, by_taps, maps]


def difference(one: Floats, other: Floats) -> float:
    return float(np.abs(one - other).max())
