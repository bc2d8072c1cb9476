"""Completion as a user sees it: what lies outside the mask stays, what lies inside is replaced."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dynamic_style.backend.compute.engine import DialAlpha, Floats, Net
from dynamic_style.backend.compute.torch_engine import TorchNet
from dynamic_style.backend.nets.completion_net import completion_net
from dynamic_style.backend.protocol.errors import MaskError
from dynamic_style.backend.tasks.completion import HoleSettings, complete, start_completion
from dynamic_style.backend.tasks.inpainting.holes import find_blobs, grow_and_feather

RED = np.float32([1.0, 0.0, 0.0])


@pytest.fixture
def net() -> Net:
    """It leans to the detailed fill, so that what a fill is made of can still be told."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        made = completion_net(2)
        made.add_dial("smoothness", zero_init=False)
        last = made.main["conv_out"].layer
        torch.nn.init.normal_(last.weight, std=0.02)
        torch.nn.init.constant_(last.bias, 0.1)
    return TorchNet(made.eval().requires_grad_(False))


def _stripes(height: int, width: int) -> Floats:
    """Vertical stripes, 8 px wide, green and blue in turn."""
    green = ((np.arange(width) // 8) % 2).astype(np.float32)
    stripes = np.stack([np.zeros_like(green), green, 1 - green], 1)
    return np.repeat(stripes[None], height, axis=0)


def _noise(height: int, width: int) -> Floats:
    return np.random.default_rng(1).random((height, width, 3), np.float32)


def _mask(height: int, width: int, *boxes: tuple[int, int, int, int]) -> Floats:
    mask = np.zeros((height, width), np.float32)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] = 1
    return mask


def _with_red(image: Floats, mask: Floats) -> Floats:
    return np.where(mask[..., None] > 0, RED, image)


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((30, 40, 50, 58), id="inside"),
        pytest.param((0, 30, 20, 50), id="upper-edge"),
        pytest.param((70, 80, 96, 112), id="corner"),
        pytest.param((30, 112, 60, 113), id="last-column"),
        pytest.param((98, 20, 99, 60), id="last-row"),
        pytest.param((40, 110, 43, 113), id="speck-at-the-right"),
        pytest.param((97, 111, 99, 113), id="last-corner"),
    ],
)
def test_object_goes_and_the_pattern_goes_on(net: Net, box: tuple[int, int, int, int]) -> None:
    clean, mask = _stripes(99, 113), _mask(99, 113, box)
    result = complete(net, _with_red(clean, mask), mask, {"smoothness": DialAlpha((0.5,))})
    inside = mask > 0
    np.testing.assert_array_equal(result[~inside], clean[~inside])
    assert np.abs(result - clean)[inside].mean() < 0.12  # the mean colour would be off by 0.33
    assert float(result.min()) >= 0
    assert float(result.max()) <= 1


def test_a_speck_at_the_last_corner_does_not_lose_the_other_holes(net: Net) -> None:
    clean, mask = _stripes(120, 161), _mask(120, 161, (40, 60, 60, 84), (119, 160, 120, 161))
    result = complete(net, _with_red(clean, mask), mask, {})
    assert float(result[..., 0].max()) < 0.3  # no red is left


def test_specks_share_their_surroundings_and_are_counted_each(net: Net) -> None:
    """Dust on a scan: 100 specks, many fewer pieces of work, and each gone."""
    clean, places = (
        _stripes(240, 320),
        [(y, x) for y in range(8, 230, 24) for x in range(9, 310, 32)],
    )
    mask = _mask(240, 320, *[(y, x, y + 3, x + 3) for y, x in places])
    completion = start_completion(net, _with_red(clean, mask), mask)
    assert completion.count == len(places) == 100
    assert len(completion.holes) <= 25
    result = completion.run({})
    inside = mask > 0
    np.testing.assert_array_equal(result[~inside], clean[~inside])
    assert np.abs(result - clean)[inside].mean() < 0.12


def test_a_lonely_speck_takes_little_around_it() -> None:
    (speck,) = find_blobs(_mask(400, 400, (200, 200, 203, 203)) > 0)
    (hole,) = find_blobs(_mask(400, 400, (200, 200, 240, 240)) > 0)
    assert max(speck.context.size) <= 60
    assert min(hole.context.size) >= 40 + 2 * 40


def test_several_blobs_are_filled_each(net: Net) -> None:
    boxes = [(10, 10, 20, 22), (10, 90, 24, 100), (60, 50, 80, 66)]
    clean, mask = _stripes(96, 112), _mask(96, 112, *boxes)
    shares: list[float] = []
    result = complete(net, _with_red(clean, mask), mask, {}, on_fill=shares.append)
    for box in boxes:
        inside = _mask(96, 112, box) > 0
        assert np.abs(result - clean)[inside].mean() < 0.12
    assert shares == sorted(shares)
    assert 0 < shares[0] < 1 / 3 < 2 / 3 < shares[-1] <= 1


def test_soft_mask_blends_inward(net: Net) -> None:
    clean = _stripes(64, 64)
    hard = _mask(64, 64, (20, 20, 44, 44))
    image = _with_red(clean, hard)
    filled = complete(net, image, hard, {})
    half = complete(net, image, hard * 0.5, {})
    inside = hard > 0
    np.testing.assert_allclose(half[inside], ((image + filled) / 2)[inside], atol=1e-5)
    np.testing.assert_array_equal(half[~inside], image[~inside])


