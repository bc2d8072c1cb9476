"""Tables measured in bfloat16: as good as exact ones, and never on wrong numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from dynamic_style.backend.nets import layers
from dynamic_style.backend.nets.phase_convolution import narrow_conv
from dynamic_style.backend.packs import Measurement
from dynamic_style.training.loss_network import load_loss_network
from dynamic_style.training.style_transfer.config import parse_config
from dynamic_style.training.style_transfer.evaluate import measure
from dynamic_style.training.style_transfer.run import build_net

from ..conftest import TINY


def measured(data: Path, network: Path, precision: str) -> tuple[list[str], Measurement]:
    """The notes, and the table of the tiny config's first dial."""
    text = TINY.read_text(encoding="utf-8").replace('"float32"', f'"{precision}"')
    config, notes = parse_config(text), list[str]()
    loss_network = load_loss_network(network, activation_scale=config.loss.activation_scale)
    net = build_net(config).eval()
    tables = measure(net, config, loss_network, data, alphas=(0.0, 1.0), note=notes.append).tables
    return notes, tables[0]


def test_bfloat16_measures_what_float32_does(data_root: Path, loss_network_file: Path) -> None:
    _, exact = measured(data_root, loss_network_file, "float32")
    notes, half = measured(data_root, loss_network_file, "bfloat16")
    assert notes == []
    assert half.rows != exact.rows
    for name in ("content", "style"):
        assert half.column(name) == pytest.approx(exact.column(name), rel=0.02)


def test_wrong_kernels_measure_nothing(
    data_root: Path, loss_network_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel stands in for one that a processor does wrongly."""

    def wrong_in_half(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        output = narrow_conv(x, weight, bias)
        return output if output.dtype is torch.float32 else output.flip(-1) + 1

    _, exact = measured(data_root, loss_network_file, "float32")
    monkeypatch.setattr(layers, "narrow_conv", wrong_in_half)
    notes, mended = measured(data_root, loss_network_file, "bfloat16")
    assert mended == exact
    assert len(notes) == 2  # one for each dial
    assert "bfloat16 measures other losses than float32 on this machine" in notes[0]
