"""Makers of tiny packs: width 2, random weights, two dials of which one is dual."""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image

from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.backend.packs import (
    Architecture,
    DialSpec,
    Licence,
    Licences,
    Manifest,
    Measurement,
    TrainingRecord,
)
from dynamic_style.backend.packs.tensors import Pack
from dynamic_style.backend.packs.writer import write_pack

TAPS = ("res3", "up1", "conv_out")


def make_net(width: int = 2) -> DynamicNet:
    """Random weights, the last convolutions of the blocks included, which float16 can hold: so a
    pack has this very net.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        net = style_transfer_net(width)
        net.add_dial("strength", dual=True, zero_init=False)
        net.add_dial("towards-waves", taps=("up1", "conv_out"), zero_init=False)
    return halved(net).eval().requires_grad_(False)


def halved(net: DynamicNet) -> DynamicNet:
    """The net with its weights rounded to float16, in float32."""
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter.half())
    return net


def write_tiny(folder: Path, manifest: Manifest, net: DynamicNet) -> None:
    write_pack(
        folder,
        manifest=manifest,
        net=net,
        preview=gradient(60, 20),
        thumbnail=gradient(80, 64),
    )


def make_addon(folder: Path, base: Pack) -> None:
    """Write an add-on with the dial texture for a pack's main net."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        net = style_transfer_net(2)
        net.add_dial("texture", zero_init=False)
    net.main.load_state_dict(base.net.main.state_dict())
    write_pack(
        folder,
        manifest=make_manifest(
            id="tiny-addon",
            dials=(make_dial("texture"),),
            measurements=(),
            base_id=base.manifest.id,
            base_main_sha256=base.main_sha256,
        ),
        net=net,
        preview=gradient(60, 20),
        thumbnail=gradient(64, 64),
        include_main=False,
    )


def gradient(width: int, height: int) -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


def make_dial(dial_id: str, *, taps: tuple[str, ...] = TAPS, dual: bool = False) -> DialSpec:
    return DialSpec(
        id=dial_id,
        title=dial_id.title(),
        label_low="gentle",
        label_high="strong",
        taps=taps,
        dual=dual,
        trained_range=(-1.0, 1.0) if dual else (0.0, 1.0),
        safe_range=(-1.2, 1.2) if dual else (-0.3, 1.3),
        default=0.5,
    )


def make_manifest(**changes: object) -> Manifest:
    """The tiny pack's manifest with some members changed."""
    licence = Licence(spdx="CC0-1.0", note="made by a test", author="Nobody", source="")
    members: dict[str, object] = {
        "id": "tiny",
        "version": "1.0.0",
        "title": "Tiny",
        "summary": "Random weights.\nFor tests only – with « any » letters: 星月夜.",
        "authors": ("A. Tester",),
        "created": "2026-01-31T12:00:00Z",
        "task": "style_transfer",
        "architecture": Architecture("style_transfer", 2, TAPS),
        "dials": (
            make_dial("strength", dual=True),
            make_dial("towards-waves", taps=("up1", "conv_out")),
        ),
        "licences": Licences(licence, (licence,), (Licence(None, "", "", ""),)),
        "working_size_px": 512,
        "training": TrainingRecord(
            config="# a comment\n[phase1]\nsteps = 3\n",
            seed=1,
            steps={"main": 3, "strength": 2},
            loss_network_sha256="ab" * 32,
            lambdas={"main": 2e4, "strength": 1e6},
            duration_s=1.5,
            tool_version="0.1.0",
        ),
        "measurements": (
            Measurement(
                dial="strength",
                dataset="two photos",
                n=2,
                columns=("alpha", "content", "style"),
                rows=((0.0, 1.0, 9.0), (1.0, 2.0, 3.0)),
            ),
        ),
    }
    return Manifest(**{**members, **changes})  # type: ignore[arg-type]
