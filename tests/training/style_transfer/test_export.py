"""A pack's own pictures show its strokes at the size at which a user sees them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.training.dials import add_dials
from dynamic_style.training.pack_export import PREVIEW_PX
from dynamic_style.training.photos.reading import read_picture
from dynamic_style.training.photos.sample_sheet import to_picture
from dynamic_style.training.style_transfer.config import parse_config
from dynamic_style.training.style_transfer.export import draw_pictures

from ..conftest import TINY, draw_picture


def test_preview_is_cut_from_the_photo_painted_at_the_working_size(tmp_path: Path) -> None:
    config = parse_config(TINY.read_text(encoding="utf-8"))
    config = replace(config, pack=replace(config.pack, working_size_px=480))  # 360 x 360
    draw_picture(tmp_path / "photo.png", seed=1, side=600)
    torch.manual_seed(1)
    net = style_transfer_net(4).eval()
    add_dials(net, config)
    pictures = draw_pictures(net, config, tmp_path / "photo.png")
    with torch.inference_mode():
        whole = to_picture(net(read_picture(tmp_path / "photo.png", short_side_px=360)))
    edge = (360 - PREVIEW_PX) // 2
    middle = np.asarray(whole)[edge : edge + PREVIEW_PX, edge : edge + PREVIEW_PX]
    assert all(square.size == (PREVIEW_PX, PREVIEW_PX) for square in pictures.preview)
    np.testing.assert_array_equal(np.asarray(pictures.preview[5]), middle)  # at alpha 1, untrained
