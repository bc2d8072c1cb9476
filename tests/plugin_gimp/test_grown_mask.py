"""A hole is grown here just as the backend grows it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dynamic_style.backend.tasks.inpainting.holes import grown_and_feathered

from .conftest import Plugin


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (40, 31), (5, 64)], ids=str)
@pytest.mark.parametrize("grow_px", [0, 1, 2, 6, 13, 100])
def test_grown_as_by_the_backend(plugin: Plugin, size: tuple[int, int], grow_px: int) -> None:
    height, width = size
    random = np.random.default_rng(3)
    few = random.random((height, width)) > 0.97
    mask = np.where(few, random.integers(1, 256, (height, width)), 0).astype(np.uint8)
    unit = torch.from_numpy(mask / 255)[None, None].float()
    expected = grown_and_feathered(unit, grow_px=grow_px, feather_px=3)[0, 0].numpy() > 0
    grown = plugin.grown_mask.grown(mask.tobytes(), width, grow_px)
    assert np.array_equal(np.frombuffer(grown, np.uint8).reshape(height, width), expected * 255)
