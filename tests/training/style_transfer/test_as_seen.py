"""What training measures and shows is what the backend makes with the pack's grain and margin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from dynamic_style.backend.compute.torch_engine import TorchNet
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.backend.tasks.style_transfer import stylize_at
from dynamic_style.training.style_transfer.as_seen import AsSeen
from dynamic_style.training.style_transfer.config import parse_config

from ..conftest import TINY


@pytest.mark.parametrize(("grain", "margin_px"), [(0.0, 0), (0.05, 0), (0.0, 16), (0.05, 16)])
def test_a_photo_is_seen_as_the_backend_shows_it(grain: float, margin_px: int) -> None:
    config = parse_config(TINY.read_text(encoding="utf-8"))
    config = replace(config, data=replace(config.data, grain=grain))
    config = replace(config, pack=replace(config.pack, margin_px=margin_px))
    torch.manual_seed(1)
    net, photo = style_transfer_net(2).eval(), torch.rand(1, 3, 40, 48)
    with torch.inference_mode():
        found = AsSeen(photo, config).run(net, {}).clamp(0, 1)
    colors = np.ascontiguousarray(photo[0].permute(1, 2, 0).numpy())
    expected = stylize_at(
        TorchNet(net), colors, {}, working=(40, 48), grain=grain, margin_px=margin_px
    )
    np.testing.assert_allclose(found[0].permute(1, 2, 0).numpy(), expected, atol=1e-5)