def test_feather_fades_in_from_the_grown_edge(net: Net) -> None:
    image = _with_red(_stripes(96, 96), _mask(96, 96, (40, 40, 56, 56)))
    mask = _mask(96, 96, (40, 40, 56, 56))
    settings = HoleSettings(grow_px=4, feather_px=3)
    result = complete(net, image, mask, {}, settings=settings)
    rows = np.flatnonzero((result != image).any((1, 2)))
    assert (int(rows[0]), int(rows[-1])) == (36, 59)
    assert result[40:56, 40:56, 0].max() < 0.2  # the object itself is gone


def test_feathered_or_not_the_middle_is_the_fill_alone() -> None:
    mask = _mask(140, 140, (2, 2, 138, 138))
    assert grow_and_feather(mask, grow_px=0, feather_px=46)[70, 70] == 1


def test_what_the_mask_covers_has_no_effect(net: Net) -> None:
    """What an erased layer holds under its transparent part is anybody's guess."""
    clean, mask = _stripes(64, 64), _mask(64, 64, (20, 24, 40, 44))
    noise = np.where(mask[..., None] > 0, _noise(64, 64), clean)
    np.testing.assert_array_equal(
        complete(net, _with_red(clean, mask), mask, {}), complete(net, noise, mask, {})
    )


def test_nothing_is_taken_from_where_the_picture_is_transparent(net: Net) -> None:
    clean, mask = _stripes(96, 96), _mask(96, 96, (40, 40, 56, 56))
    cover = np.ones((96, 96), np.float32)
    cover[:, :30] = 0
    image = _with_red(clean, 1 - cover)
    result = complete(net, image, mask, {}, cover=cover)
    assert result[40:56, 40:56, 0].max() < 0.1


def test_dial_moves_the_fill_alone_and_is_replayed(net: Net) -> None:
    clean, mask = _stripes(64, 64), _mask(64, 64, (20, 24, 40, 44))
    image = _with_red(clean, mask)
    completion = start_completion(net, image, mask)
    stages: list[int] = []
    first = completion.run(
        {"smoothness": DialAlpha((0.2,))}, on_stage=lambda d, _: stages.append(d)
    )
    whole = len(stages)
    turned = {"smoothness": DialAlpha((0.2, 0.2, 0.9))}
    second = completion.run(turned, on_stage=lambda d, _: stages.append(d))
    assert len(stages) - whole == 2  # conv_out and compose
    assert (first != second).any()
    np.testing.assert_array_equal(second, complete(net, image, mask, turned))
    assert completion.bytes > image.nbytes


def test_map_turns_the_dial_in_its_place(net: Net) -> None:
    clean = _stripes(64, 200)
    mask = _mask(64, 200, (24, 20, 40, 36), (24, 160, 40, 176))
    image = _with_red(clean, mask)
    left_half = np.repeat((np.arange(200) < 100).astype(np.float32)[None], 64, axis=0)
    painted = complete(net, image, mask, {"smoothness": DialAlpha((1.0,), map=left_half)})
    everywhere = complete(net, image, mask, {"smoothness": DialAlpha((1.0,))})
    nowhere = complete(net, image, mask, {})
    np.testing.assert_allclose(painted[:, :100], everywhere[:, :100], atol=1e-5)
    np.testing.assert_array_equal(painted[:, 100:], nowhere[:, 100:])


def test_equal_seeds_give_equal_fills(net: Net) -> None:
    image, mask = _noise(90, 90), _mask(90, 90, (20, 20, 70, 70))
    one, again, other = (
        complete(net, image, mask, {}, settings=HoleSettings(seed=seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_large_picture_is_worked_on_small_and_filled_in_full_detail(net: Net) -> None:
    """The net sees 64 px; the stripes of the full picture stay sharp all the same."""
    clean, mask = _stripes(240, 320), _mask(240, 320, (80, 120, 150, 200))
    settings = HoleSettings(working_px=64)
    completion = start_completion(net, _with_red(clean, mask), mask, settings=settings)
    result = completion.run({})
    assert max(completion.holes[0].working) == 64
    inside = mask > 0
    assert np.abs(result - clean)[inside].mean() < 0.12


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (_mask(32, 40), "the mask is empty"),
        (_mask(32, 40, (0, 0, 32, 40)), "covers the whole picture"),
        (_mask(16, 40, (0, 0, 16, 40)), "mask has 40 x 16 pixels and the picture 40 x 32"),
    ],
)
def test_masks_that_cannot_be_filled_are_named(net: Net, mask: Floats, message: str) -> None:
    with pytest.raises(MaskError, match=message):
        complete(net, _stripes(32, 40), mask, {})


def test_mask_that_grows_over_everything_is_named(net: Net) -> None:
    mask = _mask(32, 40, (10, 10, 20, 20))
    with pytest.raises(MaskError, match="grow the mask less"):
        complete(net, _stripes(32, 40), mask, {}, settings=HoleSettings(grow_px=40))


@pytest.mark.parametrize("size", [(1, 2), (5, 9), (8, 30)])
def test_tiny_pictures_are_filled_too(net: Net, size: tuple[int, int]) -> None:
    image, mask = _noise(*size), _mask(*size, (0, 0, 1, 1))
    result = complete(net, image, mask, {})
    np.testing.assert_array_equal(result[mask == 0], image[mask == 0])
