"""A tiny pack: width 2, random weights, two dials of which one is dual."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from dynamic_style.backend.manifest import Manifest
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.backend.packs import load_pack, write_pack

from .tiny_packs import gradient, make_dial, make_manifest, write_tiny


@pytest.fixture(autouse=True)
def user_packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A packs folder of the test's own, not made yet; no test sees the person's own packs."""
    folder = tmp_path / "user" / "packs"
    monkeypatch.setenv("DYNAMIC_STYLE_PACKS", str(folder))
    return folder


@pytest.fixture
def tiny_net() -> DynamicNet:
    """Random weights, the last convolutions of the blocks included."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        net = style_transfer_net(2)
        net.add_dial("strength", dual=True, zero_init=False)
        net.add_dial("towards-waves", taps=("up1", "conv_out"), zero_init=False)
    return net.eval().requires_grad_(False)


@pytest.fixture
def tiny_manifest() -> Manifest:
    return make_manifest()


@pytest.fixture
def tiny_pack(tmp_path: Path, tiny_net: DynamicNet, tiny_manifest: Manifest) -> Path:
    """The tiny pack as a folder."""
    folder = tmp_path / "made" / tiny_manifest.id
    write_tiny(folder, tiny_manifest, tiny_net)
    return folder


@pytest.fixture
def tiny_addon(tmp_path: Path, tiny_pack: Path) -> Path:
    """An add-on pack with one dial for the tiny pack's main net, as a folder."""
    base = load_pack(tiny_pack)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        net = style_transfer_net(2)
        net.add_dial("texture", zero_init=False)
    net.main.load_state_dict(base.net.main.state_dict())
    folder = tmp_path / "made" / "tiny-addon"
    manifest = make_manifest(
        id="tiny-addon",
        dials=(make_dial("texture"),),
        measurements=(),
        base_id="tiny",
        base_main_sha256=base.main_sha256,
    )
    write_pack(
        folder,
        manifest=manifest,
        net=net,
        preview=gradient(60, 20),
        thumbnail=gradient(64, 64),
        include_main=False,
    )
    return folder
